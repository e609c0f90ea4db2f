"""Tables for spreadsheets and programs: CSV, CSV with a row of HXL tags, Parquet.

References
----------
HXL standard 1.1, https://hxlstandard.org/standard/1-1final/: hashtags and attributes.
RFC 4180 (CSV), RFC 6266 (Content-Disposition).
"""

import re
from collections.abc import Mapping
from typing import Any

import polars as pl
from starlette.responses import Response

from havre.places import place_name
from havre.record.outlook import Outlook
from havre.record.written_tables import csv_of, parquet_of
from havre.web.api.telling import overrides_of
from havre.web.site import SiteRelease

KINDS = {
    "csv": "text/csv; charset=utf-8",
    "hxl.csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}
_SCHEMAS: Mapping[str, Mapping[str, object]] = {
    "csv": {"type": "string"},
    "hxl.csv": {"type": "string"},
    "parquet": {"type": "string", "contentMediaType": "application/vnd.apache.parquet"},
}
TAGS: Mapping[str, str] = {
    "release": "#meta+release",
    "scope": "#meta+scope",
    "source": "#meta+source",
    "measure": "#indicator+code",
    "origin": "#country+origin+code",
    "origin_name": "#country+origin+name+i_en",
    "destination": "#country+destination+code",
    "destination_name": "#country+destination+name+i_en",
    "level": "#meta+level",
    "month": "#date+month",
    "target_month": "#date+month",
    "period": "#date+month",
    "last_month": "#date+data+end",
    "horizon": "#meta+horizon+num",
    "counted": "#affected+counted+num",
    "value": "#affected+counted+num",
    "median": "#affected+expected+median+num",
    "stated": "#affected+expected+stated+num",
    "override_reason": "#description+stated+reason",
    "suppressed": "#status+suppressed+bool",
    "automated": "#meta+automated+bool",
    **{
        f"{end}_{percent}": f"#affected+expected+{name}+i{percent}+num"
        for percent in (50, 80, 95)
        for end, name in (("low", "min"), ("high", "max"))
    },
}
"""The HXL tag of every column that a table of the API has."""
DOWNLOADED: Mapping[str, dict[str, Any]] = {
    kind: {
        "response_class": Response,
        "responses": {
            200: {"description": "The table.", "content": {KINDS[kind].partition(";")[0]: {"schema": _SCHEMAS[kind]}}}
        },
    }
    for kind in KINDS
}
"""What the OpenAPI document says of a table, by its kind."""


def download(table: pl.DataFrame, name: str, kind: str) -> Response:
    """Give a table as a file.

    Parameters
    ----------
    name : of the file, without its ending
    kind : ``csv``, ``hxl.csv`` or ``parquet``
    """
    return file_answer(write_table(table, kind), name, kind)


def file_answer(content: bytes, name: str, kind: str) -> Response:
    """Give a file that browsers keep rather than show."""
    plain = re.sub(r"[^A-Za-z0-9._-]", "-", name)
    headers = {"Content-Disposition": f'attachment; filename="{plain}.{kind}"'}
    return Response(content, headers=headers, media_type=KINDS[kind])


def write_table(table: pl.DataFrame, kind: str) -> bytes:
    """Write a table as ``csv``, ``hxl.csv`` or ``parquet``.

    Raises
    ------
    KeyError : a column has no HXL tag
    """
    if kind == "parquet":
        return parquet_of(table)
    return csv_of(table, TAGS if kind == "hxl.csv" else None)


def with_tags(content: bytes) -> bytes:
    """Put the row of tags below the names of a CSV file that is written already.

    Raises
    ------
    KeyError : a column has no HXL tag
    """
    head, _, rest = content.partition(b"\n")
    tags = ",".join(TAGS[column] for column in head.decode().strip().split(","))
    return b"\n".join((head, tags.encode(), rest))


_COUNTED = ("counted",)
_EXPECTED = ("median", "low_50", "high_50", "low_80", "high_80", "low_95", "high_95", "stated")
_SCHEMA = {
    **dict.fromkeys(("release", "scope", "measure", "origin", "origin_name"), pl.String()),
    **dict.fromkeys(("destination", "destination_name", "source"), pl.String()),
    "month": pl.Date(),
    "horizon": pl.Int32(),
    **dict.fromkeys((*_COUNTED, *_EXPECTED), pl.Float64()),
    "override_reason": pl.String(),
    "suppressed": pl.Boolean(),
    "automated": pl.Boolean(),
}


def series_table(release: SiteRelease, outlook: Outlook) -> pl.DataFrame:
    """Give a series as one row a month: what was counted, then what is expected."""
    scope, measure, origin, destination = outlook.key
    shared = {
        "release": release.id,
        "scope": scope,
        "measure": measure,
        "origin": origin,
        "origin_name": place_name(origin, "en"),
        "destination": destination,
        "destination_name": place_name(destination, "en"),
        "source": outlook.row["source"],
    }
    rows: list[dict[str, Any]] = [
        {**shared, "month": month, "counted": value, "suppressed": value is None, "automated": False}
        for month, value in outlook.history
    ]
    overrides = overrides_of(release)
    for each in outlook.expected:
        override = overrides.get((scope, origin, destination, each.horizon))
        row = {**shared, "month": each.month, "horizon": each.horizon, "median": each.median}
        for percent in (50, 80, 95):
            row[f"low_{percent}"], row[f"high_{percent}"] = each.interval(percent) or (None, None)
        if override is not None:
            row |= {"stated": override.stated, "override_reason": override.reason}
        rows.append({**row, "suppressed": each.quantiles is None, "automated": True})
    return pl.DataFrame(rows, schema=_SCHEMA)
