"""Services that keep to the page and write their XML answers each in a way of its own."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape, unescape

from tests.profiles import markup
from tests.profiles.policy import Problems
from tests.profiles.service import XML, Service
from tests.profiles.wire import Outgoing

# --- the text around the elements -------------------------------------------------------------------------------------


class NoDeclaration(Service):
    """The root element is the first thing in the answer."""

    def declaration(self, encoding: str) -> bytes:
        return b""


class OtherDeclaration(Service):
    """Single quotes, upper case, standalone, a line break behind."""

    def declaration(self, encoding: str) -> bytes:
        return f"<?xml version='1.0' encoding='{encoding.upper()}' standalone='yes' ?>\r\n".encode()


class IndentedXml(Service):
    """Every element on a line of its own."""

    def bare(self, root: ET.Element) -> str:
        ET.indent(root, "\t")
        return super().bare(root).replace("\n", "\r\n") + "\r\n"


class NoPrefixes(Service):
    """No declaration of the two namespaces, which nothing uses anyway."""

    def document(self, tree: Any) -> ET.Element:
        (root,) = self.elements(markup.RESPONSE, tree)
        return root


class MorePrefixes(Service):
    """Namespaces and attributes that the page does not show, all of them without a meaning for the members."""

    def document(self, tree: Any) -> ET.Element:
        root = super().document(tree)
        root.attrib |= {"xmlns": "", "xmlns:a": "urn:example:a", "xsi:noNamespaceSchemaLocation": "answer.xsd"}
        root.attrib |= {"a:trace": "7", "version": "4.2"}
        return root


class SingleQuoted(Service):
    """Attributes in single quotes."""

    def bare(self, root: ET.Element) -> str:
        return re.sub(r'="([^"]*)"', r"='\1'", super().bare(root))


class LongTags(Service):
    """No element is closed by its own tag; blanks before the end of each."""

    def bare(self, root: ET.Element) -> str:
        text = ET.tostring(root, encoding="unicode", short_empty_elements=False)
        return re.sub(r"</(\w+)>", r"</\1 >", text)


class Commented(Service):
    """A style sheet in front, comments between elements and inside of a text."""

    def bare(self, root: ET.Element) -> str:
        text = super().bare(root).replace("<message>sa", "<!-- from here --><message>sa<!-- ved? -->")
        return f'<?xml-stylesheet href="answer.xsl" type="text/xsl"?><!-- saved -->{text}<!-- end -->'


class Sections(Service):
    """Texts in CDATA sections and character references."""

    def bare(self, root: ET.Element) -> str:
        text = super().bare(root)
        text = re.sub(r"(?<=<ArMailName>)[^<]*", lambda m: f"<![CDATA[{unescape(m[0])}]]>", text)
        return re.sub(r"<success>(.)", lambda m: f"<success>&#x{ord(m[1]):X};", text)


# --- encodings --------------------------------------------------------------------------------------------------------


class Accented(Service):
    """Answers in Spanish, beyond ASCII."""

    def envelope(self, success: bool, message: str, details: list[str], data: Any) -> dict[str, Any]:
        return super().envelope(success, "Operación añadida ✓" if success else "Petición errónea", details, data)


class NoXmlCharset(Accented):
    """UTF-8 that the declaration alone tells."""

    xml_type = "{}"


class NoWord(NoXmlCharset, NoDeclaration):
    """UTF-8 that nothing tells: it is what XML means without a word."""


class MarkedXml(NoXmlCharset, NoDeclaration):
    """UTF-8 with a byte order mark."""

    def written(self, root: ET.Element) -> bytes:
        return codecs.BOM_UTF8 + super().written(root)


class Wide(Accented):
    """UTF-16 with a byte order mark, as declaration and charset say."""

    xml_type = "{}; charset=utf-16"

    def written(self, root: ET.Element) -> bytes:
        return (self.declaration("utf-16").decode() + self.bare(root)).encode("utf-16")


class WideMark(Wide):
    """UTF-16 that byte order mark and declaration tell."""

    xml_type = "{}"


class Narrow(Service):
    """Latin-1, as declaration and charset say."""

    xml_type = '{}; Charset="ISO-8859-1"'

    def envelope(self, success: bool, message: str, details: list[str], data: Any) -> dict[str, Any]:
        return super().envelope(success, "Operación añadida", details, data)

    def written(self, root: ET.Element) -> bytes:
        return self.declaration("iso-8859-1") + self.bare(root).encode("latin-1", "xmlcharrefreplace")


class NarrowDeclared(Narrow):
    """Latin-1 that the declaration alone tells."""

    xml_type = "{}"


# --- what is empty ----------------------------------------------------------------------------------------------------


class Nils(Service):
    """What is null stands there and says so."""

    def null(self, name: str) -> Iterator[ET.Element]:
        yield ET.Element(name, {"xsi:nil": "true"})


class OtherNils(NoPrefixes):
    """The same with the digit, and with a prefix that is declared where it is used."""

    def null(self, name: str) -> Iterator[ET.Element]:
        yield ET.Element(name, {"xmlns:p4": markup.INSTANCE, "p4:nil": "1"})


class NoEmptyLists(Service):
    """A list without items is left out."""

    def elements(self, name: str, value: Any) -> Iterator[ET.Element]:
        yield from () if value == [] else super().elements(name, value)


class ListsOfBlanks(Service):
    """A list without items holds a line break."""

    def elements(self, name: str, value: Any) -> Iterator[ET.Element]:
        for element in super().elements(name, value):
            if value == []:
                element.text = "\r\n"
            yield element


class Bare(Service):
    """`success` and the policy, and nothing else."""

    def envelope(self, success: bool, message: str, details: list[str], data: Any) -> dict[str, Any]:
        return {"success": success, "data": data}


# --- how values are written -------------------------------------------------------------------------------------------


class Digits(Service):
    """1 and 0 for true and false."""

    def flag(self, value: bool) -> str:
        return str(int(value))


class Padded(Service):
    """Blanks around everything that is no free text."""

    def leaf(self, value: Any) -> str:
        text = super().leaf(value)
        return text if isinstance(value, str) else f"\n  {text}\t"


class DecimalColumn(Service):
    """Interests with two decimals, whole numbers with a zero in front."""

    def figure(self, value: int | Decimal) -> str:
        return f"0{value}" if isinstance(value, int) else f"+{value:.2f}"


class MoreElements(Service):
    """Elements that the page does not name, behind the others."""

    def envelope(self, success: bool, message: str, details: list[str], data: Any) -> dict[str, Any]:
        return super().envelope(success, message, details, data) | {"traceId": "00-4bf9", "elapsed": 7}

    def echo(self, values: dict[str, Any]) -> dict[str, Any]:
        return super().echo(values) | {"Id": 7}


# --- how a request is refused -----------------------------------------------------------------------------------------


class StockRefusal(Service):
    """ASP.NET's own refusal in XML."""

    def refuse(self, problems: Problems) -> Outgoing:
        state = "".join(f"<model.{name}>{escape(text)}</model.{name}>" for name, text in problems if name)
        text = f"<Error><Message>The request is invalid.</Message><ModelState>{state}</ModelState></Error>"
        return Outgoing(status=400, headers=(("Content-Type", "application/xml; charset=utf-8"),), body=text.encode())


