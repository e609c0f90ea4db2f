"""Providers' labels turned into codes of places: every label maps, is a listed aggregate, or is refused.

``providers.toml`` says how each provider writes places; ``labels/<table>.csv`` holds what is its own, one label a
row with the reason where it is not obvious. A label that stands nowhere is an error, never a row left out in silence.
"""

import csv
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from havre.errors import PlaceError, Problem, check_none
from havre.places.codes import countries, country_table, special_codes
from havre.places.names import cldr_names
from havre.places.spelling import NOTHING_NEAR, near, plain

if TYPE_CHECKING:
    import polars as pl

AGGREGATE = "aggregate"


@dataclass(frozen=True)
class Label:
    """How a provider writes a place: its label, the code that it stands for, and why where it is not obvious.

    The code is ``aggregate`` where the label stands for several places together.
    """

    label: str
    code: str
    reason: str = ""


def providers() -> tuple[str, ...]:
    """List the providers whose labels Havre knows."""
    return tuple(_providers())


def code_from_label(label: str, provider: str, *, where: str = "") -> str:
    """Turn a provider's label into the code of the place.

    Case, accents, spaces around and a trailing star make no difference.

    Parameters
    ----------
    label : as the provider writes it
    provider : one of :func:`providers`
    where : said after the label in the error, with its own space and brackets, such as ``" (file.csv, row 3)"``

    Raises
    ------
    PlaceError : the label is unknown, or stands for several places together

    Examples
    --------
    >>> code_from_label("EL", "eurostat"), code_from_label("GFR", "unhcr"), code_from_label("Kosovo*", "frontex")
    ('GRC', 'DEU', 'XKX')
    """
    found = _code_or_problem(label, provider, where)
    if isinstance(found, Problem):
        raise PlaceError.all_of([found])
    return found


def is_aggregate(label: str, provider: str) -> bool:
    """Tell whether a label stands for several places together, so that a reader leaves it out before mapping.

    Examples
    --------
    >>> is_aggregate("EU27_2020", "eurostat"), is_aggregate("EL", "eurostat")
    (True, False)
    """
    entry = labels_of(provider).get(plain(label))
    return entry is not None and entry.code == AGGREGATE


def map_labels(series: "pl.Series", provider: str, table: str) -> "pl.Series":
    """Turn a whole column of labels into codes.

    Parameters
    ----------
    series : labels as the provider writes them
    provider : one of :func:`providers`
    table : name of the table, for the error

    Returns
    -------
    Codes as strings, under the name of the column.

    Raises
    ------
    PlaceError : some labels are unknown, stand for several places together, or are empty; all are told at once
    """
    import polars as pl

    where = f" ({table}, column {series.name})"
    found = {label: _code_or_problem(label, provider, where) for label in _distinct(series)}
    problems = [problem for problem in found.values() if isinstance(problem, Problem)]
    if series.null_count():
        fields = {"provider": provider, "count": series.null_count(), "where": where}
        problems.append(Problem.of("places.empty_label", **fields))
    check_none(problems, PlaceError)
    return series.cast(pl.String).replace_strict(found, return_dtype=pl.String)


def _distinct(series: "pl.Series") -> list[str]:
    import polars as pl

    return sorted(series.cast(pl.String).drop_nulls().unique().to_list())


def _code_or_problem(label: str, provider: str, where: str) -> str | Problem:
    labels = labels_of(provider)
    entry = labels.get(plain(label))
    if entry is None:
        told = near(label, ((each.label, f"{each.code} ({each.label})") for each in labels.values()))
        return Problem.of("places.unknown_label", provider=provider, label=label, where=where, near=told)
    if entry.code == AGGREGATE:
        return Problem.of("places.aggregate", provider=provider, label=label, where=where, reason=entry.reason)
    return entry.code


@cache
def labels_of(provider: str) -> MappingProxyType[str, Label]:
    """Give every label of a provider, by its plain spelling; the provider's own tables win over codes and names.

    Raises
    ------
    PlaceError : no such provider
    """
    layout = _providers().get(provider)
    if layout is None:
        told = near(provider, ((name, name) for name in providers()))
        expected = ", ".join(providers()) if told == NOTHING_NEAR else told
        raise PlaceError("places.unknown_provider", provider=provider, near=expected)
    labels: dict[str, Label] = {}
    for entry in _entries(layout):
        labels.setdefault(plain(entry.label), entry)
    return MappingProxyType(labels)


def table_labels(table: str) -> tuple[Label, ...]:
    """Read one table of the folder ``labels``."""
    text = files("havre.places").joinpath("labels", f"{table}.csv").read_text(encoding="utf-8")
    return tuple(Label(row["label"], row["code"], row["reason"] or "") for row in csv.DictReader(text.splitlines()))


def _entries(layout: dict[str, Any]) -> Iterator[Label]:
    for table in layout["tables"]:
        yield from table_labels(table)
    if layout["codes"] == "iso3":
        yield from (Label(each.code, each.code) for each in (*countries(), *special_codes()))
    if layout["codes"] == "iso2":
        yield from (Label(str(each.iso2), each.code) for each in countries())
    if layout["codes"] == "numeric":
        numbers = ((row["numeric"], code) for code, row in country_table().items() if row["numeric"])
        yield from (
            Label(label, code) for number, code in numbers for label in dict.fromkeys((number, str(int(number))))
        )
    for language in layout["names"]:
        yield from (Label(name, code) for code, name in cldr_names(language).items())


@cache
def _providers() -> MappingProxyType[str, dict[str, Any]]:
    text = files("havre.places").joinpath("providers.toml").read_text(encoding="utf-8")
    return MappingProxyType(tomllib.loads(text))
