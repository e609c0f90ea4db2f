"""A record with one release that is published, for tests."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from havre.record.draft import draft_digest, write_draft
from havre.record.folder import forecast_table
from havre.record.log.keys import Signer
from havre.record.publication import Record, Words, create_record, publish
from havre.record.review import approve, override, submit
from havre.record.reviewed import Override
from havre.record.tables import Release
from tests.record.log.log_case import KEY, ORIGIN
from tests.record.record_case import ADA, AT, NOOR
from tests.record.release_samples import MEASURE_NAMES, sample_release

WORDS = Words(MEASURE_NAMES, {})


def made_record(folder: Path, address: str | None = None) -> None:
    create_record(folder, ORIGIN, KEY, [ADA, NOOR], address)


def drafted(record: Record, name: str, further: Mapping[str, bytes] | None = None) -> Release:
    """Keep a draft of the sample release under a name."""
    release = sample_release()
    named = replace(release, facts=replace(release.facts, id=name))
    write_draft(named, record.draft(name), further)
    return named


def approved(record: Record, name: str, *, author: Signer = ADA, supersedes: str | None = None) -> None:
    """Draft, submit, override a figure of, and approve a release."""
    row = forecast_table(drafted(record, name)).drop_nulls("median").to_dicts()[0]
    digest = draft_digest(record.draft(name))
    names = ("scope", "origin", "destination", "horizon", "target_month")
    change = Override(
        **{key: row[key] for key in names},
        computed=row["median"],
        stated=77.0,
        reason="The border was closed all month.",
        reviewer=NOOR.name,
    )
    with record.store.change() as connection:
        submit(connection, name, digest, author, AT, supersedes=supersedes)
        override(connection, name, change, NOOR, AT)
        approve(connection, name, digest, NOOR, AT)


def published_release(record: Record, name: str = "r-1") -> Path:
    approved(record, name)
    return publish(record, name, NOOR, [KEY], WORDS, AT)
