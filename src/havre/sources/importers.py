"""Which file of a provider can be imported, and by which reader: your own copies, and what you saved of a service."""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType

import polars as pl

from havre.sources.bmi_austria import read_bmi_austria
from havre.sources.connector import CONNECTORS, connector
from havre.sources.frontex import read_frontex
from havre.sources.italy_interior import read_italy_interior

Importer = Callable[[Path, date], pl.DataFrame]
"""Takes the file and its day of publication; gives the columns of the observation schema, not yet checked."""


def _of_connector(source: str) -> Importer:
    return lambda path, as_of: connector(source).read([path], as_of).observations


IMPORTERS: Mapping[str, Importer] = MappingProxyType(
    {
        **{source: _of_connector(source) for source in CONNECTORS},
        "frontex": lambda path, as_of: read_frontex(path, as_of=as_of),
        "bmi_austria": lambda path, as_of: read_bmi_austria(path, as_of=as_of),
        "italy_interior": lambda path, as_of: read_italy_interior(path, as_of=as_of),
    }
)
"""Readers by id in the catalogue of sources."""
