"""A record whose release was logged in January 2021, before the months that it forecasts were counted."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

from havre.months import add_months
from havre.panel.observations import check_observations
from havre.record.draft import draft_digest, write_draft
from havre.record.log.keys import Signer
from havre.record.publication import Record, publish
from havre.record.review import approve, override, submit
from havre.record.reviewed import Override
from havre.record.tables import ReleaseFacts
from tests.record.log.log_case import KEY
from tests.record.published_case import WORDS
from tests.record.record_case import ADA, NOOR
from tests.record.release_samples import sample_facts, sample_release
from tests.small_panel import APPLICATIONS

LOGGED = datetime(2021, 1, 20, 12, tzinfo=UTC)
FIRST, MONTHS = date(2018, 1, 1), 48
MEANS = {"SYR": 3000.0, "AFG": 900.0, "ERI": 40.0}
SERIES = (
    (APPLICATIONS, "asylum_applications", "TOT", "DEU", "total", 3940.0, 0.9),
    (APPLICATIONS, "asylum_applications", "SYR", "DEU", "corridor", 3000.0, 0.84),
    (APPLICATIONS, "asylum_applications", "AFG", "DEU", "corridor", 900.0, 1.07),
    (APPLICATIONS, "asylum_applications", "ERI", "DEU", "corridor", 40.0, 1.1),
)
OVERRIDE = Override(
    APPLICATIONS, "SYR", "DEU", 2, date(2021, 2, 1), 1.0, 2777.0, "The border was closed all month.", NOOR.name
)


def counted(months: int = MONTHS, small: tuple[str, int] | None = None) -> pl.DataFrame:
    """Give what was counted: each month is known in the middle of the next one.

    Parameters
    ----------
    small : an origin and a month, counted from the first, of which the count is 4
    """
    rows = [
        ("asylum_applications", code, "DEU", add_months(FIRST, step), "M",
         4.0 if (code, step) == small else mean + 10.0 * (step % 7), None, "final", "bamf",
         add_months(FIRST, step + 1).replace(day=15))
        for code, mean in MEANS.items()
        for step in range(months)
    ]  # fmt: skip
    names = ("measure", "origin", "destination", "period", "frequency", "value", "rounding", "status", "source")
    return check_observations(pl.DataFrame(rows, schema=[*names, "as_of"], orient="row", infer_schema_length=None))


def logged_release(
    record: Record,
    name: str = "r-1",
    at: datetime = LOGGED,
    *,
    changes: tuple[Override, ...] = (),
    supersedes: str | None = None,
    corrects: str | None = None,
    author: Signer = ADA,
    facts: ReleaseFacts | None = None,
) -> Path:
    """Draft, review and publish a release at a time."""
    release = sample_release(facts=facts or sample_facts(), series=SERIES, hidden=frozenset())
    write_draft(replace(release, facts=replace(release.facts, id=name)), record.draft(name))
    digest = draft_digest(record.draft(name))
    with record.store.change() as connection:
        submit(connection, name, digest, author, at, supersedes=supersedes, corrects=corrects)
        for change in changes:
            override(connection, name, change, NOOR, at)
        approve(connection, name, digest, NOOR, at)
    return publish(record, name, NOOR, [KEY], WORDS, at)
