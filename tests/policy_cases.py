"""The collection policy for tests of cases: a subject in any encoding, how messages differ, what tenants may need."""

from __future__ import annotations

from decimal import Decimal
from itertools import zip_longest

from hypothesis import strategies as st

from conformance.codecs import CODECS
from conformance.generate.subject import Subject
from conformance.run.contracts import all_rules, contracts

CONTRACT = contracts()["collection-policy"]
RULES = {rule.id: rule for rule in all_rules().values() if rule.service == "collection-policy"}
GUID = "0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9"
REFERENCES = ("GrantorTaxId", "DefaultNotificationSchemaId", "NotificationTypeId", "UserId")
MISSING = object()


def subject(encoding="json", **explicit):
    """What cases are made for, with these values beside those of the contract."""
    return Subject(
        contract=CONTRACT,
        encoding=CONTRACT.encoding(encoding),
        url="http://127.0.0.1/api/CollectionPolicy",
        values={**CONTRACT.baseline, **explicit},
        explicit=frozenset(explicit),
    )


def message(case):
    """The message that a case sends."""
    return CODECS[case.encoding].decode(CONTRACT.operation.request, case.request.body, "").tree


def differences(one, other, path=""):
    """The places where two messages differ, as deep as both have the same shape."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() & other.keys():
        for name in dict.fromkeys((*one, *other)):
            yield from differences(one.get(name, MISSING), other.get(name, MISSING), f"{path}/{name}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other) > 0:
        for left, right in zip_longest(one, other):
            yield from differences(left, right, path)
    elif type(one) is not type(other) or one != other or str(one) != str(other):
        yield path


TENANTS = st.fixed_dictionaries(
    {},
    optional={
        "GrantorTaxId": st.sampled_from(["A,B", "AB}", '"x"', "Ñ", "a&b", "]]>", "<x>", "a=b+c%"]),
        "IsAfiliatedCC": st.booleans(),
        "DaysUncollectibleDebt": st.integers(1, 120),
        "MaximumTermDays": st.integers(0, 180),
        "MinimumInterest": st.integers(0, 30) | st.integers(0, 3000).map(lambda cents: Decimal(cents) / 100),
        "MaximunInterest": st.integers(30, 100) | st.integers(3000, 10000).map(lambda cents: Decimal(cents) / 100),
        "CollectionReminderTime": st.sampled_from(["09:59", "6", ""]),
        "ArMailName": st.sampled_from(["A", "Cobranza Ñ", "x" * 100, "Cobros 2", "Señor \N{GRINNING FACE}"]),
        "Email": st.sampled_from(["a@example.com", "a.b@x.test", f"{'x' * 60}@example.org", "a-b.c_d@m.s.invalid"]),
        "UserId": st.just(GUID),
        "NotificationTypeId": st.integers(0, 5),
        "NotificationSchemaList": st.sampled_from(
            [
                [],
                [{"NotificationSchemaId": GUID, "NotificationSchemaName": "Uno"}],
                [{"NotificationSchemaId": GUID}],
                [{"NotificationSchemaId": GUID, "NotificationSchemaName": "Uno"}] * 2,
            ]
        ),
    },
)
"""Values that a target file may give."""
