"""Eurostat: monthly asylum applicants per destination (two vintages) and corridor (2015), and temporary protection."""

from datetime import date
from pathlib import Path

import polars as pl

from havre.panel.vintage import only_news
from havre.places import is_aggregate
from tools.reference.resource import Resource, Upstream, coded, observations

TOTALS = "eurostat_asyapp_destination_totals_monthly/destination_totals_monthly_2000_2020.parquet"
CORRIDORS = "eurostat_asyappctzm_2015_2017/eurostat_asyapp_bilateral_monthly_2015_2017.parquet"
PROTECTION = "eurostat_temporary_protection_stock_monthly/tp_beneficiaries_ua_monthly.parquet"

ROUNDING = 5.0
MEASURES = {
    "all": "asylum_applications",
    "all_applicants": "asylum_applications",
    "first_time": "asylum_applications_first",
}
TOTALS_2018 = Upstream(
    "Alexandre223/asylum-project at commit d0c3cba",
    "https://github.com/Alexandre223/asylum-project",
    date(2018, 2, 9),
)
TOTALS_2020 = Upstream(
    "georgeblck/refugee-distribution at commit 16cb1b8 (extracted from Eurostat on 6 October 2020)",
    "https://github.com/georgeblck/refugee-distribution",
    date(2020, 10, 6),
)
CORRIDORS_2015 = Upstream(
    "d-qn/2015_12_02_retrospectiveAsile at commit 192d8c5",
    "https://github.com/d-qn/2015_12_02_retrospectiveAsile",
    date(2015, 12, 31),
)
CORRIDORS_2016 = Upstream(
    "AxGa/migration-dashboard at commit 6aaef6c",
    "https://github.com/AxGa/migration-dashboard",
    date(2016, 2, 19),
)
PROTECTION_2025 = Upstream(
    "natix-x/Data-mining-in-Migration-Analysis at commit 6934b51",
    "https://github.com/natix-x/Data-mining-in-Migration-Analysis",
    date(2025, 6, 9),
)


def _repository(upstream: Upstream) -> str:
    return upstream.path.removeprefix("https://github.com/")


def _facts(upstream: Upstream) -> dict[str, object]:
    return {
        "measure": pl.col("measure").replace_strict(MEASURES),
        "period": pl.col("month").cast(pl.Date),
        "frequency": "M",
        "value": pl.col("applicants"),
        "rounding": ROUNDING,
        "source": "eurostat",
        "as_of": upstream.day,
    }


def destination_totals(table: pl.DataFrame) -> pl.DataFrame:
    """Bring two vintages of the published totals per destination to the schema.

    The first vintage is whole; of the second only what it added or changed is kept. A third copy in the shared file
    is left out: many of its figures are below the published totals, as sums over a part of the citizenships would be,
    and the day on which it was extracted is not known.

    Parameters
    ----------
    table : destination (ISO3 or an aggregate), month, applicants in persons, measure (``all`` or
        ``first_time``), source
    """
    aggregates = [label for label in table["destination"].unique() if is_aggregate(label, "iso3")]
    countries = coded(table.filter(~pl.col("destination").is_in(aggregates)), TOTALS, destination="iso3")
    countries = countries.filter(pl.col("destination") != "TOT")
    older, newer = (
        observations(countries.filter(pl.col("source") == _repository(upstream)), _facts(upstream) | {"origin": "TOT"})
        for upstream in (TOTALS_2018, TOTALS_2020)
    )
    return pl.concat([older, only_news(newer, older)])


def corridors(table: pl.DataFrame) -> pl.DataFrame:
    """Bring the applicants by citizenship and destination to the schema.

    Parameters
    ----------
    table : origin (ISO3, ``UNK``, ``STA``), destination, month, applicants in persons, measure, source, and
        imputed_zero, which marks rows that were filled in by the copy
    """
    status = pl.when(pl.col("imputed_zero")).then(pl.lit("imputed_zero")).otherwise(pl.lit("final"))
    named = coded(table, CORRIDORS, origin="iso3", destination="iso3")
    parts = [
        observations(named.filter(pl.col("source") == _repository(upstream)), _facts(upstream) | {"status": status})
        for upstream in (CORRIDORS_2015, CORRIDORS_2016)
    ]
    return pl.concat(parts)


