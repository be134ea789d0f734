"""ASMX help pages from random contracts: what the page generator could print of a service.

`sheets()` draws a `Sheet`: an operation with its types, and how its page is laid out. `tests.asmx_text.text_of` is the
page, `tests.asmx_expected.expected` what a reader should make of it; both start from the sheet and share nothing with
the reader.
"""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

WORDS = (
    *("string", "int", "boolean", "decimal", "dateTime", "base64Binary", "guid", "long", "short", "byte", "char"),
    *("unsignedByte", "unsignedShort", "unsignedInt", "unsignedLong", "double", "float", "date", "time", "anyURI"),
    *("duration", "hexBinary", "QName", "integer", "nonNegativeInteger", "gYear", "normalizedString"),
)
NAMESPACES = ("http://tempuri.org/", "urn:orchard", "https://orchard.example/ws?a=1&b=2")
FOREIGN = ("", "urn:orchard:types", "http://schemas.orchard.example/2019/")
DEEPEST = 4
"""Where the page generator stops: it prints nil for a type with content that stands so deep."""


@dataclass(frozen=True)
class Kind:
    """A type: `word`, `enum`, `struct`, `array`, `any` (a wildcard alone), `dataset`, or `unknown` (no type at all).

    `text` is the word, `choices` are those of an enumeration, `attributes` pairs of name and word. A struct has
    `members` and may end with a wildcard, an array has one member, its item. `name` is what HTTP parts call it.
    """

    kind: str
    name: str = ""
    text: str = ""
    choices: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    members: tuple[Member, ...] = ()
    wildcard: bool = False

    @property
    def complex(self) -> bool:
        """Has it content of its own, so that the generator may stop before it?"""
        return self.kind in {"struct", "array", "any", "dataset"}


@dataclass(frozen=True)
class Member:
    """An element of a type. A flat one is a list without an element around it; `namespace` None is the parent's."""

    name: str
    kind: Kind
    flat: bool = False
    namespace: str | None = None


@dataclass(frozen=True)
class Layout:
    """How the page was copied. `lines`: `pretty`, `flat` or `one`; `heads`: `lines`, `spaced`, `blank` or `glued`."""

    lines: str = "pretty"
    heads: str = "lines"
    declaration: str = "own"
    """`own` line, `same` line as the root, `none`."""
    gap: bool = True
    captions: str = "own"
    """`own` line, or `glued` to what follows."""
    language: int = 0
    newline: str = "\n"
    escaped: bool = False
    """Ampersands of a query are printed as in HTML."""


@dataclass(frozen=True)
class Sheet:
    """One operation, the parts that its page prints, and the layout."""

    name: str
    namespace: str
    parameters: tuple[Member, ...]
    result: Kind | None
    soap: tuple[str, ...] = ("soap-1.1", "soap-1.2")
    http: tuple[str, ...] = ()
    one_way: bool = False
    request_headers: tuple[Member, ...] = ()
    answer_headers: tuple[Member, ...] = ()
    documentation: str = ""
    action_parameter: bool = False
    layout: Layout = Layout()


# --- strategies -------------------------------------------------------------------------------------------------------

_NAMES = st.one_of(
    st.sampled_from(
        ("Row", "Tree", "age", "Año", "Größe", "xml", "string", "Body", "Header", "Item", "anyType", "_id")
    ),
    st.from_regex(r"[A-Za-z_][A-Za-z0-9_.]{0,8}", fullmatch=True),
)
_CHOICE = st.from_regex(r"[A-Z][a-z]{2,7}[0-9]?", fullmatch=True)
_CHOICES = st.one_of(
    st.lists(_CHOICE, min_size=2, max_size=4, unique=True).map(tuple),
    _CHOICE.map(lambda name: (name,)),
    st.just(("In the air", "On the ground", "Lost")),
)


def _words() -> st.SearchStrategy[Kind]:
    return st.sampled_from(WORDS).map(lambda word: Kind("word", name=word, text=word))


def _enums() -> st.SearchStrategy[Kind]:
    return st.builds(lambda choices: Kind("enum", name="Ripeness", choices=choices), _CHOICES)


def _leaves() -> st.SearchStrategy[Kind]:
    others = (Kind("any", name="Any"), Kind("dataset", name="DataSet"), Kind("unknown", name="anyType"))
    return st.one_of(_words(), _words(), _enums(), st.sampled_from(others))


