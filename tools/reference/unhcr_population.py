"""UNHCR Refugee Data Finder: annual asylum applications and refugees by origin and country of asylum."""

from datetime import date
from pathlib import Path

import polars as pl

from tools.reference.resource import Resource, Upstream, coded, observations, summed

APPLICATIONS = "unhcr_refugees_annual/asylum_applications.parquet"
POPULATION = "unhcr_refugees_annual/population.parquet"
UPSTREAM = Upstream(
    "PopulationStatistics/refugees at commit 0c16a6d (version 2025.12.1)",
    "https://github.com/PopulationStatistics/refugees",
    date(2026, 6, 25),
)
APPLICATION_TYPES = ("N", "V", "NR", "NA", "FA")
"""New; various (to 2005); and categories that hold new ones together with repeated ones or appeals, unsplit."""
LATER_LEVELS = ("AR", "JR", "RA", "SP")
"""Administrative review, judicial review, repeated or reopened, subsidiary protection: not the first instance."""


def _facts(measure: str, column: str) -> dict[str, object]:
    return {
        "measure": measure,
        "origin": pl.col("coo_iso"),
        "destination": pl.col("coa_iso"),
        "period": pl.date(pl.col("year").cast(pl.Int32), 1, 1),
        "frequency": "A",
        "value": pl.col(column),
        "source": "unhcr_population",
        "as_of": UPSTREAM.day,
    }


def applications(table: pl.DataFrame) -> pl.DataFrame:
    """Sum the applications at first instance, in persons, over procedures.

    Repeated applications (``R``), appeals (``A``), court cases (``J``) and rows at the levels of review are further
    steps of people who were counted before. Rows in cases (``app_pc`` C) are left out, since a case is not a person.

    Parameters
    ----------
    table : year, coo_iso, coa_iso, procedure_type, app_type, dec_level, app_pc, applied
    """
    first_instance = table.filter(
        (pl.col("app_pc") == "P")
        & pl.col("app_type").is_in(APPLICATION_TYPES)
        & ~pl.col("dec_level").is_in(LATER_LEVELS)
    )
    named = coded(first_instance, APPLICATIONS, coo_iso="iso3", coa_iso="iso3")
    return summed(observations(named, _facts("asylum_applications", "applied")))


def refugees(table: pl.DataFrame) -> pl.DataFrame:
    """Bring the stock of refugees to the schema; the provider's column holds people in refugee-like situations too.

    Parameters
    ----------
    table : year, coo_iso, coa_iso, refugees (persons at the end of the year)
    """
    # A row without refugees is there for another group of people, such as asylum-seekers.
    present = table.filter(pl.col("refugees") > 0)
    named = coded(present, POPULATION, coo_iso="iso3", coa_iso="iso3")
    return summed(observations(named, _facts("refugee_stock", "refugees")))


def resources(shared: Path) -> list[Resource]:
    """Read the shared copies."""
    as_of = "Day of the copy, 25 June 2026; the copy was cut after 2023, and earlier vintages are not at hand."
    tibetan = "Tibetans are an origin of their own with UNHCR (TIB); SRB holds Serbia and Kosovo together."
    return [
        Resource(
            name="unhcr-applications",
            title="Individual asylum applications by origin and country of asylum, annual, 2000 to 2023",
            description="Applications at first instance, in persons, summed over procedures of governments and UNHCR.",
            frame=applications(pl.read_parquet(shared / APPLICATIONS)),
            upstreams=(UPSTREAM,),
            as_of=as_of,
            caveats=(
                "Kept: types N, V, NR, NA and FA, in persons.",
                "Left out: types R, RA, A, J and SP, the levels AR, JR, RA and SP, and rows that count cases.",
                tibetan,
            ),
        ),
        Resource(
            name="unhcr-refugees",
            title="Refugees by origin and country of asylum at the end of the year, 1951 to 2023",
            description="Refugees under UNHCR's mandate and people in refugee-like situations.",
            frame=refugees(pl.read_parquet(shared / POPULATION)),
            upstreams=(UPSTREAM,),
            as_of=as_of,
            caveats=(
                "Palestine refugees under UNRWA's mandate are not part of it.",
                "Other people in need of international protection are not part of it.",
                tibetan,
            ),
        ),
    ]
