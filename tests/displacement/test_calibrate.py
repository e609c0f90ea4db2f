"""A calibration finds the parameters behind the counts, whoever works, and nothing but known counts and arrivals."""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from havre.displacement import Instance, simulate
from havre.displacement.calibrate import Calibration, calibrate, check_fits, predict
from havre.displacement.calibrate_file import read_calibration, write_calibration
from havre.displacement.calibrate_scores import scored
from havre.displacement.naive_camps import NAIVE_METHODS
from havre.displacement.priors import LogUniform, Prior, Uniform
from havre.errors import DisplacementError
from tests.displacement.calibrate_case import DAYS, FIT, SWAPPED, calibrate_case
from tests.displacement.small_instances import registrations, small_instance

PRIORS: dict[str, Prior] = {"camp_weight": LogUniform(0.1, 10.0), "default_movechance": Uniform(0.1, 1.0)}
TRUE_CHANCE = 0.35


def fitted(instance: Instance, workers: int = 1, seed: int = 3) -> Calibration:
    return calibrate(
        instance,
        priors=PRIORS,
        fit_days=FIT,
        population=20,
        generations=2,
        prior_draws=20,
        seed=seed,
        workers=workers,
    )


@cache
def case_calibration() -> Calibration:
    return scored(calibrate_case(), fitted(calibrate_case()), replicas=50, baseline_replicas=5)


def synthetic() -> Instance:
    """Make an instance whose counts are those of a simulation with a known chance to move."""
    shape = calibrate_case()
    told = simulate(shape, seed=99, parameters={"default_movechance": np.array([TRUE_CHANCE])})
    days = range(0, DAYS, 3)
    counts = {
        camp: {day: float(told.camp_counts[0, day, column]) for day in days} for column, camp in enumerate(told.camps)
    }
    # Arrivals stay those that made the counts: people still on the road are in the total alone.
    total = {day: float(told.people[0, day]) for day in range(DAYS)}
    spawn = replace(shape.settings.spawn_rules, sum_from_camps=False)
    return replace(
        shape,
        registrations=registrations({"total": total, **counts}),
        settings=replace(shape.settings, spawn_rules=spawn),
    )


def test_the_parameter_behind_the_counts_is_found() -> None:
    prior = {"default_movechance": PRIORS["default_movechance"]}
    found = calibrate(synthetic(), priors=prior, fit_share=0.75, population=20, generations=3, prior_draws=20, seed=1)
    low, middle, high = found.quantiles((0.05, 0.5, 0.95))["default_movechance"]
    assert low < TRUE_CHANCE < high
    assert middle == pytest.approx(TRUE_CHANCE, abs=0.06)
    # The prior's interval of 90 % is 0.81 wide.
    assert high - low < 0.3
    assert found.fit_days == 30


def test_same_bits_for_any_number_of_workers() -> None:
    one, two = case_calibration(), fitted(calibrate_case(), workers=2)
    assert one.weights.tobytes() == two.weights.tobytes()
    assert all(one.values[name].tobytes() == two.values[name].tobytes() for name in PRIORS)
    assert one.distances.tobytes() == two.distances.tobytes()
    assert one.discrepancy == two.discrepancy


def test_counts_of_later_days_change_nothing_while_arrivals_are_the_same() -> None:
    poisoned = calibrate_case(SWAPPED)
    mine, other = case_calibration(), fitted(poisoned)
    assert mine.weights.tobytes() == other.weights.tobytes()
    assert all(mine.values[name].tobytes() == other.values[name].tobytes() for name in PRIORS)
    assert mine.distances.tobytes() == other.distances.tobytes()
    assert mine.discrepancy == other.discrepancy
    first, second = (
        predict(each, calibration, replicas=20) for each, calibration in ((calibrate_case(), mine), (poisoned, other))
    )
    assert first.simulated.camp_counts.tolist() == second.simulated.camp_counts.tolist()
    assert first.corrected is not None
    assert second.corrected is not None
    assert first.corrected.camp_counts.tolist() == second.corrected.camp_counts.tolist()


def test_other_counts_of_fit_days_do_change_the_fit() -> None:
    case = calibrate_case()
    rows = list(case.registrations)
    rows[1], rows[2] = (replace(rows[1], files=rows[2].files), replace(rows[2], files=rows[1].files))
    assert fitted(replace(case, registrations=tuple(rows))).distances.tolist() != case_calibration().distances.tolist()


def test_predictions_draw_particles_by_weight_and_widen_with_discrepancy() -> None:
    calibration = case_calibration()
    found = predict(calibrate_case(), calibration, replicas=200)
    drawn = found.parameters["camp_weight"]
    expected = (calibration.values["camp_weight"] * calibration.weights).sum()
    assert drawn.mean() == pytest.approx(expected, rel=0.05)
    assert set(drawn.tolist()) <= set(calibration.values["camp_weight"].tolist())
    assert found.corrected is not None
    wide, plain = (
        np.ptp(np.quantile(each.camp_counts[:, -1], (0.1, 0.9), axis=0), axis=0).sum()
        for each in (found.corrected, found.simulated)
    )
    assert wide > 0
    assert plain > 0
    again = predict(calibrate_case(), calibration, replicas=200)
    assert again.corrected is not None
    assert again.corrected.camp_counts.tobytes() == found.corrected.camp_counts.tobytes()


