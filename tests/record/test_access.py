"""An access is logged with organisation, release and purpose, and never with a person."""

from datetime import timedelta

import pytest

from havre.errors import RecordError
from havre.record.access import log_access
from havre.record.store.database import Store
from tests.record.record_case import AT, EVE, NOOR, SETTINGS, posted, published

PURPOSE = "Planning of beds for the winter."


def test_each_access_is_an_entry(store: Store) -> None:
    with store.change() as connection:
        published(connection)
        ids = [log_access(connection, SETTINGS, "r1", PURPOSE, "relief.example", NOOR, AT) for _ in range(2)]
        first, second = posted(connection)[-2:]
    assert [first.id, second.id] == ids
    assert (first.kind, first.subject) == ("export_accessed", "r1")
    assert first.body == {"purpose": PURPOSE, "organisation": "relief.example", "by": NOOR.verifier.text}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"purpose": "beds"}, "10 to 500"),
        ({"purpose": "x" * 501}, "at most 500"),
        ({"purpose": "Write to amina@example.org about beds."}, "reached"),
        ({"purpose": "Call +49 30 1234567 about the beds."}, "reached"),
        ({"purpose": "turned \u202e round and round"}, "U\\+202E"),
        ({"organisation": "Amina Karimi"}, "domain name"),
        ({"organisation": "amina@relief.example"}, "domain name"),
        ({"organisation": ""}, "domain name"),
        ({"release": "r9"}, "no release"),
        ({"person": EVE}, "may act"),
    ],
)
def test_what_cannot_be_told_publicly_is_refused(store: Store, change: dict[str, object], told: str) -> None:
    good = {"release": "r1", "purpose": PURPOSE, "organisation": "relief.example", "person": NOOR}
    with store.change() as connection:
        published(connection)
        before = len(posted(connection))
        with pytest.raises(RecordError, match=told):
            log_access(connection, SETTINGS, at=AT + timedelta(days=1), **{**good, **change})  # type: ignore[arg-type]
        assert len(posted(connection)) == before
