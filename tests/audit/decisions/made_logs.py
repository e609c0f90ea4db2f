"""Made-up decision logs."""

from pathlib import Path

import numpy as np
import polars as pl

from havre.audit.decisions.columns import Columns

COLUMNS = Columns("automated", "human", "score", "truth", ("sex", "region"), "day", "seconds")


def made_log(rows: int, seed: int, *, gap: float = 0.0, regions: int = 3) -> pl.DataFrame:
    """Draw a log with calibrated scores; ``gap`` is added to the chance that women are flagged."""
    g = np.random.default_rng(seed)
    score, women = g.beta(2, 5, rows), g.random(rows) < 0.5
    flagged = np.where(g.random(rows) < gap * women, True, g.random(rows) < score)
    departs = g.random(rows) < 0.1
    days = np.datetime64("2025-01-01") + g.integers(0, 360, rows)
    return pl.DataFrame({
        "score": score,
        "automated": flagged,
        "human": flagged ^ departs,
        "truth": g.random(rows) < score,
        "sex": np.where(women, "f", "m"),
        "region": np.array([f"R{k}" for k in range(regions)])[g.integers(0, regions, rows)],
        "day": days,
        "seconds": g.lognormal(3, 1, rows),
    })  # fmt: skip


def write_log(table: pl.DataFrame, folder: Path, name: str = "log.parquet") -> Path:
    """Write it as Parquet or CSV."""
    path = folder / name
    table.write_csv(path) if name.endswith(".csv") else table.write_parquet(path)
    return path
