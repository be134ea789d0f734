"""Is a text Spanish, as far as it is ours? Words that no Spanish sentence has, and what must come through untouched."""

from __future__ import annotations

import re

from conformance.report.language import Language

SPANISH = Language(code="es", locale="es")
QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|`[^`]*`|(?<!\w)\'[^\']*\'(?!\w)')
ANSWER = re.compile(r"\b\d{3} [A-Z][A-Za-z' -]*(: .*|$)", re.DOTALL)
"""What a server said, behind the status of its answer."""
ENGLISH = re.compile(
    r"(?<![\w/.@-])(?:the|is|are|was|were|not|must|and|with|without|which|that|of|has|have|cannot|this|from|another|"
    r"nothing|what|where|accepted|refused|found|there|only|known|should|one|an|its?|to|be)(?![\w/=@-])"
)


def english_in(text: str) -> list[str]:
    """The words of a Spanish text that are English, leaving out what is quoted and what a server said."""
    return ENGLISH.findall(ANSWER.sub("", QUOTED.sub("", text)))


def told(text: str) -> str:
    """The text in Spanish, in which nothing of ours is English and nothing quoted is changed."""
    said = SPANISH.say(text)
    assert not english_in(said), (text, said)
    for quoted in QUOTED.findall(text):
        assert quoted in said, (text, said)
    return said
