"""Conformance suite for three Latin-American billing services; see `conformance --help`.

The contract comes from documents that do not say how a bad request is refused, so every refusal is judged against a
request that the same target accepts. What that costs: some answers can only be called cant-tell.
"""

__version__ = "0.1.0"
