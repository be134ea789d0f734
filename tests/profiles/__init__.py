"""Servers of `POST api/CollectionPolicy` that are not ours: written by hand from the page, each different in one way.

They exist to prove the suite wrong, so nothing here but `running` may import `conformance`.
"""
