"""XML and forms for the FastAPI service, as a team adds them that has pydantic already: text → dict → the same model.

Written from the page; must never import `conformance`. A slip is one of these names, and changes one line.
Annotations are not postponed: FastAPI reads them as values.
"""

import re
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, unquote

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from lxml import etree
from pydantic import ValidationError

from tests.interop import fastapi_server as server

REQUEST = "GrantorSettingsModelApi"
RESPONSE = "ResponseModelApiOfGrantorSettingsModelApi"
ITEM = "NotificationSchemaModelApi"
LIST = "NotificationSchemaList"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
NAMESPACES = {"xsd": "http://www.w3.org/2001/XMLSchema", "xsi": XSI}
NUMBERS = ("DaysUncollectibleDebt", "NotificationTypeId", "MaximumTermDays", "MinimumInterest", "MaximunInterest")
FLAGS = frozenset(
    {
        *("IsAfiliatedCC", "IsCreditRateEnabled", "IsCreditRateAutomatic", "ShowDocumentDetail", "AssignSeller"),
        *("FlagPaymentNotification", "AssignBranch", "FlagAttachment", "ShowLinkDocumentAttachment"),
    }
)
JSON, XML = ("application/json", "text/json"), ("application/xml", "text/xml")
FORM = "application/x-www-form-urlencoded"


class Unreadable(Exception):  # noqa: N818 - control flow of this server
    """The body is nothing that the model could be asked about."""


# --- what comes in ----------------------------------------------------------------------------------------------------


def typed(name: str, text: str) -> Any:
    """The text as JSON would have it; left alone where it is none of that, so that the model refuses it."""
    bare = text.strip()
    if name in FLAGS:
        return {"true": True, "false": False, "1": True, "0": False}.get(bare, text)
    if name in NUMBERS and re.fullmatch(r"[+-]?[0-9]+", bare):
        return int(bare)
    if name in NUMBERS and re.fullmatch(r"[+-]?[0-9]+\.[0-9]+", bare):
        return Decimal(bare)
    return bare if name.endswith("Id") and name != "GrantorTaxId" else text


def from_xml(body: bytes, slip: str) -> dict[str, Any]:
    """The members in an XML document."""
    if slip == "entities left as they are":
        body = body.replace(b"&", b"&amp;")
    try:
        root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise Unreadable(str(error)) from None
    if root.tag != REQUEST or root.getroottree().docinfo.doctype:
        raise Unreadable("another document")
    found = {str(child.tag): _held(child) for child in reversed(root) if isinstance(child.tag, str)}
    if slip == "a default for a required member in XML":
        found.setdefault("ArMailName", "nobody")
    if slip == "a longest name in JSON alone" and "ArMailName" in found:
        found["ArMailName"] = str(found["ArMailName"] or "")[:100]
    return found


def _held(element: Any) -> Any:
    if element.get(f"{{{XSI}}}nil") == "true":
        return None
    if element.tag == LIST:
        return [{leaf.tag: {} if len(leaf) else leaf.text for leaf in item} for item in element.findall(ITEM)]
    return {} if len(element) else typed(element.tag, element.text or "")


def from_form(body: bytes, slip: str) -> dict[str, Any]:
    """The members in a form."""
    encoding = "latin-1" if slip == "forms in Latin-1" else "utf-8"
    try:
        if slip == "a plus sign for itself":
            parts = [part.partition("=") for part in body.decode("ascii").split("&")]
            pairs = [(unquote(name), unquote(text, errors="strict")) for name, _, text in parts if name]
        else:
            pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, encoding=encoding, errors="strict")
    except UnicodeDecodeError as error:
        raise Unreadable(str(error)) from None
    found = {name: typed(name, text) for name, text in pairs}
    if slip == "no pattern in forms" and "@" in str(found.get("Email")):
        found["Email"] = "cobranza@mail.test"
    if slip == "a range of its own in forms" and found.get("MaximumTermDays") == 181:
        found["MaximumTermDays"] = 180
    return found


# --- what goes out ----------------------------------------------------------------------------------------------------


