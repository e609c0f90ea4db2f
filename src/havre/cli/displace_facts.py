"""What a simulation found, as plain values: the same go into JSON, the table of the terminal and files."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from havre.cli.displace_options import Prepared
from havre.cli.language import language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from havre.cli.displace_simulate import Simulated
    from havre.displacement.calibrate_known import Known
    from havre.displacement.camp_series import CampSeries
    from havre.displacement.fill_dates import FillDates
    from havre.displacement.outcome import Floats, Outcome

LEVELS = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
"""Quantile levels that are written; shown are the median and the 80 % interval."""
SURE = 0.9
"""How sure the days are between which a camp fills."""
_DIGITS = 6


@dataclass(frozen=True, eq=False)
class Ran:
    """A simulation with what it is compared with.

    Attributes
    ----------
    folder : where the instance was read from
    series : what was registered, of the camps that have registrations
    capacities : people that each camp holds, in simulated persons, infinite without limit, shape (days, camps)
    full_share : part of the capacity from which a camp counts as full
    fill : the first full day by camp and run; of a forecast that starts at the last counts, the first day of it
    alone : the runs without their discrepancy, where ``outcome`` has one: then it starts at the last counts
    """

    folder: Path
    prepared: Prepared
    outcome: "Outcome"
    series: "CampSeries"
    capacities: "Floats"
    full_share: float
    fill: "FillDates"
    alone: "Outcome | None" = None

    @property
    def forecast_from(self) -> str | None:
        """Give the day on which a forecast that starts at the last counts begins, as text."""
        if self.alone is None or self.prepared.calibrated is None:
            return None
        return self.outcome.dates[self.prepared.calibrated.calibration.fit_days].isoformat()

    @property
    def compared(self) -> "Outcome":
        """Give the outcome of the camps that have registrations; camps that rules made of towns have none."""
        from dataclasses import replace

        camps = self.outcome.camps
        known = [place for place, name in enumerate(camps) if name in self.series.camps]
        if len(known) == len(camps):
            return self.outcome
        counts = self.outcome.camp_counts[:, :, known]
        return replace(self.outcome, camps=tuple(camps[place] for place in known), camp_counts=counts)


def ran_of(folder: Path, prepared: Prepared, simulated: "Simulated", full_share: float | None) -> Ran:
    """Put beside a simulation what was registered and how many people the camps hold.

    Raises
    ------
    DisplacementError : the registrations cannot be read as numbers by day
    """
    from havre.displacement.camp_capacities import camp_capacities, closed_to_newcomers
    from havre.displacement.camp_series import registered
    from havre.displacement.fill_dates import fill_dates

    instance, outcome = prepared.instance, simulated.outcome
    series = registered(instance, outcome.days)
    capacities = camp_capacities(instance, prepared.rules, series, outcome.camps, outcome.days)
    share = full_share or closed_to_newcomers(instance)
    counted = capacities
    if simulated.alone is not None and prepared.calibrated is not None:
        counted = _of_forecast(prepared, outcome.camps, capacities, prepared.calibrated.calibration.fit_days)
    fill = fill_dates(outcome, counted, share)
    return Ran(folder, prepared, outcome, series, capacities, share, fill, simulated.alone)


def _of_forecast(prepared: Prepared, camps: "Sequence[str]", capacities: "Floats", until: int) -> "Floats":
    """Put the limits of a forecast into the capacities of its days; give those by which camps count as full.

    The days before it are another simulation, which the forecast does not go on from: none of them counts as full.
    """
    import numpy as np

    from havre.displacement.calibrate_known import known_before
    from havre.displacement.discrepancy import limits_of

    known = known_before(prepared.instance, until)
    for name, limit in zip(known.camps, limits_of(known), strict=True):
        capacities[until:, camps.index(name)] = limit
    counted = capacities.copy()
    counted[:until] = np.inf
    return counted


def seam_facts(ran: Ran, known: "Known") -> list[dict[str, object]]:
    """Tell by camp what was simulated on the last fitted day, what is forecast for the next, and what was counted last.

    Parameters
    ----------
    known : what was known when the forecast begins
    """
    import numpy as np

    rows: list[dict[str, object]] = []
    for column, name in enumerate(known.camps):
        counts = ran.outcome.camp(name)
        day, entries = int(known.last_days[column]), ran.series.entries[ran.series.camps.index(name)]
        place = np.flatnonzero(entries.days == day)
        counted = float(entries.counts[place[0]]) if place.size else None
        rows.append(
            {
                "camp": name,
                "simulated_before": float(np.median(counts[:, known.until - 1])),
                "forecast": float(np.median(counts[:, known.until])),
                "counted_last": counted,
                "counted_on": ran.outcome.dates[day].isoformat(),
            }
        )
    return rows


def run_facts(ran: Ran) -> dict[str, object]:
    """Tell everything about a simulation but what it cost; the same for the same seed, on any machine."""
    outcome = ran.outcome
    forecast: dict[str, object] | None = None
    if ran.alone is not None and ran.prepared.calibrated is not None:
        from havre.displacement.calibrate_known import known_before

        known = known_before(ran.prepared.instance, ran.prepared.calibrated.calibration.fit_days)
        forecast = {
            "from": ran.forecast_from,
            "sum_in_camps": "given by the arrivals",
            "in_camps_without_past_misses": spread_of(ran.alone.camp_counts[:, -1].sum(axis=1)),
            "camps": seam_facts(ran, known),
        }
    return {
        **asked_facts(ran.folder, ran.prepared, outcome.seed, outcome.replicas),
        "forecast": forecast,
        "people": _people(ran),
        "camps": _camps(ran),
        "full": {"share_of_capacity": ran.full_share, "sure": SURE, "null": "later than the last day, or never"},
        "ard": ard_facts(ran),
        "steps": _steps(ran),
        "draws_sha256": digest(outcome),
    }


def asked_facts(folder: Path, prepared: Prepared, seed: int, replicas: int) -> dict[str, object]:
    """Tell what was run, and how."""
    from havre.displacement.instance_summary import changed_settings

    instance = prepared.instance
    settings = instance.settings
    return {
        "simulated": True,
        "automated": True,
        "published": False,
        "instance": instance.name,
        "folder": str(folder),
        "start": instance.start.isoformat(),
        "days": prepared.days,
        "replicas": replicas,
        "seed": seed,
        "rules": prepared.rules_name,
        "switches": prepared.switched,
        "occupancy": prepared.occupancy,
        "calibration": None if prepared.calibrated is None else prepared.calibrated.facts(),
        "hasten": settings.hasten,
        "unit": "people" if settings.hasten == 1 else f"simulated persons, each for {settings.hasten} people",
        "settings_file": str(instance.settings_file) if instance.settings_file else None,
        "settings_changed": changed_settings(settings),
        "notes": [note.sentence() for note in prepared.notes],
        "warnings": [problem.sentence(language()) for problem in prepared.warnings],
    }


def _people(ran: Ran) -> dict[str, object]:
    """Tell how many people were displaced or put in by the last day, and how many of them are in camps then."""
    last = ran.outcome.people[:, -1]
    in_camps = ran.outcome.camp_counts[:, -1].sum(axis=1)
    truth = ran.series.counts[-1].sum()
    return {"displaced": spread_of(last), "in_camps": spread_of(in_camps), "registered_in_camps": float(truth)}


def _camps(ran: Ran) -> list[dict[str, object]]:
    import numpy as np

    outcome = ran.outcome
    places = {place.name: place for place in ran.prepared.instance.locations}
    column = {name: number for number, name in enumerate(ran.series.camps)}
    rows: list[dict[str, object]] = []
    for number, (name, filled) in enumerate(zip(outcome.camps, ran.fill.as_table(SURE), strict=True)):
        limit = float(ran.capacities[-1, number])
        is_camp = "camp" in places[name].location_type.lower()
        rows.append(
            {
                "camp": name,
                "last_day": spread_of(outcome.camp_counts[:, -1, number]),
                "registered": float(ran.series.counts[-1, column[name]]) if name in column else None,
                "registered_counted": bool(ran.series.observed[-1, column[name]]) if name in column else None,
                "capacity": places[name].population if is_camp else None,
                "capacity_in_force": limit if np.isfinite(limit) else None,
                "full": {
                    "from": filled["from"],
                    "median": filled["median"],
                    "to": filled["to"],
                    "chance": filled["full"],
                },
            }
        )
    return rows


def ard_facts(ran: Ran) -> dict[str, object]:
    """Tell the averaged relative difference over all days, normal and rescaled: mean and deviation over the runs."""
    from havre.displacement.validate import relative_differences

    compared = ran.compared
    truth = ran.series.matching(compared.camps, compared.days).counts
    both = relative_differences(compared.camp_counts, truth)
    named = zip(("normal", "rescaled"), both, strict=True)
    return {name: mean_and_sd(values.mean(axis=1)) for name, values in named}


def _steps(ran: Ran) -> dict[str, object]:
    """Tell into how many parts the passes of a day were split, so that no camp is overrun."""
    steps = ran.outcome.steps
    return {"most": int(steps.max()), "mean": round(float(steps.mean()), 2), "days_split": int((steps > 1).sum())}


def spread_of(values: "Floats | object") -> dict[str, float | None]:
    """Give mean, median and 80 % interval over the runs; one run has no interval."""
    import numpy as np

    counts = np.asarray(values, np.float64)
    low, middle, high = (float(value) for value in np.quantile(counts, (0.1, 0.5, 0.9)))
    alone = counts.size == 1
    return {
        "mean": round(float(counts.mean()), 3),
        "median": round(middle, 3),
        "low": None if alone else round(low, 3),
        "high": None if alone else round(high, 3),
    }


def mean_and_sd(values: "Floats") -> dict[str, float | None]:
    """Give mean and standard deviation over the runs; one run has no deviation."""
    deviation = round(float(values.std(ddof=1)), _DIGITS) if values.size > 1 else None
    return {"mean": round(float(values.mean()), _DIGITS), "sd": deviation}


def digest(outcome: "Outcome") -> str:
    """Give the SHA-256 of all counts of people in camps, by which two runs can be told to be the same."""
    from hashlib import sha256

    import numpy as np

    return sha256(np.ascontiguousarray(outcome.camp_counts, dtype="<i8").data).hexdigest()
