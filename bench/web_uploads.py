"""Whether readers are hurt while 200 uploads of instances queue: seconds of GETs without and with them.

Starts ``havre serve`` as a process of its own with one run at a time, as by default; readers ask for pages and JSON
from this process at a steady rate. Then 200 instances are uploaded as fast as the site takes them, and the queue works.
Server, workers and client share the cores of this machine.

Run: ``python -m bench.web_uploads [--releases FOLDER] [--uploads 200] [--seconds 20]``
"""

import argparse
import asyncio
import io
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from bench.web import _small_releases

MOST_P99 = 0.200
"""What is promised: seconds."""
READS_A_SECOND = 60
SENDERS = 4
PAGES = (
    "/en/",
    "/fr/planner",
    "/en/displacement",
    "/en/releases",
    "/api/v1/series",
    "/healthz",
    "/en/planner?stay={n}",
)
"""What readers ask for; the last is never kept, so that it is computed each time."""


def main() -> int:
    asked = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    asked.add_argument("--releases", type=Path, help="folder of plain releases")
    asked.add_argument("--uploads", type=int, default=200)
    asked.add_argument("--seconds", type=float, default=20.0, help="how long the queue is watched after the uploads")
    told = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        where = told.releases or _small_releases(Path(folder))
        with served(where, Path(folder), told.uploads) as address:
            return asyncio.run(report(address, told.uploads, told.seconds))


async def report(address: str, uploads: int, seconds: float) -> int:
    """Measure, print, and give 0 where the promise is kept."""
    limits = httpx.Limits(max_connections=40, max_keepalive_connections=40)
    async with httpx.AsyncClient(base_url=address, timeout=60, limits=limits) as client:
        while not (await client.get("/api/v1/displacement/instances")).json()["items"][0]["is_ready"]:
            await asyncio.sleep(0.2)
        for page in PAGES:
            await client.get(page.format(n=3))
        print(f"{os.cpu_count()} cores, load before {os.getloadavg()[0]:.1f}; {READS_A_SECOND} GET/s")
        print(line("without uploads", await read(client, asyncio.create_task(asyncio.sleep(5)))))
        sending = asyncio.create_task(send(client, uploads))
        while_sent = await read(client, sending)
        accepted, refused, took = sending.result()
        print(f"{accepted} uploads taken and {refused} refused in {took:.1f} s")
        one_more = await client.post("/en/displacement/runs", files={"files": ("one.zip", instance())})
        told = f"{one_more.status_code}, Retry-After {one_more.headers.get('retry-after', '-')}"
        print(f"an upload beyond the bound: {told}")
        print(line("while they are uploaded", while_sent))
        while_run = await read(client, asyncio.create_task(asyncio.sleep(seconds)))
        print(line("while the queue works", while_run))
        both = [*while_sent, *while_run]
        good = quantile(both, 0.99) < MOST_P99 and accepted >= uploads
        print(f"p99 of GET under {1000 * MOST_P99:.0f} ms with {uploads} uploads queued: {'yes' if good else 'NO'}")
        return 0 if good else 1


async def read(client: httpx.AsyncClient, until: "asyncio.Task[object]") -> list[float]:
    """Ask at a steady rate until a task is done; give the seconds of each answer from when it was due."""
    found: list[float] = []
    tasks = []
    began, number = time.perf_counter(), 0

    async def one(due: float, path: str) -> None:
        answer = await client.get(path)
        if answer.status_code != 200:
            raise SystemExit(f"{path}: {answer.status_code}")
        found.append(time.perf_counter() - due)

    while not until.done():
        due = began + number / READS_A_SECOND
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        tasks.append(asyncio.create_task(one(due, PAGES[number % len(PAGES)].format(n=1 + number % 500 / 10))))
        number += 1
    await asyncio.gather(*tasks)
    return found


async def send(client: httpx.AsyncClient, uploads: int) -> tuple[int, int, float]:
    """Upload instances, some at a time; give how many were taken and refused, and the seconds it took."""
    content, began = instance(), time.perf_counter()
    left, taken, refused = [uploads], [0], [0]

    async def sender() -> None:
        while left[0] > 0:
            left[0] -= 1
            answer = await client.post("/en/displacement/runs", files={"files": ("one.zip", content)})
            if answer.status_code == 303:
                taken[0] += 1
            else:
                refused[0] += 1

    await asyncio.gather(*(sender() for _ in range(SENDERS)))
    return taken[0], refused[0], time.perf_counter() - began


def instance() -> bytes:
    """Pack the invented instance of the examples."""
    folder = Path(__file__).parents[1] / "examples" / "displacement"
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted((folder / "arvania").rglob("*.*")):
            archive.write(path, path.relative_to(folder))
    return made.getvalue()


def quantile(seconds: list[float], share: float) -> float:
    """Give the seconds within which this share of the answers came."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def line(name: str, seconds: list[float]) -> str:
    """Tell it in a line."""
    p50, p99, worst = (1000 * quantile(seconds, share) for share in (0.5, 0.99, 1.0))
    return f"{name:<26} {len(seconds):>6} GET   p50 {p50:>7.1f} ms   p99 {p99:>7.1f} ms   worst {worst:>7.1f} ms"


@contextmanager
def served(releases: Path, folder: Path, waiting: int) -> Iterator[str]:
    """Serve from a process of its own; gives its address."""
    settings = folder / "web.toml"
    limits = f"reader_requests_a_minute = 0\nposts_a_minute = 100000\nruns_waiting = {waiting}\n"
    settings.write_text(f'{limits}desk = false\nstate = "state"\n', encoding="utf-8")
    begin = "from havre.cli.start import run; run()"
    options = ["serve", "--releases", str(releases.absolute()), "--settings", str(settings), "--port", "0"]
    command = [sys.executable, "-c", begin, *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=folder)
    try:
        assert process.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
        if found is None:
            raise SystemExit("the site did not start")
        yield found[0]
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


if __name__ == "__main__":
    sys.exit(main())
