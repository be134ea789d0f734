"""What goes wrong with a target's WSDL, in words for the person who runs the suite. Imports nothing but the errors."""

from __future__ import annotations

from conformance.errors import ConformanceError

TOO_DEEP = "what it declares names itself, or is nested too deep"
"""What Python calls a recursion."""


class Unusable(ConformanceError):  # noqa: N818 - it names a state of a document, as the user sees it
    """A WSDL, or a document that it imports, cannot be used. The text names the document and the reason."""


class Unread(Unusable):
    """It may well be a WSDL, but is beyond what this suite reads or follows: nothing is held against the target."""


class Unbound(ConformanceError):  # noqa: N818 - as above
    """What of a WSDL is what cannot be told, or was told wrongly: the target file must say it."""


class Unreadable(Exception):  # noqa: N818 - it names a state of an answer, not an error of ours
    """A stock client cannot make a value out of an answer; the text says why."""


class Untold(Exception):  # noqa: N818 - as above
    """Nothing wrong was found in a message, and not all of it could be held against its schema; the text says why."""
