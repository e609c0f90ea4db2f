"""A calibration as a JSON file, written whole and read back to the same bits."""

import json
from dataclasses import asdict, fields
from datetime import date
from pathlib import Path
from typing import Any, cast

import numpy as np

from havre.displacement.calibrate import Calibration, Effort
from havre.displacement.calibrate_sampler import Generation
from havre.displacement.discrepancy import Discrepancy
from havre.displacement.priors import as_table, priors_of
from havre.displacement.rules import QUIRKS, Occupancy, Rules
from havre.errors import DisplacementError
from havre.whole_files import write_whole

FORMAT = "havre displacement calibration 1"
LARGEST = 200_000_000
"""Bytes of a file of a calibration."""


def write_calibration(path: Path, calibration: Calibration) -> None:
    """Write a calibration.

    Raises
    ------
    FileError : it cannot be written; nothing is left behind
    """
    told = {
        "format": FORMAT,
        "instance": calibration.instance,
        "start": calibration.start.isoformat(),
        "length": calibration.length,
        "fit_days": calibration.fit_days,
        "seed": calibration.seed,
        "rules": asdict(calibration.rules),
        "occupancy": calibration.occupancy,
        "effort": asdict(calibration.effort),
        "priors": as_table(calibration.priors),
        "values": {name: values.tolist() for name, values in calibration.values.items()},
        "weights": calibration.weights.tolist(),
        "distances": calibration.distances.tolist(),
        "generations": [asdict(each) for each in calibration.generations],
        "prior_sample": calibration.prior_sample,
        "discrepancy": None if calibration.discrepancy is None else asdict(calibration.discrepancy),
        "scores": [dict(row) for row in calibration.scores],
    }
    write_whole(path, (json.dumps(told, indent=1, allow_nan=False) + "\n").encode())


def read_calibration(path: Path) -> Calibration:
    """Read a calibration.

    Raises
    ------
    DisplacementError : the file cannot be read, is no calibration, or does not hold together
    """
    try:
        if path.stat().st_size > LARGEST:
            raise DisplacementError("displacement.calibrate.file", file=path, reason=f"> {LARGEST} B")
        told = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        reason = error.strerror or str(error)
        raise DisplacementError("displacement.calibrate.unreadable", file=path, reason=reason) from error
    except (ValueError, RecursionError) as error:
        raise DisplacementError("displacement.calibrate.file", file=path, reason=error) from error
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise DisplacementError("displacement.calibrate.format", file=path, expected=FORMAT)
    try:
        return _calibration(told)
    except (KeyError, TypeError, ValueError, DisplacementError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise DisplacementError("displacement.calibrate.file", file=path, reason=reason) from error


def _calibration(told: dict[str, Any]) -> Calibration:
    weights = np.array(told["weights"], np.float64)
    values = {str(name): np.array(each, np.float64) for name, each in told["values"].items()}
    distances = np.array(told["distances"], np.float64)
    priors = priors_of({"defaults": False, **told["priors"]})
    arrays = [weights, distances, *values.values()]
    if list(values) != list(priors) or weights.size == 0 or any(each.shape != weights.shape for each in arrays):
        raise ValueError("values, weights and priors do not fit together")
    if not all(np.isfinite(each).all() for each in arrays) or weights.min() < 0 or abs(weights.sum() - 1) > 1e-6:
        raise ValueError("weights must not be negative and must add up to 1, and numbers must be finite")
    rules = told["rules"]
    if set(rules) != set(QUIRKS) or told["occupancy"] not in ("adaptive", "frozen"):
        raise ValueError("rules or occupancy are of another version")
    return Calibration(
        instance=str(told["instance"]),
        start=date.fromisoformat(told["start"]),
        length=int(told["length"]),
        fit_days=int(told["fit_days"]),
        seed=int(told["seed"]),
        rules=Rules(**{name: bool(value) for name, value in rules.items()}),
        occupancy=cast("Occupancy", told["occupancy"]),
        effort=Effort(**{each.name: told["effort"][each.name] for each in fields(Effort)}),
        priors=priors,
        values=values,
        weights=weights,
        distances=distances,
        generations=tuple(Generation(**each) for each in told["generations"]),
        prior_sample=int(told["prior_sample"]),
        discrepancy=_discrepancy(told["discrepancy"]),
        scores=tuple(told["scores"]),
    )


def _discrepancy(told: dict[str, Any] | None) -> Discrepancy | None:
    if told is None:
        return None
    errors = tuple(float(each) for each in told["errors"])
    if not errors or not np.isfinite(errors).all() or min(errors) < 0 or list(errors) != sorted(errors):
        raise ValueError("errors must be finite, not negative and sorted")
    return Discrepancy(errors, int(told["counts"]), int(told["origins"]))
