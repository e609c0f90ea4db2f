"""What providers sent: raw bytes by their SHA-256, each retrieval with a sidecar that tells what it is.

The bytes of an unchanged file are kept once. A sidecar holds address (without secrets), time, status, the headers
that matter, licence and SHA-256; it is written last, so that a file without one was never whole.
"""

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from havre.errors import FileError
from havre.whole_files import write_whole

TIME = "%Y-%m-%dT%H:%M:%SZ"
KEPT_HEADERS = ("etag", "last-modified", "content-type", "content-length", "content-disposition", "date")


@dataclass(frozen=True)
class Sidecar:
    """What is known about one retrieval.

    Parameters
    ----------
    source : id in the catalogue
    name, key : of the request, see :class:`havre.sources.fetch.request.Request`
    url : without secrets
    retrieved_at, checked_at : when the bytes came, and when the provider last said that they stand [UTC]
    """

    source: str
    name: str
    key: str
    url: str
    kind: str
    retrieved_at: datetime
    checked_at: datetime
    status: int
    sha256: str
    bytes: int
    licence: str
    attribution: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        """Give it as plain JSON values."""
        times = {"retrieved_at": f"{self.retrieved_at:{TIME}}", "checked_at": f"{self.checked_at:{TIME}}"}
        return {**asdict(self), **times}


@dataclass(frozen=True)
class Snapshot:
    """One retrieved file: its sidecar, and where its bytes are."""

    sidecar: Sidecar
    path: Path

    def read(self) -> bytes:
        """Read the bytes, checked against their SHA-256.

        Raises
        ------
        FileError : they are missing or damaged
        """
        try:
            content = self.path.read_bytes()
        except OSError as error:
            raise FileError("file.missing", path=self.path) from error
        if hashlib.sha256(content).hexdigest() != self.sidecar.sha256:
            raise FileError("file.damaged", path=self.path, expected=self.sidecar.kind, reason="SHA-256")
        return content


