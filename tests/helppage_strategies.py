"""Random help pages. What no reader could tell is not drawn: a custom text behind a pattern, or glued to a data type of
its own; without bars between the cells, texts that could be the name of a member.
"""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st

from tests.helppage_sheets import Member, Note, Sheet, Word

WORDS = (
    *("string", "boolean", "integer", "unsigned integer", "byte", "signed byte", "decimal number", "date", "character"),
    *("globally unique identifier", "time interval", "URI", "Object"),
)
FAILURES = (
    "Sample not available.",
    "Failed to generate the sample for media type 'x'. Cannot use formatter 'F' to write type 'Crate'.",
    "The exception(s):\nOne or more errors occurred.",
)
TREES = ("Apple", "Birch", "Cedar", "Elm", "Fig", "Hazel", "Larch", "Maple", "Oak", "Pine", "Quince", "Rowan", "Willow")
PARTS = (
    "Bark",
    "Crown",
    "Depth",
    "Fruit",
    "Girth",
    "Height",
    "Label",
    "Notes",
    "Owner",
    "Rings",
    "Sap",
    "Twigs",
    "Zone",
)
SENTENCES = (
    "How it grows",
    "What the forester said of it",
    "Where (roughly) it stands: row, plot - and why",
    "Años, más",
)
ONE_WORD = ("Growth", "Datos", "Remark")
PATTERNS = (
    r"^[0-9]*$",
    r"^\d+(\.\d{1,2})?$",
    r"^(?:a|b)$",
    r"^a | b$",
    r"^[|]{2}$",
    r"^(Required|None\.)$",
    r"^x Range: inclusive between 1 and 2 y$",
    r"^(Max length: 5)$",
    r"[ Min length: 3]+",
    r"^String length: inclusive between 1 and 2 or more$",
    r"a\ Max length: 7x",
    r"^Matching regular expression pattern: z$",
    r"^\(\[$",
    r"^[)(]+$",
    r"[a-z-[aeiou]]+",
    r"^(?<year>\d{4})-(?'month'\d\d)$",
    r"^\p{Lu}\w*$",
    r"^$|^- -$",
    r"^[A-Z]{3}\|\d$",
    r"https?://\S+",
)
CUSTOM = (
    "Checked on Sundays",
    "Allowed values are: 1, 2 | 3",
    "Compare with 'Girth'",
    "Required if it is old",
    "Equals nothing",
    "Settable",
)
DATA_TYPES = ("EmailAddress", "Password", "Date", "DateTime", "Custom", "TaxNumber")

lengths = st.integers(0, 4000)
bounds = st.one_of(
    st.integers(-(2**31), 2**31 - 1).map(Decimal),
    st.decimals(-1000, 1000, places=2).map(lambda value: value.normalize() + 0),
)


@st.composite
def notes(draw: st.DrawFn, *, custom: bool) -> tuple[Note, ...]:
    """Annotations in the order of the page generator: `Required`, then by text, ignoring case."""
    held: list[Note] = []
    if draw(st.booleans()):
        low, high = sorted((draw(lengths), draw(lengths)))
        wanted = draw(
            st.sets(st.sampled_from(("pattern", "range", "max", "min", "length", "type", "custom")), max_size=4)
        )
        if "pattern" in wanted:
            regex = draw(st.sampled_from(PATTERNS))
            held.append(Note("pattern", f"Matching regular expression pattern: {regex}", (("pattern", regex),)))
        if "range" in wanted:
            lower, upper = sorted((draw(bounds), draw(bounds)))
            ends = (("minimum", lower), ("maximum", upper))
            held.append(
                Note("range", f"Range: inclusive between {_number(draw, lower)} and {_number(draw, upper)}", ends)
            )
        if "max" in wanted:
            held.append(Note("max-length", f"Max length: {high}", (("max_length", high),)))
        if "min" in wanted:
            held.append(Note("min-length", f"Min length: {low}", (("min_length", low),)))
        if "length" in wanted:
            ends = (("min_length", low), ("max_length", high))
            held.append(Note("length", f"String length: inclusive between {low} and {high}", ends))
        if "type" in wanted:
            kind = draw(st.sampled_from(DATA_TYPES))
            held.append(Note("data-type", f"Data type: {kind}", (("text", kind),)))
        if custom and "custom" in wanted:
            text = draw(st.sampled_from(CUSTOM))
            # Behind a pattern nothing can tell it from the pattern, and glued to a word that is not the attribute's own
            # nothing can tell where that ends; there it is not drawn.
            apart = not held or held[-1].values != (("text", "TaxNumber"),)
            if apart and ("pattern" not in wanted or text.lower() < "matching"):
                held.append(Note("text", text, (("text", text),)))
    held.sort(key=lambda note: note.text.lower())
    required = (Note("required", "Required"),) if draw(st.booleans()) else ()
    return (*required, *held)


def _number(draw: st.DrawFn, value: Decimal) -> str:
    text = f"{value:f}"
    return text.replace(".", ",") if draw(st.integers(0, 9)) == 0 else text


@st.composite
def words(draw: st.DrawFn, models: tuple[str, ...], enums: tuple[str, ...], depth: int = 0) -> Word:
    """A type that speaks of these models and enumerations."""
    kinds = ["simple"] * 5
    kinds += ["model"] * 2 if models else []
    kinds += ["enum"] if enums else []
    kinds += ["list", "list", "map", "pair"] if depth < 2 else []
    match draw(st.sampled_from(kinds)):
        case "model":
            return Word("model", draw(st.sampled_from(models)))
        case "enum":
            return Word("enum", draw(st.sampled_from(enums)))
        case "list":
            return Word("list", parts=(draw(words(models, enums, depth + 1)),))
        case "map" | "pair" as kind:
            key = Word("simple", draw(st.sampled_from(("string", "integer", "globally unique identifier"))))
            return Word(kind, parts=(key, draw(words(models, enums, depth + 1))))
    return Word("simple", draw(st.sampled_from(WORDS)))