def to_xml(tree: dict[str, Any], slip: str) -> bytes:
    """The answer as a document."""
    namespace = "urn:example:policies" if slip == "a root in a namespace" else None
    name = "Response" if slip == "a root of another name" else RESPONSE
    root = etree.Element(f"{{{namespace}}}{name}" if namespace else name, nsmap=NAMESPACES)
    _fill(root, tree, slip)
    if slip == "elements in alphabetical order":
        root[:] = sorted(root, key=lambda element: str(element.tag))
    if slip == "members twice":
        root.append(etree.fromstring("<message>again</message>"))
    if slip == "success as an attribute":
        root.set("success", str(root[0].text))
        del root[0]
    written = bytes(etree.tostring(root, encoding="utf-8", xml_declaration=True))
    match slip:
        case "Latin-1 called UTF-8":
            return written.decode().encode("latin-1", "xmlcharrefreplace")
        case "UTF-8 called UTF-16":
            return written.replace(b"utf-8", b"utf-16", 1)
        case "a document that does not end":
            return written[:-1]
        case "an entity of HTML":
            return written.replace("í".encode(), b"&iacute;")
    return written


def _fill(parent: Any, value: Any, slip: str) -> None:
    if isinstance(value, dict):
        for name, inner in value.items():
            if inner is not None or slip == "a null as an empty element":
                tag = name[0].lower() + name[1:] if slip == "a name in camel case" and name == "Email" else name
                _fill(etree.SubElement(parent, tag), inner, slip)
    elif isinstance(value, list):
        name = "item" if slip == "items named item" else {LIST: ITEM}.get(parent.tag, "string")
        for inner in value:
            _fill(etree.SubElement(parent, name), inner, slip)
    elif isinstance(value, bool):
        inside = parent.getparent().tag == "data"
        odd = slip == "flags as Python writes them" or (slip == "flags of the policy as Python writes them" and inside)
        parent.text = str(value) if odd else str(value).lower()
    elif value is not None:
        comma = slip == "a comma for the fraction" and isinstance(value, float)
        parent.text = str(value).replace(".", ",") if comma else str(value)


# --- the service ------------------------------------------------------------------------------------------------------


def application(slip: str = "") -> FastAPI:
    """The service in all its media types, with that slip if any."""
    app = FastAPI()

    @app.post(server.PATH)
    async def save(request: Request) -> Response:
        label = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if label not in (*JSON, *XML, FORM):
            return Response(status_code=415)
        body = await request.body()
        try:
            if label in XML:
                policy = server.Policy.model_validate(from_xml(body, slip))
            elif label == FORM:
                policy = server.Policy.model_validate(from_form(body, slip))
            else:
                policy = server.Policy.model_validate_json(body)
        except (ValidationError, Unreadable) as error:
            return JSONResponse({"detail": str(error).splitlines()[0]}, 422)
        return answered(policy, request.headers.get("accept") or "*/*", slip)

    return app


def answered(policy: server.Policy, accept: str, slip: str) -> Response:
    """The answer in the media type that is asked for."""
    wanted = asked(accept)
    if slip == "406 for text/xml" and wanted == "text/xml":
        return Response(status_code=406)
    tree = server.documented(policy) | {"message": "La política está guardada", "messageDetail": ["añadida"]}
    tree["data"] = policy.model_dump(mode="json")
    if wanted in XML and slip != "JSON called XML":
        called = JSON[0] if slip == "XML called JSON" else wanted
        charset = "" if slip == "UTF-8 called UTF-16" else "; charset=utf-8"
        return Response(to_xml(tree, slip), headers={"Content-Type": f"{called}{charset}"})
    return Response(JSONResponse(tree).body, headers={"Content-Type": wanted})


def asked(accept: str) -> str:
    """The best of the documented media types; JSON where there is none."""
    weighed = []
    for part in accept.split(","):
        name, _, parameters = part.partition(";")
        quality = re.search(r"q=([0-9.]+)", parameters)
        if name.strip() in (*JSON, *XML):
            weighed.append((float(quality[1]) if quality else 1.0, name.strip()))
    return max(weighed, key=lambda one: one[0])[1] if weighed else JSON[0]
