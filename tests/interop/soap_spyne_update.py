"""actualizarCorreoClienteListaDocumentos as a team writes it that names things in English, with spyne.

Qualified names, a list in an element of its own, an enumeration for the kinds, a pattern for the address. Written
from the prose; must never import `conformance`. It is imported in a process of its own: see soap_wsgi.
"""

from typing import Any

from spyne import Application, Fault, ServiceBase, rpc
from spyne.model.complex import Array, ComplexModel
from spyne.model.enum import Enum
from spyne.model.primitive import Integer32, Unicode
from spyne.protocol.soap import Soap11, Soap12
from spyne.server.wsgi import WsgiApplication

NAMESPACE = "urn:example:mail-updates"
PATH = "/mail-updates"

Required = Unicode(min_occurs=1, nillable=False, min_len=1)
Address = Unicode(min_occurs=1, nillable=False, pattern=r"[^@\s]+@[^@\s]+\.[A-Za-z]+")
Kind = Enum("INVOICE", "CREDIT_NOTE", "DEBIT_NOTE", type_name="DocumentKind")


class Document(ComplexModel):
    """A document whose customer has a new address."""

    __namespace__ = NAMESPACE
    _type_info = (
        ("Prefix", Unicode),
        ("Number", Required),
        ("Kind", Kind.customize(min_occurs=1, nillable=False)),
        ("NewEmail", Address),
    )


class Notification(ComplexModel):
    """What became of a document."""

    __namespace__ = NAMESPACE
    _type_info = (("Number", Unicode), ("Status", Unicode))


class UpdateResult(ComplexModel):
    """The answer."""

    __namespace__ = NAMESPACE
    _type_info = (
        ("Code", Integer32(min_occurs=1, nillable=False)),
        ("Message", Unicode),
        ("Notifications", Array(Notification)),
    )


Documents = Array(Document, min_occurs=1, nillable=False)


class MailUpdates(ServiceBase):
    """The one operation."""

    @rpc(
        Required, Documents, _in_variable_names={"issuer": "IssuerId", "documents": "Documents"}, _returns=UpdateResult
    )
    def actualizarCorreoClienteListaDocumentos(ctx, issuer, documents):  # noqa: N802, N805 - spyne's convention, the prose's name
        if not documents:
            raise Fault("Client", "No documents")
        told = [Notification(Number=document.Number, Status="SENT") for document in documents]
        return UpdateResult(Code=0, Message="Addresses updated", Notifications=told)


def application(version: str = "1.1") -> Any:
    """The service in that version of SOAP; its WSDL is at `?wsdl`."""
    kind = {"1.1": Soap11, "1.2": Soap12}[version]
    return WsgiApplication(
        Application(
            [MailUpdates],
            tns=NAMESPACE,
            name="MailUpdates",
            in_protocol=kind(validator="soft"),
            out_protocol=kind(),
        )
    )
