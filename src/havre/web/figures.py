"""Lets people pick a figure of a release without knowing its name: a series and a month, each in words."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from havre.errors import HavreError
from havre.months import parse_month
from havre.record.contest_figures import contestable_figures
from havre.record.report import short_name
from havre.record.wording import Wording
from havre.sources.catalogue import sources
from havre.web.site import SiteRelease


@dataclass(frozen=True)
class Group:
    """Series of one measure: its name, and name and words of each series."""

    name: str
    series: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Choices:
    """What can be picked: groups of series, and months with their words."""

    groups: tuple[Group, ...]
    months: tuple[tuple[str, str], ...]


def contestable(release: SiteRelease) -> frozenset[str]:
    """Give the names of the figures of a release that can be contested; its table is read once.

    Raises
    ------
    FileError, RecordError : the table is missing or damaged
    """
    return _read(release.published.folder, release.published.manifest_sha256)


@lru_cache(maxsize=8)
def _read(folder: Path, manifest: str) -> frozenset[str]:
    return contestable_figures(folder)


def choices(names: Iterable[str], words: Wording) -> Choices:
    """Put names of figures into groups of series, and months, in words and in the order of the words."""
    keys: set[str] = set()
    months: set[str] = set()
    for name in names:
        key, _, month = name.rpartition("/")
        keys.add(key)
        months.add(month)
    groups: dict[str, dict[str, str]] = {}
    for key in keys:
        measure, place, _ = _told(key, words)
        groups.setdefault(measure, {})[key] = place
    told = tuple(Group(measure, _ordered(series, words)) for measure, series in sorted(groups.items()))
    return Choices(told, tuple((month, words.month(parse_month(month))) for month in sorted(months)))


def months_of(names: Iterable[str], series: str, words: Wording) -> tuple[tuple[str, str], ...]:
    """List the months of the figures of one series, with their words."""
    months = sorted(month for key, month in map(split, names) if key == series)
    return tuple((month, words.month(parse_month(month))) for month in months)


def _ordered(series: Mapping[str, str], words: Wording) -> tuple[tuple[str, str], ...]:
    """Put series in the order of their words; two that read alike get what tells them apart."""
    often = Counter(series.values())
    named = {key: place if often[place] == 1 else f"{place} {_told(key, words)[2]}" for key, place in series.items()}
    return tuple(sorted(named.items(), key=lambda each: (each[1].casefold(), each[0])))


def in_words(name: str, words: Wording) -> str:
    """Tell a figure in words: what is counted, from where to where, by which source, in which month."""
    key, _, month = name.rpartition("/")
    try:
        measure, place, _ = _told(key, words)
        return f"{measure}, {place}, {words.month(parse_month(month))}"
    except (HavreError, ValueError):
        return name


def split(name: str) -> tuple[str, str]:
    """Cut the name of a figure into series and month."""
    key, _, month = name.rpartition("/")
    return key, month


def joined(series: str, month: str) -> str:
    """Join series and month to the name of a figure; empty where one is missing."""
    return f"{series}/{month}" if series and month else ""


def source_name(source: str) -> str:
    """Name a source shortly, as people know it; one that is not in the catalogue by its id."""
    known = sources().get(source)
    return source if known is None else short_name(known.provider)


def _told(key: str, words: Wording) -> tuple[str, str, str]:
    """Tell of a series the measure, its places with the source, and what part of the data it stands in."""
    scope, origin, destination = key.rsplit("/", 2)
    measure, source, *rest = [*scope.split("/"), ""]
    return (
        words.measure(measure),
        f"{words.corridor(origin, destination)} ({source_name(source)})",
        " ".join(filter(None, rest)),
    )
