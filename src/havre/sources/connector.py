"""What every provider's connector gives: what to fetch, and how what came is read.

A connector is one file under ``providers``. ``plans`` reaches the network, through a fetcher only; ``parse`` is pure;
``read`` reads a user's own copy of a file. A *piece* is what is parsed together and lands together, or not at all.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

import polars as pl

from havre.errors import SourceError
from havre.sources.snapshot import Snapshot

if TYPE_CHECKING:
    # Who only imports files of their own does not wait for the network's libraries.
    from havre.sources.fetch.fetcher import Fetcher

Shape = Mapping[str, tuple[str, ...]]
"""What a file looked like, by facet: ``columns``, ``sheets``, ``units``, codes of a dimension (``code:citizen``)."""


@dataclass(frozen=True)
class Wanted:
    """What to pull.

    Parameters
    ----------
    today : day of the pull [UTC]
    since : first period of interest; a provider that cannot be asked for it gives more
    keys : finds a key of the user by the name of its variable; ``None`` where there is none
    """

    today: date
    since: date | None = None
    keys: Callable[[str], str | None] = lambda _: None

    def key(self, source: str, variable: str) -> str:
        """Give a key.

        Raises
        ------
        SourceError : there is none
        """
        found = self.keys(variable)
        if not found:
            raise SourceError("source.key.missing", source=source, variable=variable)
        if not (found.isascii() and found.isprintable()):
            # It could not be sent, and the error of whoever tried would show it.
            raise SourceError("source.key.odd", source=source, variable=variable)
        return found


@dataclass(frozen=True)
class Piece:
    """Snapshots that are parsed together."""

    name: str
    files: tuple[Snapshot, ...]

    @property
    def day(self) -> date:
        """The day on which what it says was known: when the last of its files came."""
        return max(file.sidecar.retrieved_at for file in self.files).date()

    @property
    def identity(self) -> tuple[tuple[str, str], ...]:
        """Keys and SHA-256 of its files."""
        return tuple((file.sidecar.key, file.sidecar.sha256) for file in self.files)


@dataclass(frozen=True)
class Plan:
    """One piece to come: its name, and how to fetch its files."""

    name: str
    fetch: "Callable[[Fetcher], tuple[Snapshot, ...]]"


@dataclass(frozen=True)
class Parsed:
    """What a piece says.

    Parameters
    ----------
    observations : columns of the observation schema
    shape : what the files looked like, to be compared with the next ones
    whole : the piece holds all that the provider publishes of its measures, destinations and periods, so that what is
        missing in it was withdrawn
    adds_up : parts by origin sum to the total (origin ``TOT``) beside them, up to rounding
    signed : values are differences, which a revision may turn from gain to loss
    """

    observations: pl.DataFrame
    shape: Shape = field(default_factory=dict)
    whole: bool = False
    adds_up: bool = False
    signed: bool = False


class Connector(Protocol):
    """A provider's connector; ``version`` grows when the same bytes are read otherwise than before."""

    @property
    def source(self) -> str:
        """Id in the catalogue."""
        ...

    @property
    def version(self) -> int:
        """Number of the way of reading."""
        ...

    def plans(self, fetcher: "Fetcher", wanted: Wanted) -> Iterable[Plan]:
        """Tell the pieces to fetch.

        Raises
        ------
        SourceError : a key is missing, or what tells the pieces cannot be fetched
        """
        ...

    def parse(self, piece: Piece, as_of: date) -> Parsed:
        """Read a piece.

        Raises
        ------
        SourceError, PlaceError : it is not laid out as expected, or has unknown places
        """
        ...

    def read(self, paths: Sequence[Path], as_of: date) -> Parsed:
        """Read the user's own copy of a provider's files.

        Raises
        ------
        FileError, SourceError, PlaceError : as :meth:`parse`
        """
        ...


CONNECTORS: tuple[str, ...] = (
    "eurostat",
    "unhcr_population",
    "unhcr_odp",
    "frontex",
    "iom_mmp",
    "idmc",
    "ucdp",
    "acled",
    "gdelt",
    "world_bank",
    "hapi",
    "uk_home_office",
    "odihr",
)
"""Sources that can be pulled, by their id in the catalogue; each has a module of its name under ``providers``."""


def connector(source: str) -> Connector:
    """Give the connector of a source.

    Raises
    ------
    SourceError : there is none; near matches are told
    """
    if source not in CONNECTORS:
        raise SourceError("source.unknown_provider", provider=source, near=near_connectors(source))
    return cast("Connector", import_module(f"havre.sources.providers.{source}").CONNECTOR)


def near_connectors(name: str) -> str:
    """Name the sources whose spelling is near, for an error message; all where none is."""
    return ", ".join(get_close_matches(name, CONNECTORS, n=3, cutoff=0.4)) or ", ".join(CONNECTORS)
