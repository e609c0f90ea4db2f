"""The snapshot on disk: one Parquet file per resource and a ``datapackage.json`` that describes and hashes them.

Reference: Frictionless Data Package specification, version 1, https://specs.frictionlessdata.io/data-package/
"""

import hashlib
import io
import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from havre.panel.measures import measures
from havre.panel.observations import FREQUENCIES, STATUSES
from havre.sources.catalogue import Source, source
from tools.reference.resource import Resource

NAME = "havre-reference"
VERSION = "1.0.0"
TITLE = "Havre reference snapshot: asylum, arrivals, refugees and deaths on migration routes"
DESCRIPTION = (
    "Official statistics that may be redistributed, brought to one schema of observations with the day on which each "
    "value was known. Aggregates per place and period only. The files were cut at different dates, stated per "
    "resource; where a provider's vintages are at hand, each has its own as_of."
)


def _field(name: str, kind: str, description: str, **constraints: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "description": description, "constraints": constraints}


FIELDS = (
    _field("measure", "string", "What is counted; see measures.", required=True),
    _field(
        "origin",
        "string",
        "Nationality or country of origin: ISO 3166-1 alpha-3, or XXX unknown, STA stateless, OTH other nationalities "
        "together, TIB Tibetans, TOT all together as published.",
        required=True,
    ),
    _field("destination", "string", "Where it was counted: ISO 3166-1 alpha-3, or route:<slug>.", required=True),
    _field("period", "date", "First day of the period.", required=True),
    _field("frequency", "string", "Day, week, month, quarter or year.", required=True, enum=list(FREQUENCIES)),
    _field("value", "number", "The figure in the unit of the measure; empty where it was not published."),
    _field("rounding", "number", "Step to which the provider rounds; empty where it does not, or not evenly."),
    _field("status", "string", "Standing of the value.", required=True, enum=list(STATUSES)),
    _field("source", "string", "Id of the source.", required=True),
    _field("as_of", "date", "Day on which the value was known; see asOf of the resource.", required=True),
)


def parquet_bytes(frame: pl.DataFrame) -> bytes:
    """Write observations as compact Parquet: the same rows always give the same bytes."""
    whole = frame["value"].cast(pl.Int32, strict=False)
    fits = bool(whole.cast(pl.Float64).eq_missing(frame["value"]).all())
    text = frame.with_columns(pl.col("frequency", "status").cast(pl.String))
    compact = text.with_columns(value=whole) if fits else text
    buffer = io.BytesIO()
    compact.write_parquet(
        buffer, compression="zstd", compression_level=19, statistics=True, row_group_size=compact.height
    )
    return buffer.getvalue()


def write_package(folder: Path, resources: Iterable[Resource], created: date | None = None) -> dict[str, Any]:
    """Write all resources and ``datapackage.json``, and remove Parquet files that belong to no resource.

    Parameters
    ----------
    created : day of the package; by default the newest ``as_of`` of its rows, so that it does not depend on a clock
    """
    folder.mkdir(parents=True, exist_ok=True)
    ordered = sorted(resources, key=lambda resource: resource.name)
    contents = {resource.name: parquet_bytes(resource.frame) for resource in ordered}
    newest = max(day for resource in ordered for day in resource.frame["as_of"].unique())
    package = describe_package(
        [describe_resource(resource, contents[resource.name]) for resource in ordered],
        [source(name) for name in sorted({str(resource.frame["source"][0]) for resource in ordered})],
        created or newest,
    )
    for stale in folder.glob("*.parquet"):
        if stale.stem not in contents:
            stale.unlink()
    for name, content in contents.items():
        (folder / f"{name}.parquet").write_bytes(content)
    text = json.dumps(package, ensure_ascii=False, indent=2)
    (folder / "datapackage.json").write_text(f"{text}\n", encoding="utf-8")
    return package


def describe_package(resources: list[dict[str, Any]], terms: list[Source], created: date) -> dict[str, Any]:
    """Describe the package as a whole."""
    licences = {json.dumps(licence(each), sort_keys=True): licence(each) for each in terms}
    return {
        "profile": "data-package",
        "name": NAME,
        "title": TITLE,
        "description": DESCRIPTION,
        "version": VERSION,
        "created": f"{created.isoformat()}T00:00:00Z",
        "licenses": list(licences.values()),
        "sources": [{"title": f"{each.provider}: {each.title}", "path": each.url} for each in terms],
        "contributors": [{"title": "The Havre developers", "role": "wrangler"}],
        "resources": resources,
    }


def describe_resource(resource: Resource, content: bytes) -> dict[str, Any]:
    """Describe one file; keys beyond the specification: attribution, asOf, caveats, measures, period, rows."""
    frame = resource.frame
    terms = source(str(frame["source"][0]))
    upstreams = [{"title": each.title, "path": each.path} for each in resource.upstreams]
    return {
        "profile": "data-resource",
        "name": resource.name,
        "path": f"{resource.name}.parquet",
        "title": resource.title,
        "description": resource.description,
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "licenses": [licence(terms)],
        "sources": [{"title": terms.provider, "path": terms.url}, *upstreams],
        "attribution": terms.attribution,
        "asOf": resource.as_of,
        "caveats": [*terms.caveats, *resource.caveats],
        "measures": [_describe_measure(name, terms) for name in frame["measure"].unique().sort()],
        "period": {"first": str(frame["period"].min()), "last": str(frame["period"].max())},
        "rows": frame.height,
        "schema": {"fields": list(FIELDS), "missingValues": [""]},
    }


def licence(terms: Source) -> dict[str, str]:
    """Give the licence of a source as the specification wants it: Open Definition name, path and title."""
    named = {"name": terms.licence_id} if terms.licence_id else {}
    return {**named, "path": terms.licence_url, "title": terms.licence}


def _describe_measure(name: str, terms: Source) -> dict[str, str]:
    meaning = terms.measures[name]
    return {
        "name": name,
        "title": measures()[name].en,
        "unit": measures()[name].unit,
        "definition": meaning.definition,
        "zeros": meaning.zeros,
    }
