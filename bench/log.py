"""Time and memory of a transparency log: ``python -m bench.log [ENTRIES]`` from the root of the repository."""

import argparse
import os
import resource
import tempfile
import time
from pathlib import Path
from random import Random

from havre.record.log.folder import Log
from havre.record.log.fsck import fsck
from havre.record.log.keys import new_key
from havre.record.log.merkle import is_included, leaf_hash

BATCH = 10_000
PROOFS = 1_000


def entry(number: int) -> bytes:
    """Make an entry of some 200 bytes."""
    return f'{{"at":"2026-11-24T12:00:00Z","body":{{"text":"{"x" * 120}"}},"id":"{number:032x}"}}'.encode()


def main() -> None:
    """Measure appends, proofs and a full check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("entries", nargs="?", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="where to put the log (a new folder is made there)")
    asked = parser.parse_args()
    key = new_key("bench.example/log", bytes(32))
    with tempfile.TemporaryDirectory(dir=asked.folder) as place:
        log = Log.create(Path(place) / "log", key.name, [key])
        started, cpu = time.perf_counter(), time.process_time()
        for start in range(0, asked.entries, BATCH):
            log.append([entry(number) for number in range(start, min(asked.entries, start + BATCH))], [key])
        wall, cpu = time.perf_counter() - started, time.process_time() - cpu
        print(f"append: {asked.entries:,} in {wall:.1f} s ({cpu:.1f} s CPU): {asked.entries / wall:,.0f} a second")
        times = []
        rng = Random(1)  # noqa: S311 - no secret
        for _ in range(PROOFS):
            index = rng.randrange(asked.entries)
            begun = time.perf_counter()
            proof = Log(log.folder).inclusion_proof(index)
            times.append(time.perf_counter() - begun)
            assert is_included(leaf_hash(entry(index)), index, asked.entries, proof, log.root)
        times.sort()
        print(f"proof: median {1000 * times[PROOFS // 2]:.2f} ms, slowest {1000 * times[-1]:.2f} ms of {PROOFS:,}")
        begun = time.perf_counter()
        checked = fsck(log.folder, [key.verifier])
        assert not checked.problems
        print(f"fsck: {time.perf_counter() - begun:.1f} s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"most memory: {peak:.0f} MiB; load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
