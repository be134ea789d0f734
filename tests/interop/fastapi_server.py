"""The service as FastAPI and pydantic make it: models for validation, 422 with `detail` for a refusal, JSON alone.

Written from the page; must never import `conformance`. Annotations are not postponed: FastAPI reads them as values.
"""

import asyncio
import re
import socket
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import uvicorn
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, PlainSerializer, StrictBool, StringConstraints

from tests.profiles.wire import Incoming, Outgoing

PATH = "/api/CollectionPolicy"
MAIL = r"((?:[\w-]+\.)*\w[\w-]{0,63})@((?:[\w-]+\.)*\w[\w-]{0,98})\.([a-zA-Z]{2,15}(?:\.[a-zA-Z]{2})?)"


def whole_mail(text: str) -> str:
    if re.fullmatch(MAIL, text, re.ASCII) is None:
        raise ValueError("no mail address")
    return text


def as_number(value: Any) -> Decimal:
    """pydantic alone would take text and booleans for a Decimal."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ValueError("no number")
    return Decimal(str(value))


AsNumber = PlainSerializer(float, return_type=float)
Text = Annotated[str, StringConstraints(strict=True, min_length=1, pattern=r"\S")]
Whole = Annotated[int, Field(strict=True)]
Interest = Annotated[Decimal, BeforeValidator(as_number), Field(ge=0, le=100, decimal_places=2), AsNumber]
Mail = Annotated[Text, Field(max_length=100), AfterValidator(whole_mail)]


class Schema(BaseModel):
    """One notification template."""

    NotificationSchemaId: UUID | None = None
    NotificationSchemaName: Annotated[str, Field(strict=True)] | None = None


class Policy(BaseModel):
    """The request, and what is saved."""

    GrantorTaxId: Text
    IsAfiliatedCC: StrictBool | None = None
    DaysUncollectibleDebt: Annotated[Whole, Field(ge=1, le=120)]
    IsCreditRateEnabled: StrictBool
    IsCreditRateAutomatic: StrictBool | None = None
    DefaultNotificationSchemaId: UUID
    NotificationSchemaList: list[Schema] | None = None
    NotificationTypeId: Whole
    CollectionReminderTime: Annotated[str, Field(strict=True, max_length=5)] | None = None
    ShowDocumentDetail: StrictBool
    ArMailName: Annotated[Text, Field(max_length=100)]
    Email: Mail
    FlagPaymentNotification: StrictBool
    MinimumInterest: Interest
    MaximunInterest: Interest
    MaximumTermDays: Annotated[Whole, Field(ge=0, le=180)]
    AssignSeller: StrictBool
    AssignBranch: StrictBool
    UserId: UUID | None = None
    FlagAttachment: StrictBool
    ShowLinkDocumentAttachment: StrictBool


Answer = Callable[[Policy], Any]


def documented(policy: Policy) -> Any:
    """The answer to a policy that was saved."""
    return {"success": True, "message": "saved", "messageDetail": [], "failureCode": None, "data": policy}


async def without_input(_request: Request, error: RequestValidationError) -> JSONResponse:
    """422 without what was sent: FastAPI's own handler repeats a NaN, and breaks over it."""
    return JSONResponse({"detail": [{"loc": found["loc"], "msg": found["msg"]} for found in error.errors()]}, 422)


def application(model: type[Policy] = Policy, answer: Answer = documented, *, stock: bool = False) -> FastAPI:
    """The JSON service with this model for the request and this answer; `stock` keeps FastAPI's own refusal."""
    app = FastAPI(exception_handlers={} if stock else {RequestValidationError: without_input})

    @app.post(PATH)
    async def save(policy: model) -> Any:  # type: ignore[valid-type]
        return answer(policy)

    return app


class TextJson:
    """`text/json` is documented as well, and FastAPI does not know it."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        headers = [
            (name, value.replace(b"text/json", b"application/json") if name == b"content-type" else value)
            for name, value in scope["headers"]
        ]
        await self._app({**scope, "headers": headers}, receive, send)


def in_process(app: Any) -> Callable[[Incoming], Outgoing]:
    """The application as a function of request to answer."""

    async def call(incoming: Incoming) -> Outgoing:
        sent: list[dict[str, Any]] = []
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": incoming.method,
            "path": incoming.path,
            "raw_path": incoming.path.encode(),
            "query_string": b"",
            "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in incoming.headers],
        }

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": incoming.body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        try:
            await app(scope, receive, send)
        except Exception:
            # The server answers for an application that breaks; starlette has sent a 500 by then.
            if not sent:
                raise
        start, *rest = sent
        headers = tuple((name.decode(), value.decode("latin-1")) for name, value in start["headers"])
        return Outgoing(status=start["status"], headers=headers, body=b"".join(one.get("body", b"") for one in rest))

    loop = asyncio.new_event_loop()

    def answer(incoming: Incoming) -> Outgoing:
        return loop.run_until_complete(call(incoming))

    weakref.finalize(answer, loop.close)
    return answer


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """Serve by uvicorn in a thread while the block runs; yields the URL of the operation."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=128)
    config = uvicorn.Config(app, log_level="critical", lifespan="off", access_log=False)
    server = uvicorn.Server(config)
    # The socket listens already, so a request that comes before the server is up waits in its queue.
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}{PATH}"
    finally:
        server.should_exit = True
        thread.join()
        listening.close()
