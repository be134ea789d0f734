"""Services that keep to the page, and refuse besides what their business has no use for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tests.profiles.policy import Problems
from tests.profiles.service import Service


class KnownUsers(Service):
    """A UserId that this tenant does not have is refused."""

    def business(self, values: Mapping[str, Any]) -> Problems:
        return [("UserId", "no such user here")] if "UserId" in values else []


class KnownSchemas(Service):
    """A NotificationSchemaId that this tenant does not have is refused."""

    def business(self, values: Mapping[str, Any]) -> Problems:
        unknown = any(item.get("NotificationSchemaId") for item in values.get("NotificationSchemaList", ()))
        return [("NotificationSchemaList", "no such template here")] if unknown else []


class EachSchemaOnce(Service):
    """The same template twice in the list is refused."""

    def business(self, values: Mapping[str, Any]) -> Problems:
        ids = [item.get("NotificationSchemaId") for item in values.get("NotificationSchemaList", ())]
        return [("NotificationSchemaList", "a template twice")] if len(set(ids)) < len(ids) else []


class KnownDefault(Service):
    """The default template of the contract's baseline is not this tenant's."""

    def business(self, values: Mapping[str, Any]) -> Problems:
        known = values["DefaultNotificationSchemaId"] == "11111111-2222-3333-4444-555555555555"
        return [] if known else [("DefaultNotificationSchemaId", "no such template here")]


class OrderedInterest(Service):
    """A minimum interest above the maximum is refused."""

    def business(self, values: Mapping[str, Any]) -> Problems:
        wrong = values["MinimumInterest"] > values["MaximunInterest"]
        return [("MinimumInterest", "is above MaximunInterest")] if wrong else []


class CheckedTaxId(Service):
    """A GrantorTaxId of other than thirteen characters is refused; the page states nothing of the kind."""

    def business(self, values: Mapping[str, Any]) -> Problems:
        return [] if len(values["GrantorTaxId"]) == 13 else [("GrantorTaxId", "has no check digit")]


class UntilNoon(Service):
    """Reminders between six and noon only."""

    latest = "12:00"

    def business(self, values: Mapping[str, Any]) -> Problems:
        time = values.get("CollectionReminderTime", "09:00")
        good = re.fullmatch(r"[0-2]\d:[0-5]\d", time) and "06:00" <= time <= self.latest
        return [] if good else [("CollectionReminderTime", "is outside the window")]


class UntilMidnight(UntilNoon):
    """The same window, read to midnight."""

    latest = "24:00"