class Snapshots:
    """A folder of snapshots."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def latest(self, source: str, key: str) -> Snapshot | None:
        """Give the last retrieval of a request; ``None`` where there is none that is whole."""
        for path in sorted(self._sidecars(source).glob(f"{key}/*.json"), reverse=True):
            sidecar = read_sidecar(path)
            if sidecar is not None and self._object(sidecar.sha256).is_file():
                return Snapshot(sidecar, self._object(sidecar.sha256))
        return None

    def find(self, source: str, key: str, sha256: str) -> Snapshot | None:
        """Give the retrieval of a request that had certain bytes."""
        for path in sorted(self._sidecars(source).glob(f"{key}/*-{sha256[:16]}.json"), reverse=True):
            sidecar = read_sidecar(path)
            if sidecar is not None and sidecar.sha256 == sha256 and self._object(sha256).is_file():
                return Snapshot(sidecar, self._object(sha256))
        return None

    def all(self, source: str | None = None) -> Iterator[Snapshot]:
        """Give every retrieval that is whole."""
        for path in sorted(self.folder.glob(f"sidecars/{source or '*'}/*/*.json")):
            sidecar = read_sidecar(path)
            if sidecar is not None:
                yield Snapshot(sidecar, self._object(sidecar.sha256))

    def keep(self, temporary: Path, sidecar: Sidecar) -> Snapshot:
        """Keep a retrieved file: the bytes move from their temporary place, then the sidecar is written.

        Where the same request had the same bytes before, its sidecar only gets the new time of the check.

        Raises
        ------
        FileError : it cannot be written
        """
        before = self.latest(sidecar.source, sidecar.key)
        if before is not None and before.sidecar.sha256 == sidecar.sha256:
            temporary.unlink(missing_ok=True)
            return self.confirm(before, sidecar.checked_at, sidecar.headers)
        place = self._object(sidecar.sha256)
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            if place.is_file():
                temporary.unlink(missing_ok=True)
            else:
                shutil.move(temporary, place)
        except OSError as error:
            raise FileError("file.not_writable", path=place, reason=error.strerror or str(error)) from error
        self._write(sidecar)
        return Snapshot(sidecar, place)

    def confirm(self, snapshot: Snapshot, at: datetime, headers: Mapping[str, str] | None = None) -> Snapshot:
        """Note that the provider says that a snapshot still stands."""
        known = snapshot.sidecar
        sidecar = replace(known, checked_at=at, headers={**known.headers, **(headers or {})})
        self._write(sidecar)
        return Snapshot(sidecar, snapshot.path)

    def reject(self, snapshot: Snapshot) -> None:
        """Set a retrieval aside that could not be used: it is fetched anew next time, whatever the provider says of it.

        A half file with the mark of the whole one would else stay for as long as the provider does not change it.
        """
        sidecar = snapshot.sidecar
        path = self._sidecars(sidecar.source) / sidecar.key / _name(sidecar)
        aside = self.folder / "rejected" / sidecar.source / sidecar.key / path.name
        with suppress(OSError):
            aside.parent.mkdir(parents=True, exist_ok=True)
            path.replace(aside)

    def rejected(self, source: str) -> Iterator[Sidecar]:
        """Give what was set aside of a source."""
        for path in sorted(self.folder.glob(f"rejected/{source}/*/*.json")):
            sidecar = read_sidecar(path)
            if sidecar is not None:
                yield sidecar

    def partial(self, source: str, key: str) -> Path:
        """Where the bytes of a request gather until they are whole."""
        path = self.folder / "partial" / source / key
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise FileError("file.not_writable", path=path, reason=error.strerror or str(error)) from error
        return path

    def clean(self, keep: int, needed: frozenset[str] = frozenset()) -> tuple[int, int]:
        """Forget old retrievals, and bytes that no sidecar names any more.

        Parameters
        ----------
        keep : last retrievals of each request that stay, at least 1
        needed : SHA-256 that stay in any case

        Returns
        -------
        tuple : files and bytes that were freed
        """
        freed, size = 0, 0
        for folder in self.folder.glob("sidecars/*/*"):
            for path in sorted(folder.glob("*.json"))[: -max(keep, 1)]:
                sidecar = read_sidecar(path)
                if sidecar is None or sidecar.sha256 not in needed:
                    path.unlink(missing_ok=True)
        named = {each.sidecar.sha256 for each in self.all()} | needed
        for path in [*self.folder.glob("objects/*/*"), *self.folder.glob("partial/*/*")]:
            if path.parent.parent.name == "partial" or path.name not in named:
                size += path.stat().st_size
                freed += 1
                path.unlink(missing_ok=True)
        return freed, size

    def _write(self, sidecar: Sidecar) -> None:
        content = json.dumps(sidecar.as_dict(), ensure_ascii=False, indent=1, sort_keys=True)
        write_whole(self._sidecars(sidecar.source) / sidecar.key / _name(sidecar), content.encode("utf-8") + b"\n")

    def _sidecars(self, source: str) -> Path:
        return self.folder / "sidecars" / source

    def _object(self, sha256: str) -> Path:
        return self.folder / "objects" / sha256[:2] / sha256


def _name(sidecar: Sidecar) -> str:
    # By time first, so that the last name is the last retrieval.
    return f"{sidecar.retrieved_at:%Y%m%dT%H%M%S}-{sidecar.sha256[:16]}.json"


def read_sidecar(path: Path) -> Sidecar | None:
    """Read a sidecar; ``None`` where it is damaged, as if it had never been written."""
    with suppress(OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        found = json.loads(path.read_bytes())
        texts = [found[name] for name in ("source", "name", "key", "url", "kind", "sha256", "licence", "attribution")]
        if (
            not all(isinstance(each, str) for each in (*texts, *found["headers"].values()))
            or len(found["sha256"]) != 64
        ):
            return None
        times = {
            name: datetime.strptime(found[name], TIME).replace(tzinfo=UTC) for name in ("retrieved_at", "checked_at")
        }
        return Sidecar(**{**found, **times})
    return None
