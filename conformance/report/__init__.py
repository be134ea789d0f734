"""Verdicts become a `Report`, and a report becomes files and lines on a terminal.

`build` decides the outcome, `sentences` makes the text, `writers` renders. Knows nothing of pytest or the command line
and must never import them.
"""
