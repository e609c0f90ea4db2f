"""BAMF: asylum applications in Germany by nationality, as first published each month."""

from datetime import date
from pathlib import Path

import polars as pl

from tools.reference.resource import Resource, Upstream, coded, observations

FILE = "bamf_germany_monthly/bamf_asylum_monthly_by_origin.parquet"
UPSTREAM = Upstream(
    "muc-fluechtlingsrat/bamf-asylgeschaeftsstatistik at commit 7fc82b2",
    "https://github.com/muc-fluechtlingsrat/bamf-asylgeschaeftsstatistik",
    date(2022, 1, 2),
)
MEASURES = {"asylum_applications": "applications", "asylum_applications_first": "first_applications"}


def applications(table: pl.DataFrame) -> pl.DataFrame:
    """Bring the monthly reports to the schema.

    Parameters
    ----------
    table : month, origin (ISO3, ``UNK``, ``STA``), applications, first_applications in persons
    """
    named = coded(table, FILE, origin="bamf")
    month = pl.col("month").cast(pl.Date)
    facts = {
        "destination": "DEU",
        "period": month,
        "frequency": "M",
        # The office revises later; these are the figures before any revision.
        "status": "provisional",
        "source": "bamf",
        # The day of publication is not recorded; the 15th of the next month is declared in its place.
        "as_of": month.dt.offset_by("1mo14d"),
    }
    parts = [
        observations(named, facts | {"measure": measure, "value": pl.col(column)})
        for measure, column in MEASURES.items()
    ]
    return pl.concat(parts)


def resources(shared: Path) -> list[Resource]:
    """Read the shared copy."""
    return [
        Resource(
            name="bamf-applications",
            title="Asylum applications in Germany by nationality, monthly, as first published",
            description="All and first applications lodged in Germany by nationality of the applicant.",
            frame=applications(pl.read_parquet(shared / FILE)),
            upstreams=(UPSTREAM,),
            as_of="Declared, not observed: the 15th of the month after the one counted.",
            caveats=("Rows by nationality only; the totals of the reports are not part of it.",),
        )
    ]
