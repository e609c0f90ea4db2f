"""Whether readers are hurt while somebody else asks made-up questions: seconds of fresh and of kept pages.

Starts ``havre serve`` as a process of its own, without the bound of requests a minute, so that nothing but the turns of
renderings holds the other one back. One reader at 127.0.0.1 asks for pages that nobody asked for before, one a second,
and beside that for a page that is kept, twenty times a second. The other one asks over many connections from
127.0.0.2, or from as many addresses. Server and clients share the cores of this machine.

Run: ``python -m bench.web_fairness [--releases FOLDER | --record FOLDER] [--seconds 20] [--connections 40]``
"""

import argparse
import asyncio
import itertools
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from bench.web import Asking, Measured, _small_releases, served

KEPT = "/en/"
READS_A_SECOND = 20
PAGES_A_SECOND = 1
READER = "127.0.0.1"


@dataclass(frozen=True)
class Attack:
    """What the other one asks.

    Parameters
    ----------
    path : gives the address of each question by its number
    addresses : from how many addresses
    """

    name: str
    path: Callable[[int], str]
    addresses: int = 1


@dataclass
class Seen:
    """What one side saw: seconds and status of each answer."""

    seconds: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)

    def add(self, began: float, status: int) -> None:
        self.seconds.append(time.perf_counter() - began)
        self.statuses[status] = self.statuses.get(status, 0) + 1

    def line(self, name: str, whole: float) -> str:
        if not self.seconds:
            return f"  {name:<16} no answer"
        measured = Measured(self.seconds, whole, 0)
        p50, p99, worst = (1_000 * measured.quantile(share) for share in (0.5, 0.99, 1.0))
        told = ", ".join(f"{count} × {status}" for status, count in sorted(self.statuses.items()))
        return f"  {name:<16} p50 {p50:>6.0f} ms   p99 {p99:>6.0f} ms   worst {worst:>6.0f} ms   {told}"


def main() -> int:
    asked = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    folders = asked.add_mutually_exclusive_group()
    folders.add_argument("--releases", type=Path, help="folder of plain releases")
    folders.add_argument("--record", type=Path, help="folder of a record")
    asked.add_argument("--seconds", type=float, default=20.0)
    asked.add_argument("--connections", type=int, default=40)
    told = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        where = told.record or told.releases or _small_releases(Path(folder))
        with served("--record" if told.record else "--releases", where, Path(folder)) as (_, port, _):
            series = asyncio.run(Asking(port, 1).series())
            months = fresh_pages(series)
            asyncio.run(Asking(port, 1).once([KEPT]))
            print(f"{os.cpu_count()} cores, load before {os.getloadavg()[0]:.1f}; {told.connections} connections")
            for attack in attacks(series[0], told.connections):
                asyncio.run(measure(port, attack, months, told.seconds, told.connections))
                # What is still computed ends before the next.
                time.sleep(3)
    return 0


def attacks(shown: str, connections: int) -> Sequence[Attack | None]:
    """List what is asked beside the reader; ``None``: nothing."""
    return (
        None,
        Attack("made-up parameters of a page", lambda number: f"/en/corridor/{shown}?x={number}"),
        Attack("made-up parameters of the first page", lambda number: f"/en/?x{number}=1"),
        Attack("made-up parameters of the API", lambda number: f"/api/v1/series?x={number}"),
        Attack("made-up values of a page", lambda number: f"/en/corridor/{shown}?scenario={number}"),
        Attack("made-up scopes (404)", lambda number: f"/en/corridor/{shown}?scope={number}"),
        Attack("the planner with other values", lambda number: f"/en/planner?stay={1 + number / 1000:g}"),
        Attack("as before, many addresses", lambda number: f"/en/planner?stay={2 + number / 1000:g}", connections),
    )  # fmt: skip


def fresh_pages(series: Sequence[str]) -> Iterator[str]:
    """List pages that are asked for once: each series in both languages, looked back from its releases and months."""
    for year, month in itertools.product(range(2026, 2029), range(1, 13)):
        for each, language in itertools.product(series, ("en", "fr")):
            yield f"/{language}/corridor/{each}?month={year}-{month:02}"


async def measure(port: int, attack: Attack | None, fresh: Iterator[str], seconds: float, connections: int) -> None:
    """Ask for a time as a reader, and beside that as the other one; print what the reader saw."""
    numbers = itertools.count()
    reader, kept, other = Seen(), Seen(), Seen()
    tasks = []
    if attack is not None:
        path = attack.path
        for number in range(connections):
            source = f"127.0.0.{2 + number % attack.addresses}"
            tasks.append(asyncio.create_task(_ask(port, source, (path(each) for each in numbers), other)))
        await asyncio.sleep(1.0)
    began = time.perf_counter()
    asking = [
        asyncio.create_task(_ask(port, READER, fresh, reader, 1 / PAGES_A_SECOND)),
        asyncio.create_task(_ask(port, READER, itertools.repeat(KEPT), kept, 1 / READS_A_SECOND)),
    ]
    await asyncio.sleep(seconds)
    for each in (*asking, *tasks):
        each.cancel()
    await asyncio.gather(*asking, *tasks, return_exceptions=True)
    whole = time.perf_counter() - began
    print("nobody else asks" if attack is None else attack.name)
    print(reader.line("fresh pages", whole))
    print(kept.line("kept page", whole))
    if attack is not None:
        print(other.line("the other one", whole), flush=True)


async def _ask(port: int, source: str, paths: Iterator[str], seen: Seen, pause: float = 0.0) -> None:
    """Ask one after the other over one connection, or a new one where it was closed."""
    while True:
        with suppress(OSError, EOFError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 24, local_addr=(source, 0))
            try:
                for path in paths:
                    began = time.perf_counter()
                    writer.write(f"GET {path} HTTP/1.1\r\nHost: bench\r\nAccept-Encoding: gzip\r\n\r\n".encode())
                    head = await reader.readuntil(b"\r\n\r\n")
                    length = re.search(rb"content-length: (\d+)", head)
                    await reader.readexactly(int(length[1]) if length else 0)
                    seen.add(began, int(head[9:12]))
                    await asyncio.sleep(pause)
            finally:
                writer.close()


if __name__ == "__main__":
    sys.exit(main())
