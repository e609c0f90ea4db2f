"""Pulls a provider of many small tables in a process of its own, to be killed: ``python -m … ADDRESS FOLDER``."""

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

import havre.pull
from havre.panel.observations import check_observations
from havre.sources.connector import Parsed, Piece, Plan, Wanted
from havre.sources.fetch.fetcher import Fetcher
from havre.sources.fetch.request import Request
from tests.sources.pull_case import pull_case
from tests.sources.stand_ins.server import Answer, Asked, ProviderServer

HOST = "ec.europa.eu"
AT = datetime(2026, 12, 1, 6, tzinfo=UTC)
DESTINATIONS = (
    "AUT",
    "BEL",
    "BGR",
    "CYP",
    "CZE",
    "DEU",
    "DNK",
    "ESP",
    "EST",
    "FIN",
    "FRA",
    "GRC",
    "HRV",
    "HUN",
    "IRL",
    "ITA",
)
ORIGINS = ("SYR", "AFG", "IRQ", "ERI", "SOM")
MONTHS = 100


class Many:
    """The connector."""

    source = "eurostat"
    version = 1

    def plans(self, fetcher: Fetcher, wanted: Wanted) -> Iterable[Plan]:
        def plan(place: str) -> Plan:
            request = Request(f"https://{HOST}/{place}", place, "json")
            return Plan(place, lambda fetcher: (fetcher.fetch(request),))

        return [plan(place) for place in DESTINATIONS]

    def parse(self, piece: Piece, as_of: date) -> Parsed:
        table = pl.DataFrame(json.loads(piece.files[0].read()))
        facts = {"measure": "asylum_applications", "destination": piece.name, "frequency": "M", "status": "final",
                 "source": "eurostat"}  # fmt: skip
        rows = table.with_columns(
            *[pl.lit(value).alias(name) for name, value in facts.items()],
            period=pl.col("period").str.to_date(),
            rounding=pl.lit(None, pl.Float32),
            as_of=pl.lit(as_of),
        )
        return Parsed(check_observations(rows), whole=True)

    def read(self, paths: Sequence[Path], as_of: date) -> Parsed:
        raise NotImplementedError


def provider(asked: Asked) -> Answer:
    place = asked.path[1:]
    months = [f"{2010 + at // 12}-{at % 12 + 1:02d}-01" for at in range(MONTHS)]
    rows = [
        {"origin": origin, "period": month, "value": float(DESTINATIONS.index(place) + 10 * at + number)}
        for number, origin in enumerate(ORIGINS)
        for at, month in enumerate(months)
    ]
    return Answer(json.dumps(rows).encode(), "application/json", etag=True, ranges=True)


def pull(address: str, folder: Path) -> None:
    """Pull, writing a part of the store every two tables."""
    havre.pull.BATCH_ROWS = 2 * len(ORIGINS) * MONTHS
    done = pull_case(Many(), folder).pull(ProviderServer(address=address), AT)
    assert done.good, done


if __name__ == "__main__":
    pull(sys.argv[1], Path(sys.argv[2]))
