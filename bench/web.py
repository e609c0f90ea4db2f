"""How many readers a site serves: corridor JSON and pages from memory, and their first rendering.

Starts ``havre serve`` as a process of its own on a folder of releases (by default a small one that is made here), and
asks it from this process over connections that stay open: server and client share the cores of this machine.

Run: ``python -m bench.web [--releases FOLDER | --record FOLDER] [--seconds 5] [--connections 32]``
"""

import argparse
import asyncio
import gzip
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

LEAST_RATE, MOST_P99 = 1_000, 0.050
"""What is promised of the corridor JSON: answers a second, and seconds."""
PAGES = ("/en/", "/fr/about/api")


@dataclass(frozen=True)
class Measured:
    """What was measured: seconds of each answer, in the order in which they came, and how long all took."""

    seconds: Sequence[float]
    whole: float
    bytes: int
    wrong: int = 0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.seconds) / self.whole

    def quantile(self, share: float) -> float:
        """Seconds within which this share of the answers came."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    def line(self, name: str) -> str:
        """Tell it in a line."""
        p50, p99, worst = (1_000 * self.quantile(share) for share in (0.5, 0.99, 1.0))
        return (
            f"{name:<44} {self.rate:>8.0f} GET/s   p50 {p50:>7.2f} ms   p99 {p99:>7.2f} ms   worst {worst:>7.2f} ms   "
            f"{len(self.seconds)} answers, {self.wrong} wrong"
        )


def main() -> int:
    asked = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    folders = asked.add_mutually_exclusive_group()
    folders.add_argument("--releases", type=Path, help="folder of plain releases")
    folders.add_argument("--record", type=Path, help="folder of a record")
    asked.add_argument("--seconds", type=float, default=5.0)
    asked.add_argument("--connections", type=int, default=32)
    told = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        where = told.record or told.releases or _small_releases(Path(folder))
        option = "--record" if told.record else "--releases"
        with served(option, where, Path(folder)) as (process, port, started):
            return _report(process, port, started, told.seconds, told.connections)


def _report(process: int, port: int, started: float, seconds: float, connections: int) -> int:
    ask = Asking(port, connections)
    series = asyncio.run(ask.series())
    print(
        f"{os.cpu_count()} cores, load before {os.getloadavg()[0]:.1f}; {connections} connections, {len(series)} series"
    )
    print(f"from the start of the process to its first answer: {started:.2f} s; memory {memory(process):.0f} MB")
    first = asyncio.run(ask.once([f"/api/v1/series/{each}" for each in series]))
    print(first.line("series JSON, first rendering, one by one"))
    shown = series[0]
    json_path, page = f"/api/v1/series/{shown}", f"/en/corridor/{shown}"
    print(
        asyncio.run(ask.once([f"/en/corridor/{each}" for each in series[:50]])).line("corridor page, first rendering")
    )
    print(
        asyncio.run(ask.once([f"/embed/en/{each}.svg" for each in series[:50]])).line("embedded SVG, first rendering")
    )
    print(asyncio.run(ask.once([f"/embed/en/{each}.png" for each in series[:5]])).line("embedded PNG, first rendering"))
    measured = asyncio.run(ask.often([json_path], seconds))
    print(measured.line("corridor JSON, kept"))
    print(
        asyncio.run(ask.often([f"/api/v1/series/{each}" for each in series], seconds)).line("JSON of all series, kept")
    )
    print(asyncio.run(ask.often([page], seconds)).line("corridor page, kept"))
    print(asyncio.run(ask.often(list(PAGES), seconds)).line("home and guide, kept"))
    pictures = [f"/embed/fr/{each}.png" for each in series]
    while_drawing = asyncio.run(ask.beside([json_path], pictures, seconds))
    print(while_drawing.line("corridor JSON, while PNGs are drawn"))
    unkept = [f"{json_path}?{name}" for name in ("release=none", "unknown=1")]
    print(asyncio.run(ask.often(unkept, min(seconds, 2.0), wanted=(404, 422))).line("refusals, never kept"))
    print(f"memory after all: {memory(process):.0f} MB")
    good = measured.rate >= LEAST_RATE and measured.quantile(0.99) < MOST_P99 and not measured.wrong
    promise = f"at least {LEAST_RATE} GET/s with p99 under {1_000 * MOST_P99:.0f} ms"
    print(f"corridor JSON: {promise}: {'yes' if good else 'NO'}")
    return 0 if good else 1


@contextmanager
def served(option: str, where: Path, folder: Path) -> Iterator[tuple[int, int, float]]:
    """Serve from a process of its own; gives its number, its port, and the seconds until it answered."""
    settings = folder / "web.toml"
    settings.write_text('reader_requests_a_minute = 0\ndesk = false\nstate = "state"\n', encoding="utf-8")
    begin = "from havre.cli.start import run; run()"
    arguments = ["serve", option, str(where.absolute()), "--settings", str(settings), "--port", "0"]
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", begin, *arguments], stdout=subprocess.PIPE, text=True, cwd=folder)
    try:
        assert process.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:(\d+)", process.stdout.readline())
        if found is None:
            raise SystemExit("the site did not start")
        asyncio.run(Asking(int(found[1]), 1).once(["/en/"]))
        yield process.pid, int(found[1]), time.perf_counter() - began
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


class Asking:
    """Asks over connections that stay open."""

    def __init__(self, port: int, connections: int) -> None:
        self._port, self._connections = port, connections

    async def series(self) -> list[str]:
        """List the series, as measure/origin/destination: corridors first."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port, limit=1 << 24)
        _, content = await _get(reader, writer, "/api/v1/series?limit=1000")
        writer.close()
        items = json.loads(gzip.decompress(content))["items"]
        ordered = sorted(items, key=lambda each: (each["level"] != "corridor", each["suppressed"]))
        return list(dict.fromkeys(f"{each['measure']}/{each['origin']}/{each['destination']}" for each in ordered))

    async def once(self, paths: Sequence[str]) -> Measured:
        """Ask each path once, one after the other."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port, limit=1 << 24)
        began = time.perf_counter()
        seconds, wrong, size = [], 0, 0
        for path in paths:
            start = time.perf_counter()
            status, content = await _get(reader, writer, path)
            seconds.append(time.perf_counter() - start)
            wrong, size = wrong + (status != 200), size + len(content)
        writer.close()
        return Measured(seconds, time.perf_counter() - began, size, wrong)

    async def often(self, paths: Sequence[str], seconds: float, wanted: tuple[int, ...] = (200,)) -> Measured:
        """Ask paths in turn, over all connections at once, for a time."""
        until = time.perf_counter() + seconds
        taken: list[float] = []
        wrong = size = 0

        async def go(offset: int) -> None:
            nonlocal wrong, size
            reader, writer = await asyncio.open_connection("127.0.0.1", self._port, limit=1 << 24)
            turn = offset
            while (start := time.perf_counter()) < until:
                status, content = await _get(reader, writer, paths[turn % len(paths)])
                taken.append(time.perf_counter() - start)
                wrong, size, turn = wrong + (status not in wanted), size + len(content), turn + 1
            writer.close()

        began = time.perf_counter()
        await asyncio.gather(*(go(each) for each in range(self._connections)))
        return Measured(taken, time.perf_counter() - began, size, wrong)

    async def beside(self, paths: Sequence[str], others: Sequence[str], seconds: float) -> Measured:
        """Ask paths as :meth:`often` does, while one more connection asks for other things, one after the other."""
        slow = asyncio.create_task(self.once(others))
        found = await self.often(paths, seconds)
        slow.cancel()
        return found


async def _get(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str) -> tuple[int, bytes]:
    """Ask for one address; give status and body as sent."""
    writer.write(f"GET {path} HTTP/1.1\r\nHost: bench\r\nAccept-Encoding: gzip\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head)
    assert length is not None, head
    return int(head[9:12]), await reader.readexactly(int(length[1]))


def memory(process: int) -> float:
    """Give the memory of a process [MB]."""
    told = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    found = re.search(r"VmRSS:\s+(\d+) kB", told)
    assert found is not None
    return int(found[1]) / 1_000


def _small_releases(folder: Path) -> Path:
    """Make the small release of the tests."""
    from tests.web.site_case import make_record

    return make_record(folder / "record") / "releases"


if __name__ == "__main__":
    sys.exit(main())