def test_nothing_is_corrected_where_no_day_is_left() -> None:
    whole = calibrate(calibrate_case(), priors=PRIORS, fit_days=DAYS, population=10, generations=1, prior_draws=20)
    assert predict(calibrate_case(), whole, replicas=3).corrected is None
    with pytest.raises(DisplacementError, match="none is left"):
        scored(calibrate_case(), whole)


def test_rows_of_scores_and_what_they_say() -> None:
    rows = {str(row["method"]): row for row in case_calibration().scores}
    simulated = ("settings", "code_defaults", "calibrated", "calibrated_with_discrepancy", "settings_with_discrepancy")
    assert tuple(rows) == (*simulated, "last_counts_filled", *NAIVE_METHODS)
    assert all(row["entries"] == 4 for row in rows.values())
    for name in simulated:
        row = rows[name]
        assert row["coverage_80"] == pytest.approx(float(str(row["covered_80"])) / 4)
        assert float(str(row["ard_mean"])) >= 0
    # Of 1,200 known people, 2/3 and 1/3; in the end 1,370 and 590 are registered, and 30 + 10 come each day.
    assert rows["last_counts_filled"]["ard"] == pytest.approx(rows["constant_share"]["ard"], rel=1e-9)
    # The settings of the case are Flee's defaults.
    assert rows["settings"]["ard"] == pytest.approx(rows["code_defaults"]["ard"])
    assert float(str(rows["calibrated_with_discrepancy"]["ard"])) < float(str(rows["settings"]["ard"]))


def test_a_summary_is_json_and_says_what_it_stands_on() -> None:
    told = json.loads(json.dumps(case_calibration().summary(), allow_nan=False))
    assert told["conditional_on"] == ["arrivals", "conflicts", "closures"]
    assert told["fit_days"] == FIT
    assert told["simulated"] == case_calibration().simulated
    assert 1 <= told["effective_particles"] <= 20
    assert [len(each["posterior"]) for each in told["parameters"].values()] == [7, 7]
    assert told["scores"][0]["method"] == "settings"


def test_a_file_gives_the_same_calibration_and_the_same_predictions(tmp_path: Path) -> None:
    path = tmp_path / "calibration.json"
    write_calibration(path, case_calibration())
    read = read_calibration(path)
    assert read.summary() == case_calibration().summary()
    assert read.priors == PRIORS
    assert read.discrepancy == case_calibration().discrepancy
    first, second = (predict(calibrate_case(), each, replicas=5) for each in (case_calibration(), read))
    assert first.simulated.camp_counts.tobytes() == second.simulated.camp_counts.tobytes()
    write_calibration(tmp_path / "again.json", read)
    assert (tmp_path / "again.json").read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"format": "other"}, "format"),
        ({"weights": [0.5]}, "file"),
        ({"weights": None}, "file"),
        ({"rules": {"first_row_is_home": True}}, "file"),
        ({"priors": {"camp_wait": {"kind": "uniform", "low": 0, "high": 1}}}, "file"),
        ({"discrepancy": {"errors": [0.2, 0.1], "counts": 1, "origins": 1}}, "file"),
    ],
)
def test_files_that_are_no_whole_calibration(tmp_path: Path, change: dict[str, object], key: str) -> None:
    path = tmp_path / "calibration.json"
    write_calibration(path, case_calibration())
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(DisplacementError) as caught:
        read_calibration(path)
    assert caught.value.problems[0].key == f"displacement.calibrate.{key}"


def test_a_missing_file_and_one_that_is_no_json(tmp_path: Path) -> None:
    with pytest.raises(DisplacementError, match="cannot be read"):
        read_calibration(tmp_path / "none.json")
    (tmp_path / "half.json").write_text('{"format": ')
    with pytest.raises(DisplacementError, match="no whole calibration"):
        read_calibration(tmp_path / "half.json")


def test_a_calibration_of_another_instance_is_refused_with_every_difference() -> None:
    with pytest.raises(DisplacementError) as caught:
        check_fits(small_instance(name="other"), case_calibration())
    assert len(caught.value.problems) == 2
    assert "name" in caught.value.message()
    assert "nombre de jours" in caught.value.message("fr")


def test_effort_out_of_bounds_is_told_at_once() -> None:
    with pytest.raises(DisplacementError) as caught:
        calibrate(calibrate_case(), population=1, generations=0, least_acceptance=1.5, prior_draws=3)
    assert [dict(problem.fields)["name"] for problem in caught.value.problems] == [
        "population",
        "generations",
        "least_acceptance",
        "prior_draws",
    ]


def test_fit_days_without_a_count_are_refused() -> None:
    with pytest.raises(DisplacementError, match="first 4 days"):
        calibrate(calibrate_case(), fit_days=4)
