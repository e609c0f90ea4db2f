"""How fast a whole table of Eurostat becomes observations in the store: cells a second on one core, and memory.

``python -m bench.eurostat [--cells 5000000]``. The answers of the Statistics API are made first and are not timed;
timed are reading them, checking every rule of the panel, comparing with what is known, and writing.
"""

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

os.environ.setdefault("POLARS_MAX_THREADS", "1")
MONTHS = 380
APPLICANTS = ("TOTAL", "FRST")


def answers(cells: int) -> Iterator[tuple[str, bytes]]:
    """Make one answer per destination: the sparse cube that the service sends, every cell with a value."""
    import numpy as np

    from havre.places import countries
    from havre.sources.providers.eurostat import DESTINATIONS

    each = -(-cells // len(DESTINATIONS))
    letters = sorted({country.iso2 for country in countries() if country.iso2})
    citizens = ["TOTAL", *letters][: -(-each // (MONTHS * len(APPLICANTS)))]
    months = [f"{1994 + at // 12}-{at % 12 + 1:02d}" for at in range(MONTHS)]
    rng = np.random.default_rng(1)
    for destination in DESTINATIONS:
        codes = {
            "freq": ["M"], "unit": ["PER"], "citizen": citizens, "sex": ["T"], "age": ["TOTAL"],
            "applicant": list(APPLICANTS), "geo": [destination], "time": months,
        }  # fmt: skip
        count = len(citizens) * len(APPLICANTS) * MONTHS
        values = (5 * rng.poisson(20, count)).tolist()
        cube = {
            "version": "2.0", "class": "dataset", "updated": "2026-09-11T11:00:00+0200",
            "value": {str(at): value for at, value in enumerate(values)}, "id": list(codes),
            "size": [len(names) for names in codes.values()],
            "dimension": {
                dimension: {"category": {"index": {code: at for at, code in enumerate(names)}}}
                for dimension, names in codes.items()
            },
            "extension": {"id": "MIGR_ASYAPPCTZM"},
        }  # fmt: skip
        yield destination, json.dumps(cube, separators=(",", ":")).encode()


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, default=5_000_000)
    cells = parser.parse_args(arguments).cells
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pid = os.fork()
        if pid == 0:
            _keep(folder, cells)
            os._exit(0)
        os.waitpid(pid, 0)
        _measure(folder)


def _keep(folder: Path, cells: int) -> None:
    """Make the answers in a process of its own, so that its memory is not counted."""
    for destination, content in answers(cells):
        (folder / f"{destination}.json").write_bytes(content)


def _measure(folder: Path) -> None:
    from havre.panel.store import PanelStore
    from havre.pull import Places, read_again
    from havre.pulled_state import LandedPiece, SourceState, States
    from havre.sources.providers.eurostat import CONNECTOR
    from havre.sources.snapshot import Sidecar, Snapshots

    at = datetime(2026, 12, 1, tzinfo=UTC)
    snapshots, states = Snapshots(folder / "pulled"), States(folder / "pulled" / "states")
    pieces: dict[str, LandedPiece] = {}
    size = 0
    for path in sorted(folder.glob("*.json")):
        content = path.read_bytes()
        size += len(content)
        digest, key = sha256(content).hexdigest(), path.stem.lower().rjust(16, "0")
        sidecar = Sidecar("eurostat", path.stem, key, "https://x/", "json", at, at, 200, digest, len(content), "", "")
        snapshots.keep(path, sidecar)
        pieces[path.stem] = LandedPiece(((key, digest),), 1, {}, 0, None, at)
    states.write("eurostat", SourceState(pieces))
    store = PanelStore(folder / "store")
    start, cpu = time.perf_counter(), time.process_time()
    done = read_again(CONNECTOR, Places(store, snapshots, states, folder / "quarantine"), at)
    wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    speed = f"{done.new / wall:,.0f} cells/s, {done.new / cpu:,.0f} per second of CPU"
    print(f"{done.new:,} cells of {size / 1e6:,.0f} MB in {wall:.1f} s ({cpu:.1f} s CPU): {speed}")
    print(f"peak memory {peak:,.0f} MiB; kept out: {len(done.kept_out)}")
    for name, problems in list(done.kept_out.items())[:3]:
        print(name, problems[0].sentence()[:300])
    start = time.perf_counter()
    again = read_again(CONNECTOR, Places(PanelStore(folder / "store"), snapshots, states, folder / "q"), at)
    print(f"read again over what is known: {again.unchanged:,} unchanged in {time.perf_counter() - start:.1f} s")


if __name__ == "__main__":
    main(sys.argv[1:])
