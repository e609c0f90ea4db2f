"""The audit at full size, each measurement with its time and memory. From the root of the repository:

``python -m bench.audit search [LARGEST]``  one-to-many searches of made-up templates up to 10⁷, theory beside counts
``python -m bench.audit log [ROWS]``        a decision log of 10⁸ rows, made in pieces in a temporary folder
``python -m bench.audit alarms [RUNS]``     how often fair logs raise an alarm, and planted disparities are found
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl

from havre.audit.decisions.columns import Columns
from havre.audit.decisions.disparity import power
from havre.audit.decisions.report import Settings, audit_log
from havre.audit.experiment import run_experiment
from havre.audit.search import World

PIECE = 5_000_000
COLUMNS = Columns("automated", "human", "score", "truth", ("sex", "region"), "day", "seconds")
FLAGS = Columns("automated", groups=("sex",))


def peak() -> str:
    return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB"


def search(largest: int, probes: int, dimension: int) -> None:
    for likeness in (0.0, 3.0):
        world = World(likeness=likeness, dimension=dimension)
        started, cpu = time.perf_counter(), time.process_time()
        found = run_experiment(world, largest, probes)
        wall, cpu = time.perf_counter() - started, time.process_time() - cpu
        print(
            f"\nlikeness {likeness:g}: {probes:,} searches × {largest:,} templates of {dimension} numbers, all compared"
        )
        print(f"{wall:.1f} s ({cpu:.1f} s CPU), most memory {peak()}, load {os.getloadavg()[0]:.1f}")
        print(
            f"{'gallery':>12} {'FMR':>8} {'counted':>8} {'predicted (99.9 %)':>20} {'expected':>9}"
            f" {'Beta':>8} {'alike':>8}"
        )
        for row in found.measured:
            span = f"{row.low}–{row.high} {'inside' if row.is_inside else 'OUTSIDE'}"
            print(f"{row.gallery:12,} {row.fmr:8.0e} {row.counted:8} {span:>20} {row.expected:9.1f} "
                  f"{row.look_alikes:8.1f} {row.alike:8.1f}")  # fmt: skip
        print("carried to 4·10⁸ templates, at thresholds with the true FMR:")
        for one in found.beyond:
            fmr, chance = one.found.fmr_interval, one.found.fpir_interval
            print(f"from {one.searched:10,}: FMR {one.true_fmr:.1e} found {one.found.fmr:.2e} "
                  f"({fmr.low:.1e}–{fmr.high:.1e}); "
                  f"FPIR {one.found.fpir:.4f} ({chance.low:.4f}–{chance.high:.4f}), true {one.true_fpir:.4f} "
                  f"{'inside' if one.is_inside else 'OUTSIDE'}")  # fmt: skip


def piece(rows: int, seed: int, gap: float = 0.0) -> pl.DataFrame:
    """Draw decisions with calibrated scores; ``gap`` is added to the chance that women are flagged."""
    g = np.random.default_rng(seed)
    score, women = g.beta(2, 5, rows).astype(np.float32), g.random(rows) < 0.5
    flagged = (g.random(rows) < score) | ((g.random(rows) < gap) & women)
    days = np.datetime64("2025-01-01") + g.integers(0, 365, rows)
    return pl.DataFrame({
        "score": score, "automated": flagged,
        "human": flagged ^ (g.random(rows) < 0.05), "truth": g.random(rows) < score,
        "sex": pl.Series(women).replace_strict({True: "f", False: "m"}),
        "region": pl.Series(g.integers(0, 12, rows)).replace_strict({k: f"region {k}" for k in range(12)}),
        "day": days, "seconds": g.lognormal(3, 1, rows).astype(np.float32),
    })  # fmt: skip


def log(rows: int, ending: str, folder: Path | None) -> None:
    with tempfile.TemporaryDirectory(dir=folder) as made:
        for start in range(0, rows, PIECE):
            table, path = piece(min(PIECE, rows - start), start), Path(made) / f"{start:012}.{ending}"
            table.write_csv(path) if ending == "csv" else table.write_parquet(path)
        del table
        size = sum(path.stat().st_size for path in Path(made).iterdir()) / 2**20
        # Making the log takes more memory than reading it: the audit runs in a process of its own.
        told = subprocess.run(
            [sys.executable, "-m", "bench.audit", "read", "--folder", made], capture_output=True, text=True, check=True
        )
        print(f"{ending}, {size:,.0f} MiB: {told.stdout.strip()}")


def read(folder: Path) -> None:
    started, cpu = time.perf_counter(), time.process_time()
    found = audit_log(folder, COLUMNS, Settings(probability=True))
    wall, cpu = time.perf_counter() - started, time.process_time() - cpu
    print(
        f"{found.rows:,} rows in {wall:.1f} s ({cpu:.1f} s CPU), most memory {peak()}, load {os.getloadavg()[0]:.1f}; "
        f"{found.comparisons.height} tests, {found.alarms.height} alarms"
    )


def alarms(runs: int) -> None:
    with tempfile.TemporaryDirectory() as made:
        path = Path(made) / "log.parquet"

        def any_alarm(rows: int, seed: int, gap: float, columns: Columns, settings: Settings) -> bool:
            piece(rows, seed, gap).write_parquet(path)
            return audit_log(path, columns, settings).alarms.height > 0

        for alpha in (0.05, 0.2):
            fair = np.mean(
                [any_alarm(3000, k, 0.0, COLUMNS, Settings(alpha=alpha, probability=True)) for k in range(runs)]
            )
            print(f"fair logs with any alarm: {fair:.3f} of {runs}, stated at most {alpha}")
        base = 2 / 7
        for rows, gap in ((1500, 0.08), (1500, 0.1), (6000, 0.05)):
            stated = power(rows // 2, rows // 2, base + gap * (1 - base), base, 0.05)
            found = np.mean([any_alarm(rows, k, gap, FLAGS, Settings()) for k in range(runs)])
            print(
                f"{rows} rows, {gap * (1 - base):.3f} more often flagged: "
                f"found {found:.3f} of {runs}, stated {stated:.3f}"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("search", "log", "read", "alarms"))
    parser.add_argument("size", nargs="?", type=float)
    parser.add_argument("--probes", type=int, default=1000)
    parser.add_argument("--dimension", type=int, default=64)
    parser.add_argument("--ending", choices=("parquet", "csv"), default="parquet")
    parser.add_argument(
        "--folder", type=Path, help="where to put the log meanwhile (a new folder is made there), or to read one"
    )
    asked = parser.parse_args()
    if asked.what == "search":
        search(int(asked.size or 1e7), asked.probes, asked.dimension)
    elif asked.what == "log":
        log(int(asked.size or 1e8), asked.ending, asked.folder)
    elif asked.what == "read":
        read(asked.folder)
    else:
        alarms(int(asked.size or 400))


if __name__ == "__main__":
    main()