@st.composite
def _members(draw: st.DrawFn, kinds: st.SearchStrategy[Kind], least: int = 0) -> tuple[Member, ...]:
    names = draw(st.lists(_NAMES, min_size=least, max_size=4, unique=True))
    made = []
    for name in names:
        kind = draw(kinds)
        # A name that the reader knows as that of anything would say more than the page does.
        flat = draw(st.booleans()) and draw(st.booleans()) and kind.kind != "unknown"
        foreign = draw(st.sampled_from((None, None, None, None, *FOREIGN)))
        made.append(Member(name, kind, flat=flat, namespace=foreign))
    return tuple(made)


@st.composite
def _structs(draw: st.DrawFn, kinds: st.SearchStrategy[Kind]) -> Kind:
    names = draw(st.lists(_NAMES, max_size=2, unique=True))
    attributes = tuple((name, draw(st.sampled_from(WORDS[:8]))) for name in names)
    few = draw(st.integers(0, 3)) == 0
    members = draw(_members(kinds))
    return Kind(
        "struct",
        name="Crate",
        attributes=attributes if few else (),
        members=members,
        wildcard=bool(members) and draw(st.integers(0, 7)) == 0,
    )


@st.composite
def _arrays(draw: st.DrawFn, kinds: st.SearchStrategy[Kind]) -> Kind:
    kind = draw(kinds)
    name = kind.name if draw(st.booleans()) else draw(_NAMES)
    return Kind("array", name="ArrayOfX", members=(Member(name, kind, flat=True),))


def kinds() -> st.SearchStrategy[Kind]:
    """Types of every sort, nested deeper than the generator prints."""
    return st.recursive(_leaves(), lambda inner: st.one_of(_structs(inner), _arrays(inner)), max_leaves=14)


def _simple(member: Member) -> bool:
    """Does HTTP GET take it? Words, enumerations, and lists of words."""
    kind = member.kind
    if kind.kind == "array":
        kind = kind.members[0].kind
        return kind.kind == "word"
    return kind.kind in {"word", "enum"} and not member.flat


@st.composite
def _parameters(draw: st.DrawFn, *, simple: bool) -> tuple[Member, ...]:
    if not simple:
        return draw(_members(kinds()))
    made = draw(_members(st.one_of(_words(), _enums(), _arrays(_words()))))
    return tuple(Member(held.name, held.kind) for held in made)


_LAYOUTS = st.builds(
    Layout,
    lines=st.sampled_from(("pretty", "flat", "one")),
    heads=st.sampled_from(("lines", "spaced", "blank", "glued")),
    declaration=st.sampled_from(("own", "same", "none")),
    gap=st.booleans(),
    captions=st.sampled_from(("own", "glued")),
    language=st.integers(0, 2),
    newline=st.sampled_from(("\n", "\r\n")),
    escaped=st.booleans(),
)
_SOAP = st.sampled_from((("soap-1.1", "soap-1.2"), ("soap-1.1",), ("soap-1.2",), ("soap-1.2", "soap-1.1")))


@st.composite
def sheets(draw: st.DrawFn) -> Sheet:
    """An operation of any sort on a page of any layout."""
    simple = draw(st.booleans())
    parameters = draw(_parameters(simple=simple))
    http = draw(st.sampled_from(((), ("http-get", "http-post"), ("http-post",), ("http-get",))))
    http = http if all(map(_simple, parameters)) else ()
    soap = draw(_SOAP) if not http or draw(st.integers(0, 3)) else ()
    one_way = bool(soap) and draw(st.integers(0, 5)) == 0
    headers = st.sampled_from(("AuthHeader", "Session")).flatmap(
        lambda name: _structs(_leaves()).map(lambda kind: Member(name, kind))
    )
    return Sheet(
        name=draw(st.from_regex(r"[A-Z][A-Za-z0-9_]{1,11}", fullmatch=True)),
        namespace=draw(st.sampled_from(NAMESPACES)),
        parameters=parameters,
        result=None if one_way else draw(st.one_of(st.none(), kinds(), kinds())),
        soap=soap,
        http=http,
        one_way=one_way,
        request_headers=tuple(draw(st.lists(headers, max_size=2, unique_by=lambda held: held.name))),
        answer_headers=() if one_way else tuple(draw(st.lists(headers, max_size=1))),
        documentation=draw(st.sampled_from(("", "Counts what is ripe.", "Zählt: a=b & c"))),
        action_parameter=draw(st.booleans()),
        layout=draw(_LAYOUTS),
    )
