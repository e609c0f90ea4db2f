"""What the last good pull of each source was: its pieces, what they looked like, when they landed."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

from havre.sources.connector import Shape
from havre.sources.snapshot import TIME
from havre.whole_files import write_whole


@dataclass(frozen=True)
class LandedPiece:
    """A piece that landed.

    Parameters
    ----------
    files : key and SHA-256 of each of its snapshots
    version : of the connector that read it
    rows : observations in it
    latest : first day of its last period with a value
    """

    files: tuple[tuple[str, str], ...]
    version: int
    shape: Shape
    rows: int
    latest: date | None
    landed_at: datetime


@dataclass(frozen=True)
class SourceState:
    """The last pull of a source.

    Parameters
    ----------
    tried_at, good_at : when it was last tried, and last landed without a fault [UTC]
    kept_out : names of pieces that did not land at the last try, each with the reason
    store : address of the panel store that the pieces landed in; another one has to be filled anew
    """

    pieces: Mapping[str, LandedPiece] = field(default_factory=dict)
    tried_at: datetime | None = None
    good_at: datetime | None = None
    kept_out: Mapping[str, str] = field(default_factory=dict)
    store: str = ""

    def with_piece(self, name: str, piece: LandedPiece) -> "SourceState":
        """Give the state after a piece has landed."""
        return replace(self, pieces={**self.pieces, name: piece})


class States:
    """The states of all sources, a file each; a damaged one counts as none, which costs a pull and loses nothing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, source: str) -> SourceState:
        """Read the state of a source; an empty one where there is none."""
        with suppress(OSError, ValueError, KeyError, TypeError, AttributeError, AssertionError, RecursionError):
            found = json.loads((self.folder / f"{source}.json").read_bytes())
            pieces = {name: _piece(each) for name, each in found["pieces"].items()}
            kept_out = {str(name): str(reason) for name, reason in dict(found["kept_out"]).items()}
            times = (_time(found["tried_at"]), _time(found["good_at"]))
            return SourceState(pieces, *times, kept_out, str(found.get("store", "")))
        return SourceState()

    def write(self, source: str, state: SourceState) -> None:
        """Write the state of a source.

        Raises
        ------
        FileError : it cannot be written
        """
        content = json.dumps(asdict(state), ensure_ascii=False, indent=1, sort_keys=True, default=_plain)
        write_whole(self.folder / f"{source}.json", content.encode("utf-8") + b"\n")


def _piece(found: Mapping[str, object]) -> LandedPiece:
    known: dict[str, object] = dict(found)
    files, shape, latest = found["files"], found["shape"], found["latest"]
    assert isinstance(files, list) and isinstance(shape, dict)  # noqa: S101, PT018 - else the file counts as damaged
    known["files"] = tuple((str(key), str(digest)) for key, digest in files)
    known["shape"] = {str(facet): tuple(names) for facet, names in shape.items()}
    known["latest"] = date.fromisoformat(str(latest)) if latest else None
    known["landed_at"] = _time(found["landed_at"])
    known["rows"], known["version"] = int(str(found["rows"])), int(str(found["version"]))
    return LandedPiece(**known)  # type: ignore[arg-type]


def _time(text: object) -> datetime | None:
    return None if text is None else datetime.strptime(str(text), TIME).replace(tzinfo=UTC)


def _plain(value: object) -> str:
    return f"{value:{TIME}}" if isinstance(value, datetime) else str(value)
