"""What the page says of a collection policy, written out by hand a second time: members, types, constraints.

`strict` takes a value as it stands or refuses it; `worded` reads the text of XML and forms as strictly; `lenient`
converts whatever widespread readers convert.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

EMAIL = re.compile(
    r"((?:[\w-]+\.)*\w[\w-]{0,63})@((?:[\w-]+\.)*\w[\w-]{0,98})\.([a-zA-Z]{2,15}(?:\.[a-zA-Z]{2})?)", re.ASCII
)
GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
NUMBER = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]*)?")
LOOSE_GUID = re.compile(r"[{(]?[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}[)}]?")


@dataclass(frozen=True, kw_only=True)
class Member:
    """`kind` is text, flag, whole, number, guid or schemas; `low` and `high` bound a value, `most` a length."""

    name: str
    kind: str
    required: bool = True
    low: int | None = None
    high: int | None = None
    most: int | None = None
    mail: bool = False


# fmt: off
MEMBERS = (
    Member(name="GrantorTaxId", kind="text"),
    Member(name="IsAfiliatedCC", kind="flag", required=False),
    Member(name="DaysUncollectibleDebt", kind="whole", low=1, high=120),
    Member(name="IsCreditRateEnabled", kind="flag"),
    Member(name="IsCreditRateAutomatic", kind="flag", required=False),
    Member(name="DefaultNotificationSchemaId", kind="guid"),
    Member(name="NotificationSchemaList", kind="schemas", required=False),
    Member(name="NotificationTypeId", kind="whole"),
    Member(name="CollectionReminderTime", kind="text", required=False, most=5),
    Member(name="ShowDocumentDetail", kind="flag"),
    Member(name="ArMailName", kind="text", most=100),
    Member(name="Email", kind="text", most=100, mail=True),
    Member(name="FlagPaymentNotification", kind="flag"),
    Member(name="MinimumInterest", kind="number", low=0, high=100),
    Member(name="MaximunInterest", kind="number", low=0, high=100),
    Member(name="MaximumTermDays", kind="whole", low=0, high=180),
    Member(name="AssignSeller", kind="flag"),
    Member(name="AssignBranch", kind="flag"),
    Member(name="UserId", kind="guid", required=False),
    Member(name="FlagAttachment", kind="flag"),
    Member(name="ShowLinkDocumentAttachment", kind="flag"),
)
SCHEMA = (
    Member(name="NotificationSchemaId", kind="guid", required=False),
    Member(name="NotificationSchemaName", kind="text", required=False),
)
# fmt: on

Reader = Callable[[str, Any], Any]
"""kind, value → the value as it is kept; ValueError where it is refused."""

Problems = list[tuple[str, str]]


def is_number(value: Any) -> bool:
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)


def strict(kind: str, value: Any) -> Any:
    """The value where it has the type as it stands."""
    good = {
        "text": isinstance(value, str),
        "flag": isinstance(value, bool),
        "whole": isinstance(value, int) and not isinstance(value, bool),
        "number": is_number(value),
        "guid": isinstance(value, str) and GUID.fullmatch(value) is not None,
        "schemas": isinstance(value, list) and all(isinstance(item, dict) for item in value),
    }
    if not good[kind]:
        raise ValueError(f"not a {kind}")
    return value


def worded(kind: str, value: Any) -> Any:
    """The value that a text stands for, by the lexical rules of XML Schema; what is no text is judged as it stands."""
    if kind in {"text", "schemas"} or not isinstance(value, str):
        return strict(kind, value)
    text = value.strip(" \t\r\n")
    if kind == "flag":
        return strict(kind, {"true": True, "1": True, "false": False, "0": False}.get(text))
    if kind == "whole":
        return strict(kind, int(text) if WHOLE.fullmatch(text) else text)
    if kind == "number":
        return strict(kind, Decimal(text) if NUMBER.fullmatch(text) else text)
    return strict(kind, text)


def lenient(kind: str, value: Any) -> Any:
    """The value made into the type wherever some widespread reader would."""
    if kind == "schemas":
        return strict(kind, [value] if isinstance(value, dict) else value)
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, (dict, list)):
        raise ValueError(f"not a {kind}")
    return {"text": _text, "flag": _flag, "whole": _whole, "number": _number, "guid": _guid}[kind](value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value).lower()


def _flag(value: Any) -> bool:
    if isinstance(value, str):
        words = {"true": True, "false": False}
        if value.strip().lower() not in words:
            raise ValueError("not a flag")
        return words[value.strip().lower()]
    return bool(value)


def _number(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str):
        try:
            value = Decimal(value.strip())
        except InvalidOperation:
            raise ValueError("not a number") from None
    if isinstance(value, Decimal) and not value.is_finite():
        raise ValueError("not a number")
    return value


def _whole(value: Any) -> int:
    return int(_number(value))


def _guid(value: Any) -> str:
    if not isinstance(value, str) or LOOSE_GUID.fullmatch(value) is None:
        raise ValueError("not a guid")
    digits = value.strip("{}()").replace("-", "").lower()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def check(message: Mapping[str, Any], reader: Reader = strict) -> tuple[dict[str, Any], Problems]:
    """The values as they are kept, and what is wrong, member by member."""
    values: dict[str, Any] = {}
    problems: Problems = []
    for member in MEMBERS:
        value = message.get(member.name)
        if value is None:
            if member.required:
                problems.append((member.name, "is required"))
            continue
        try:
            values[member.name] = reader(member.kind, value)
            if member.kind == "schemas":
                values[member.name] = [_schema(item, reader) for item in values[member.name]]
        except ValueError as error:
            problems.append((member.name, str(error)))
            continue
        problems += [(member.name, text) for text in _broken(member, values[member.name])]
    return values, problems


def _schema(item: Mapping[str, Any], reader: Reader) -> dict[str, Any]:
    return {
        member.name: reader(member.kind, item[member.name]) for member in SCHEMA if item.get(member.name) is not None
    }


def _broken(member: Member, value: Any) -> list[str]:
    found = []
    if member.required and member.kind == "text" and not value.strip():
        found.append("is required")
    if member.most is not None and len(value) > member.most:
        found.append(f"is longer than {member.most}")
    if member.low is not None and value < member.low:
        found.append(f"is below {member.low}")
    if member.high is not None and value > member.high:
        found.append(f"is above {member.high}")
    if member.kind == "number" and value * 100 != int(value * 100):
        found.append("has more than two decimals")
    if member.mail and EMAIL.fullmatch(value) is None:
        found.append("is no address")
    return found