def temporary_protection(table: pl.DataFrame) -> pl.DataFrame:
    """Bring the stocks of beneficiaries from Ukraine to the schema; a month without a figure keeps an empty value.

    Parameters
    ----------
    table : citizen and geo (Eurostat's two letters), OBS_VALUE in persons, month
    """
    facts = {
        "measure": "temporary_protection_stock",
        "origin": pl.col("citizen"),
        "destination": pl.col("geo"),
        "period": pl.col("month").cast(pl.Date),
        "frequency": "M",
        "value": pl.col("OBS_VALUE"),
        "rounding": ROUNDING,
        "source": "eurostat",
        "as_of": PROTECTION_2025.day,
    }
    return observations(coded(table, PROTECTION, citizen="eurostat", geo="eurostat"), facts)


def resources(shared: Path) -> list[Resource]:
    """Read the shared copies."""
    return [_totals(shared), _corridors(shared), _protection(shared)]


def _totals(shared: Path) -> Resource:
    return Resource(
        name="eurostat-applications-totals",
        title="Asylum applicants by destination, monthly, 2000 to August 2020, in two vintages",
        description="All applicants from 2008, first-time applicants from 2000, all citizenships together.",
        frame=destination_totals(pl.read_parquet(shared / TOTALS)),
        upstreams=(TOTALS_2018, TOTALS_2020),
        as_of=(
            "Day of the copy: 9 February 2018 (data to December 2016) and 6 October 2020. Of the second vintage only "
            "rows that it added or changed are stored."
        ),
        caveats=(
            "The change of collection may break a series of first-time applicants in January 2008.",
            "First-time applicants start between 2008 and 2016, depending on the destination.",
            "July and August 2020 are partial: 29 and 14 of 32 destinations (all applicants), 28 and 14 (first-time).",
        ),
    )


def _corridors(shared: Path) -> Resource:
    return Resource(
        name="eurostat-applications-corridors-2015",
        title="Asylum applicants by citizenship and destination, monthly, 2015",
        description="All applicants (31 destinations) and first-time applicants (30 destinations) by citizenship.",
        frame=corridors(pl.read_parquet(shared / CORRIDORS)),
        upstreams=(CORRIDORS_2015, CORRIDORS_2016),
        as_of=(
            "First-time applicants: end of December 2015, the month of the copy, declared. "
            "All applicants: 19 February 2016, the day of the copy."
        ),
        caveats=(
            "The measure of each copy was inferred from the totals of Germany.",
            "First-time applicants: 30 destinations to September 2015, 12 in October, 2 in November.",
            "All applicants: 31 to September, 29 in October, 17 in November, 4 in December.",
            "XXX holds the unknown citizenship together with territories that could not be assigned.",
            "Aggregates (Total, EU28, Extra-EU28) are not part of it; zeros are rows.",
        ),
    )


def _protection(shared: Path) -> Resource:
    return Resource(
        name="eurostat-temporary-protection",
        title="Beneficiaries of temporary protection from Ukraine at the end of the month, March 2022 to April 2023",
        description="Stocks by destination; citizenship Ukraine only.",
        frame=temporary_protection(pl.read_parquet(shared / PROTECTION)),
        upstreams=(PROTECTION_2025,),
        as_of="Day of the copy, 9 June 2025; the copy was cut after April 2023, earlier vintages are not at hand.",
        caveats=(
            "Germany has no figure from March to July 2022 (rows without value).",
            "Austria starts in July 2022, Hungary in May and Slovakia in April 2022.",
        ),
    )
