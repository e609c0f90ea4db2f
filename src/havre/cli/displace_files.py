"""What ``havre displace run --out`` writes: ``out.csv`` in Flee's columns, camps by day, and ``run.json``.

Nothing in these files depends on the time, the machine or who worked: the same seed gives the same bytes.
"""

import csv
import json
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from havre.cli.displace_facts import LEVELS, Ran, run_facts

if TYPE_CHECKING:
    from collections.abc import Iterator

OUT, CAMPS, RUN = "out.csv", "camps.csv", "run.json"


def write_run(ran: Ran, out: Path, replica: int | None) -> tuple[Path, ...]:
    """Write the files of a simulation into a folder that is not there yet or empty: all of them, or nothing.

    Parameters
    ----------
    replica : which run ``out.csv`` holds, from 0; ``None`` for the mean of all

    Raises
    ------
    FileError : the folder cannot be written; nothing is left behind
    DisplacementError : there is no such run
    """
    from havre.displacement.out_file import out_csv
    from havre.record.folder import write_files

    facts = {**run_facts(ran), "out_csv": "mean of all runs" if replica is None else f"run {replica}"}
    texts = {
        OUT: out_csv(ran.compared, ran.series, replica, rules=ran.prepared.rules),
        CAMPS: camps_csv(ran),
        RUN: json.dumps(facts, ensure_ascii=False, indent=1, allow_nan=False) + "\n",
    }
    write_files(out, ((name, text.encode("utf-8")) for name, text in texts.items()))
    return tuple(out / name for name in texts)


def camps_csv(ran: Ran) -> str:
    """Give one row a day and camp: what was simulated, with quantiles over the runs, and what was registered.

    ``observed`` is 1 on days with a count and 0 on days that were filled in between two; ``capacity_in_force`` is what
    the camp holds on the day, empty without limit; ``part`` tells fitted days from those
    of a forecast, with a calibration; counts are in simulated persons.
    """
    text = StringIO()
    rows = csv.writer(text, lineterminator="\n")
    levels = [f"quantile_{level:g}" for level in LEVELS] if ran.outcome.replicas > 1 else []
    rows.writerow(["day", "date", "camp", "mean", *levels, "registered", "observed", "capacity_in_force", "part"])
    rows.writerows(_rows(ran))
    return text.getvalue()


def _rows(ran: Ran) -> "Iterator[list[object]]":
    import numpy as np

    outcome, series = ran.outcome, ran.series
    means = outcome.camp_counts.mean(axis=0)
    levels = LEVELS if outcome.replicas > 1 else ()
    # Camp by camp, so that the sorting of many runs does not need all of them twice.
    quantiles = np.stack(
        [np.quantile(outcome.camp_counts[:, :, camp], levels, axis=0) for camp in range(len(outcome.camps))], axis=2
    )
    column = {name: number for number, name in enumerate(series.camps)}
    observed = series.observed
    calibrated = ran.prepared.calibrated
    fit_days = 0 if calibrated is None else calibrated.calibration.fit_days
    parts = [
        "simulated" if calibrated is None else "fit" if day < fit_days else "forecast" for day in range(outcome.days)
    ]
    for day, when in enumerate(outcome.dates):
        for camp, name in enumerate(outcome.camps):
            known = column.get(name)
            counted: list[object] = ["", ""]
            if known is not None:
                counted = [written_number(series.counts[day, known]), int(observed[day, known])]
            spread = (written_number(value) for value in quantiles[:, day, camp])
            limit = written_number(ran.capacities[day, camp])
            yield [day, when.isoformat(), name, written_number(means[day, camp]), *spread, *counted, limit, parts[day]]


def written_number(value: float) -> str:
    """Write a count with up to four decimals; an infinite one is empty."""
    if value == float("inf"):
        return ""
    return f"{value:.4f}".rstrip("0").rstrip(".") if value % 1 else f"{value:.0f}"
