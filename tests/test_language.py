"""Languages: which one the environment asks for, how numbers and dates are written, and how a sentence is matched."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.errors import ConformanceError
from conformance.report.language import ENGLISH, VARIABLE, Language, catalogue, language_of, matching, speak, spoken
from conformance.report.language import book as templates_of
from conformance.report.language.comments import comments, with_comments
from conformance.report.language.extraction import is_message, messages
from conformance.report.language.templates import cut, filled
from tests.spanish import SPANISH

# --- which language ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environ", "locale"),
    [
        ({}, "en"),
        ({"LANG": "C"}, "en"),
        ({"LANG": "C.UTF-8", "LANGUAGE": "es"}, "en"),
        ({"LC_ALL": "POSIX", "LANG": "es_MX.UTF-8"}, "en"),
        ({"LANG": "es_MX.UTF-8"}, "es_MX"),
        ({"LANG": "es"}, "es"),
        ({"LANG": "es_CO"}, "es_CO"),
        ({"LANG": "es-419"}, "es_419"),
        ({"LC_MESSAGES": "es_AR.UTF-8", "LANG": "en_US.UTF-8"}, "es_AR"),
        ({"LC_ALL": "en_GB.UTF-8", "LC_MESSAGES": "es_AR", "LANG": "es_AR"}, "en_GB"),
        ({"LANG": "fr_FR.UTF-8"}, "en"),
        ({"LANG": "fr_FR.UTF-8", "LANGUAGE": "fr:es"}, "es"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "es:en"}, "es"),
        ({"LANG": "es_MX.UTF-8", "LANGUAGE": "es"}, "es_MX"),
        ({"LANG": "ca_ES@valencia"}, "en"),
        ({"LANG": "estonian"}, "en"),
        ({"LANG": "\x1b[31m"}, "en"),
        ({VARIABLE: "es", "LANG": "en_US"}, "es"),
        ({VARIABLE: "en", "LANG": "es_MX"}, "en"),
    ],
)
def test_the_environment_asks_for_a_language(environ, locale):
    assert language_of(None, environ).locale == locale


def test_the_option_goes_before_the_environment_which_gives_the_region():
    assert language_of("es", {"LANG": "es_CO.UTF-8"}) == Language(code="es", locale="es_CO")
    assert language_of("es", {"LANG": "en_US.UTF-8"}) == SPANISH
    assert language_of("en", {"LANG": "es_CO.UTF-8", VARIABLE: "es"}) == ENGLISH


def test_a_language_that_nobody_speaks_is_a_mistake():
    with pytest.raises(ConformanceError, match="--lang fr: known are en, es"):
        language_of("fr", {})


def test_what_is_spoken_can_be_set_and_put_back(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    restore = speak("es")
    assert spoken().code == "es"
    speak(None)
    assert spoken().code == "es"
    restore()
    assert spoken() == ENGLISH
    monkeypatch.setenv(VARIABLE, "klingon")
    assert spoken() == ENGLISH


# --- numbers and dates ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("locale", "number", "day", "moment"),
    [
        ("en", "12,345.5", "31 January 2025", "31 January 2025, 23:05:09 UTC-05:00"),
        ("en_GB", "12,345.5", "31 January 2025", "31 January 2025, 23:05:09 UTC-05:00"),
        ("es", "12.345,5", "31 de enero de 2025", "31 de enero de 2025, 23:05:09 UTC-05:00"),
        ("es_MX", "12,345.5", "31 de enero de 2025", "31 de enero de 2025, 23:05:09 UTC-05:00"),
        ("es_CO", "12.345,5", "31 de enero de 2025", "31 de enero de 2025, 23:05:09 UTC-05:00"),
        ("es_ZZ", "12.345,5", "31 de enero de 2025", "31 de enero de 2025, 23:05:09 UTC-05:00"),
    ],
)
def test_numbers_and_dates_are_those_of_the_locale(locale, number, day, moment):
    language = Language(code=locale[:2], locale=locale)
    assert language.number(12345.5) == number
    assert language.day("2025-01-31") == day
    assert language.moment("2025-01-31T23:05:09-05:00") == moment


@pytest.mark.parametrize("language", [ENGLISH, SPANISH])
def test_what_is_no_time_is_shown_as_it_is(language):
    assert language.moment("yesterday") == language.day("yesterday") == "yesterday"
    assert language.moment("2025-01-31T23:05:09Z").endswith("2025, 23:05:09 UTC")
    assert language.moment("2025-01-31T23:05:09").endswith("2025, 23:05:09")


# --- templates --------------------------------------------------------------------------------------------------------


def test_a_template_takes_parts_and_leaves_other_braces():
    assert filled("{a} of {b}: {c}, {}, {A}", {"a": 1, "b": "{c}"}) == "1 of {c}: {c}, {}, {A}"
    assert cut("{a} of {b}.") == (("", " of ", "."), ("a", "b"))


def test_a_literal_is_filled_in_the_language():
    assert ENGLISH.fill("No finding.") == "No finding."
    assert SPANISH.fill("{passed} of {tested} tested", passed=3, tested=4) == catalogue.translations("es")[
        "{passed} of {tested} tested"
    ].replace("{passed}", "3").replace("{tested}", "4")
    assert SPANISH.fill("Nobody wrote {this}.", this="down") == "Nobody wrote down."


def test_lists_have_the_joint_of_the_language():
    assert SPANISH.listed(["a"]) == "a"
    assert SPANISH.listed([]) == ""
    assert SPANISH.listed(["json", "xml", "form"]) == "json, xml y form"
    assert SPANISH.listed(["a", "b", "c", "d"], 2) == "a, b y 2 más"
    assert ENGLISH.listed(["a", "b", "c", "d"], 2) == "a, b and 2 more"


# --- matching ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def book(monkeypatch):
    """A language of which the test knows every word."""
    known = {
        "{path} is refused.": "se rechaza {path}.",
        "the answer says {what}": "la respuesta dice {what}",
        "the baseline was not accepted: {words}": "la base no fue aceptada: {words}",
        "{reason}; {number} of {rules} are open": "{reason}; {number} de {rules} abiertas",
        "{number} rules": "{number} reglas",
        "no items": "sin elementos",
        "too long": "demasiado largo",
        "known are {names}": "conocidos: {names}",
        "{first} and {last}": "{first} y {last}",
        "any": "cualquiera",
        "{a} then {b}": "{b} tras {a}",
        "at once: {cases}": "a la vez: {cases}",
        "it offers:\n{listed}": "ofrece:\n{listed}",
        "{url}: answered {status}{whither}": "{url}: respondió {status}{whither}",
    }
    monkeypatch.setattr(templates_of, "translations", lambda code: known)
    templates_of.book.cache_clear()
    matching._kept.cache_clear()
    yield lambda text: matching.said("es", text)
    templates_of.book.cache_clear()
    matching._kept.cache_clear()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Email is refused.", "se rechaza Email."),
        ("no items", "sin elementos"),
        ("no items.", "sin elementos."),
        ("; no items", "; sin elementos"),
        ("Lista: no items; Otra: too long", "Lista: sin elementos; Otra: demasiado largo"),
        ("the answer says no items", "la respuesta dice sin elementos"),
        ("no items then too long", "demasiado largo tras sin elementos"),
        ("no items and too long", "sin elementos y demasiado largo"),
        ("at once: A: no items; B: too long", "a la vez: A: sin elementos; B: demasiado largo"),
        ("known are json, any and xml", "conocidos: json, any y xml"),
        ("it offers:\n  one", "ofrece:\n  one"),
        ("it offers: one", "ofrece: one"),
        ("http://a/: answered 404; too long", "http://a/: respondió 404; demasiado largo"),
        ("http://a/: answered 404", "http://a/: respondió 404"),
        ("too long\nno items", "demasiado largo\nsin elementos"),
        ("nobody knows this", "nobody knows this"),
        ("", ""),
    ],
)
def test_a_sentence_is_put_into_the_language_part_by_part(book, text, said):
    assert book(text) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('"too long" is refused.', 'se rechaza "too long".'),
        ('the answer says "no items then too long"', 'la respuesta dice "no items then too long"'),
        ("the answer says `no items`", "la respuesta dice `no items`"),
        ("the answer says 'too long'", "la respuesta dice 'too long'"),
        (
            "the baseline was not accepted: 400 Bad Request: too long",
            "la base no fue aceptada: 400 Bad Request: too long",
        ),
        (
            "the baseline was not accepted: 400 Bad Request: no items\ntoo long\n",
            "la base no fue aceptada: 400 Bad Request: no items\ntoo long\n",
        ),
        (
            "the baseline was not accepted: 500 Oh: a; b; 5 of 7 rules are open",
            "la base no fue aceptada: 500 Oh: a; b; 5 de 7 reglas abiertas",
        ),
        ("any is refused.", "se rechaza any."),
        ("a of b rules", "a of b rules"),
        ('"x then y" then too long', 'demasiado largo tras "x then y"'),
        (
            "the baseline was not accepted: 400 Bad Request: Email is refused.",
            "la base no fue aceptada: 400 Bad Request: Email is refused.",
        ),
    ],
)
def test_what_others_said_stays(book, text, said):
    assert book(text) == said


@pytest.mark.parametrize(
    "text",
    [
        *("the " * 250_000, "is not " * 100_000, '"' * 1_000_000, ": ".join(["a is b"] * 100_000)),
        *("a, " * 300_000 + "and b", "it is refused. The " * 50_000, "\n".join(["the x of y"] * 50_000)),
        *("the run " * 700, "a is b; " * 700, "a is b and the " * 390, "A request without " * 300 + " is refused."),
        *("(" * 2900 + "the" + ")" * 2900, "is `" * 1_400, "the ' is " * 600, "at once: " * 600 + "no items"),
    ],
    ids=range(15),
)
def test_whatever_a_server_wrote_the_work_is_bounded(text):
    sentence = matching._Sentence("es")
    told = sentence.told(text)[0]
    assert sentence.fuel > -200 * matching._TRIED
    assert len(told) < 3 * len(text)


@given(st.text(max_size=300))
def test_the_words_of_a_server_come_through_whatever_they_are(words):
    for before in ("neither accepted nor refused: 500 Oh", "the baseline was not accepted: 400 Bad Request"):
        assert SPANISH.say(f"{before}: {words}").endswith(words)
    assert SPANISH.say(words.replace("a", "")) is not None


@given(st.text(max_size=60).filter(lambda text: '"' not in text and "\\" not in text))
def test_what_is_quoted_comes_through_whatever_it_is(words):
    assert f'"{words}"' in SPANISH.say(f'tipos.x: "{words}" is no number, as y wants it (z)')


# --- comments of a target file ----------------------------------------------------------------------------------------


def test_comments_change_and_keys_stay():
    text = 'a = "# no"  # said here\n# b = "x"\n# c = 1   # of c\n# A sentence.\nd = "a#b"\n'
    assert list(comments(text)) == ["said here", "of c", "A sentence."]
    assert with_comments(text, str.upper) == (
        'a = "# no"  # SAID HERE\n# b = "x"\n# c = 1   # OF C\n# A SENTENCE.\nd = "a#b"\n'
    )


# --- extraction -------------------------------------------------------------------------------------------------------

SOURCE = '''
"""A docstring is not said."""
import re
TABLE = {"one key": "a text that is said", "ids/one": 1}
PATTERN = re.compile("a pattern of words")
def told(x, n, path):
    """Nor is this."""
    if x == "a text compared with":
        return f"{path}: {x.name} is {'one' if n == 1 else 'many'} of {len(path)}"
    raise Error(f"{path} cannot be read" + (f"; {x} is there" if x else ""))
def more(language, n):
    language.fill("Word")
    language.fill("One is left." if n == 1 else "{n} are left.", n=n)
    return counted(n, "MUST rule"), text.startswith("begins with this"), f"{x!r} or {', '.join(n) or 'nothing at all'}"
def verbs(x):
    return f"{x} {_verb(x, 'does', 'do')} not conform"
'''


def test_what_is_for_people_is_found_in_source():
    assert {message for _, message in messages(SOURCE)} == {
        "one key",
        "a text that is said",
        "{path}: {name} is one of {path2}",
        "{path}: {name} is many of {path2}",
        "{path} cannot be read",
        "{path} cannot be read; {x} is there",
        "Word",
        "One is left.",
        "{n} are left.",
        "1 MUST rule",
        "{number} MUST rules",
        "{x} or {n}",
        "{x} or nothing at all",
        "{x} does not conform",
        "{x} do not conform",
    }


@pytest.mark.parametrize(
    "text", ["<a b>the text</a>", "application/json; charset=x", "RFC 9110 §5.1", "bold red", "a/b"]
)
def test_what_is_not_for_people_is_left(text):
    assert not is_message(text)


def test_every_reason_for_leaving_something_out_is_used():
    """A pattern that nothing matches any more goes."""
    from conformance.report.language import extraction, sources

    text = "\n".join(path.read_text("utf-8") for path in sources.PACKAGE.rglob("*.py"))
    for pattern, reason in extraction.NOT_SAID:
        assert reason
        assert any(re.search(pattern, literal) for literal in re.findall(r'"((?:[^"\\\n]|\\.)*)"', text)), pattern
    places = [path.relative_to(sources.ROOT).as_posix() for path in sources.PACKAGE.rglob("*.py")]
    for glob, _ in extraction.NOT_FOR_PEOPLE:
        assert any(re.match(glob.replace("*", ".*"), place) for place in places), glob