@st.composite
def members(
    draw: st.DrawFn, models: tuple[str, ...], enums: tuple[str, ...], *, plain: bool, bars: bool
) -> tuple[Member, ...]:
    """The members of a model; plain ones are simple values and lists of such. Without bars between the cells words
    of an annotation's own, and a description of one word, could be names."""
    names = draw(st.lists(st.sampled_from(PARTS), min_size=1, max_size=6, unique=True))
    simple = st.sampled_from(("string", "boolean", "integer", "decimal number", "globally unique identifier"))
    plain_words = simple.map(lambda name: Word("simple", name))
    plain_words |= plain_words.map(lambda word: Word("list", parts=(word,)))
    made = []
    for name in names:
        word = draw(plain_words if plain else words(models, enums))
        described = draw(st.sampled_from((*SENTENCES, *(ONE_WORD if bars else ()), "", "")))
        made.append(Member(name, word, () if plain else draw(notes(custom=bars)), described))
    return tuple(made)


@st.composite
def sheets(draw: st.DrawFn) -> Sheet:
    """A page."""
    rendering = draw(st.sampled_from(("cells", "rows", "bare", "bare-cells", "lines")))
    names = tuple(draw(st.lists(st.sampled_from(TREES), min_size=2, max_size=5, unique=True)))
    enums = {
        f"{name}Kind": tuple(
            (f"Is{part}", index)
            for index, part in enumerate(draw(st.lists(st.sampled_from(PARTS), min_size=1, max_size=3, unique=True)))
        )
        for name in draw(st.lists(st.sampled_from(TREES), max_size=2, unique=True))
    }
    untabled = frozenset(draw(st.sets(st.sampled_from(names[2:]), max_size=1))) if names[2:] else frozenset()
    models: dict[str, tuple[Member, ...]] = {}
    for index in range(len(names) - 1, -1, -1):
        later = names[index + 1 :] if index else names[2:]
        models[names[index]] = draw(
            members(later, tuple(enums), plain=names[index] in untabled, bars=rendering != "lines")
        )
    # The second model is the answer's; it may hold the first, which is the request's.
    body, answer = names[0], names[1]
    if draw(st.booleans()):
        models[answer] = (*models[answer], Member("kept", Word("model", body), (), "What was kept"))
    json_state = draw(st.sampled_from(("shown", "shown", "shown", "failed", "unlisted")))
    serializer = draw(st.sampled_from(("xml-serializer", "data-contract")))
    xml_state = draw(st.sampled_from(("shown", "shown", "failed", "unlisted")))
    every = [member.word for name in names for member in models[name]]
    if serializer == "xml-serializer" and not all(word.fits_xml_serializer() for word in every):
        xml_state = "failed" if xml_state == "shown" else xml_state
    if json_state == xml_state == "unlisted":
        json_state = "shown"
    told = "shown" in {json_state, xml_state}
    lost = None
    if told and rendering != "lines" and draw(st.integers(0, 3)) == 0:
        lost = draw(st.integers(0, len(models[body]) - 1))
    parameters = ()
    if draw(st.booleans()):
        parameters = tuple(
            Member(
                name,
                Word("simple", draw(st.sampled_from(("string", "integer", "date")))),
                draw(defaults()),
                "Of the address",
            )
            for name in draw(st.lists(st.sampled_from(("id", "page", "since")), min_size=1, max_size=3, unique=True))
        )
    markdown = draw(st.booleans())
    proper = markdown and rendering == "rows"
    fence = draw(st.sampled_from(("", "bare", "named"))) if proper else ""
    return Sheet(
        method=draw(st.sampled_from(("POST", "PUT", "PATCH"))),
        path=draw(st.sampled_from(("api/Orchard/Tree", "api/Orchard/Tree/{id}?page={page}", "Tree"))),
        models=models,
        enums=enums,
        untabled=untabled,
        body=body,
        answer=answer,
        parameters=parameters,
        rendering=rendering,
        serializer=serializer,
        json_state=json_state,
        xml_state=xml_state,
        lost=lost,
        quirks={
            "glued": draw(st.booleans()),
            "caption": draw(st.booleans()),
            "one-line": draw(st.booleans()),
            "markdown": markdown,
            "fence": fence,
            "escape": bool(fence) and draw(st.booleans()),
            "break": draw(st.sampled_from(("", "<br>", "<br/>", "<br />", "</p><p>"))) if proper else "",
            "links": proper and draw(st.booleans()),
            "entities": proper and draw(st.booleans()),
            "vanish": draw(st.sampled_from(("shifted", "gone", "empty"))),
            "tight": draw(st.integers(0, 4)) == 0,
            "rule": draw(st.booleans()),
            "failure": draw(st.sampled_from(FAILURES)),
            "camel": json_state == "shown" and xml_state != "shown" and draw(st.booleans()),
            "models": draw(st.sampled_from(("inside", "end"))),
            "enum-heading": draw(st.booleans()),
            "form": draw(st.booleans()),
            "other": draw(st.booleans()),
        },
    )


@st.composite
def defaults(draw: st.DrawFn) -> tuple[Note, ...]:
    held = [Note("required", "Required")] if draw(st.booleans()) else []
    if draw(st.booleans()):
        value = draw(st.sampled_from(("0", "1.5", "all trees | none", "Max length: 3", "2020-01-01")))
        held.append(Note("default", f"Default value is {value}", (("text", value),)))
    return tuple(held)