class StockRefusalAsAsked(StockRefusal):
    """The same in JSON where that is asked for."""

    def refuse(self, problems: Problems) -> Outgoing:
        if self.wanted(self.incoming.header("Accept")) in XML:
            return super().refuse(problems)
        return self.json(400, {"Message": "The request is invalid."})


class ProblemXml(Service):
    """RFC 7807 in XML, with a namespace and a media type of its own."""

    def refuse(self, problems: Problems) -> Outgoing:
        text = f'<problem xmlns="urn:ietf:rfc:7807"><title>{escape(problems[0][1])}</title></problem>'
        return Outgoing(status=422, headers=(("Content-Type", "application/problem+xml"),), body=text.encode())


class DeclaredXml(Service):
    """200 for everything; `success` alone tells."""

    def refuse(self, problems: Problems) -> Outgoing:
        return self.answer(200, self.envelope(False, problems[0][1], [], None)) or Outgoing(status=406)


class DeclaredBare(Service):
    """200 and not one element more than `success`, false by its digit."""

    def refuse(self, problems: Problems) -> Outgoing:
        body = f"<{markup.RESPONSE}><success>0</success></{markup.RESPONSE}>".encode()
        return Outgoing(status=200, headers=(("Content-Type", "text/xml"),), body=body)


class RefusalEchoesXml(Service):
    """The refusal carries what no document describes, in another root and another order."""

    def refuse(self, problems: Problems) -> Outgoing:
        text = "<Response><data>none</data><failureCode><a/></failureCode><success>false</success></Response>"
        return Outgoing(status=400, headers=(("Content-Type", "application/xml"),), body=text.encode())
