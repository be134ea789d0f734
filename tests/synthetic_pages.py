"""Pages made for these tests: the formats of the three documents with other words, names and numbers."""

from __future__ import annotations

from conformance.documents.page import Page, page_of

HELP = r"""PUT api/Warehouse/Shelf
Keeps a warehouse in the register
Request Information
URI Parameters
None.
Body Parameters
The warehouse
WarehouseModel| Name | Description | Type | Additional information |
|---|---|---|---|
| Code |
The short name on every box |
string |
Required Max length: 4 |
|
Where the guard reads his mail |
string |
Required Matching regular expression pattern: ^a | Range: inclusive between 1 and 2@b$ Max length: 30 |
|
| Places |
How many boxes fit in |
integer |
Matching regular expression pattern: ^[0-9]+$ Range: inclusive between 0 and 9 |
| Shelves |
All its shelves |
Collection of ShelfModel |
None. |
| Tags |
Words to find it by |
Collection of string |
None. |
| Rent |
What it costs |
decimal number |
Required Range: inclusive between 0.5 and 10 |
Request Formats
application/json
{
"Code": "sample string 1",
"Contact": "sample string 2",
"Places": 3,
"Shelves": [
{
"ShelfId": "08de22c4-0ad9-82b3-ba1f-9f35ac4f117a",
"Height": 4.1
},
{
"ShelfId": "08de22c4-0ad9-82b3-ba1f-9f35ac4f117a",
"Height": 4.1
}
],
"Tags": [
"sample string 1",
"sample string 2"
],
"Rent": 5.1
}
application/xml, text/xml
<WarehouseModel>
<Code>sample string 1</Code>
<Contact>sample string 2</Contact>
<Places>3</Places>
<Shelves>
<ShelfModel>
<ShelfId>08de22c4-0ad9-82b3-ba1f-9f35ac4f117a</ShelfId>
<Height>4.1</Height>
</ShelfModel>
<ShelfModel>
<ShelfId>08de22c4-0ad9-82b3-ba1f-9f35ac4f117a</ShelfId>
<Height>4.1</Height>
</ShelfModel>
</Shelves>
<Tags>
<string>sample string 1</string>
<string>sample string 2</string>
</Tags>
<Rent>5.1</Rent>
</WarehouseModel>
application/x-www-form-urlencoded
Response Information
Resource Description
AnswerOfWarehouseModel| Name | Description | Type | Additional information |
|---|---|---|---|
| done |
Whether it was kept |
boolean |
None. |
| kept |
What was kept |
WarehouseModel |
None. |
Response Formats
application/json
{
"done": true,
"kept": {
"Code": "sample string 1",
"Contact": "sample string 2",
"Places": 3,
"Shelves": [
{
"ShelfId": "08de22c4-0ad9-82b3-ba1f-9f35ac4f117b",
"Height": 4.1
}
],
"Tags": [
"sample string 1"
],
"Rent": 5.1
}
}"""

_ENVELOPE = """<?xml version="1.0" encoding="utf-8"?>
<{p}:Envelope xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:{p}="{uri}">
<{p}:Body>
{body}
</{p}:Body>
</{p}:Envelope>"""

_REQUEST = """<SendParcel xmlns="urn:parcels">
<parcel>
<Weight>int</Weight>
<Label>string</Label>
<Pieces>
<Piece>
<Photo>base64Binary</Photo>
</Piece>
<Piece>
<Photo>base64Binary</Photo>
</Piece>
</Pieces>
<Due>dateTime</Due>
</parcel>
</SendParcel>"""

_ANSWER = """<SendParcelResponse xmlns="urn:parcels">
<SendParcelResult>
<Extra />
<Steps>
<Step xsi:nil="true" />
<Step xsi:nil="true" />
</Steps>
<Sent>boolean</Sent>
</SendParcelResult>
</SendParcelResponse>"""


def _exchange(prefix: str, uri: str, media: str, head: str) -> str:
    def envelope(body: str) -> str:
        return _ENVELOPE.format(p=prefix, uri=uri, body=body)

    headers = f"Content-Type: {media}; charset=utf-8\nContent-Length: length"
    asked = f"POST /Parcels.asmx HTTP/1.1\nHost: parcels.example\n{headers}\n{head}{envelope(_REQUEST)}"
    return f"{asked}\nHTTP/1.1 200 OK\n{headers}\n{envelope(_ANSWER)}"


ASMX = "\n".join(
    (
        "Parcels",
        "SendParcel",
        "SOAP 1.1",
        "A sample follows.",
        _exchange("soap", "http://schemas.xmlsoap.org/soap/envelope/", "text/xml", 'SOAPAction: "urn:parcels/Send"\n'),
        "SOAP 1.2",
        _exchange("soap12", "http://www.w3.org/2003/05/soap-envelope", "application/soap+xml", ""),
    )
)

PROSE = """Cambiar la hora de entrega

Url: https://correo.example/Entregas/Horas?wsdl/cambiarHoraPaquetes

Este servicio SOAP cambia la hora.

El servicio pide como entrada:

  • Código del cliente
  • Lista de paquetes, con estos datos:
  • Zona del paquete (si aplica)
  • Clase del paquete (carta, caja o rollo frágil)

Nada más."""


def page(text: str) -> Page:
    return page_of("page.txt", text, "0" * 64)


def line_of(text: str, fragment: str, nth: int = 1) -> int:
    """The number of the nth line that contains a fragment."""
    return [number for number, line in enumerate(text.split("\n"), start=1) if fragment in line][nth - 1]
