"""Sobol indices are those of a function known in closed form; chance and parameters without effect are told."""

import json
from collections.abc import Mapping
from dataclasses import replace
from math import pi

import numpy as np
import pytest

from havre.displacement import Rules, registered, simulate
from havre.displacement.camp_capacities import camp_capacities
from havre.displacement.fill_dates import fill_dates
from havre.displacement.outcome import Floats
from havre.displacement.priors import LogUniform, Prior, Uniform
from havre.displacement.sensitivity import Sensitivity, analyse, sensitivity
from havre.errors import DisplacementError
from tests.displacement.calibrate_case import calibrate_case

# Ishigami & Homma (1990) with a = 7 and b = 0.1, on parameters that are known here by other names.
CUBE = {name: Uniform(-pi, pi) for name in ("camp_weight", "softening", "distance_power")}
WIDE: dict[str, Prior] = {"camp_weight": LogUniform(0.1, 10.0), "capacity_buffer": Uniform(0.5, 0.95)}


def ishigami(values: Mapping[str, Floats]) -> dict[str, Floats]:
    first, second, third = values.values()
    return {"y": np.sin(first) + 7 * np.sin(second) ** 2 + 0.1 * third**4 * np.sin(first), "flat": first * 0 + 3}


def test_indices_of_ishigami_are_the_analytic_ones() -> None:
    found = analyse(ishigami, CUBE, base=1_024, seed=3)
    analytic = {"camp_weight": (0.3139, 0.5576), "softening": (0.4424, 0.4424), "distance_power": (0.0, 0.2437)}
    for row, (name, (first, total)) in enumerate(analytic.items()):
        assert found.of("y")[name] == pytest.approx((first, total), abs=0.03)
        assert 0 < found.total_within[0, row] < 0.1
    assert found.mean[0] == pytest.approx(3.5, abs=0.02)
    assert found.sd[0] == pytest.approx(3.7208, abs=0.02)
    assert found.points == 1_024 * 5
    assert found.chance[0] == 0.0


def test_an_output_that_never_changes_has_no_indices() -> None:
    found = analyse(ishigami, CUBE, base=8)
    assert np.isnan(found.total[1]).all()
    told = json.loads(json.dumps(found.summary(), allow_nan=False))
    assert told["outputs"][1]["indices"]["softening"]["total"] is None
    assert told["outputs"][1]["chance"] is None
    with pytest.raises(KeyError):
        found.of("z")


def test_the_share_of_chance_is_measured() -> None:
    rng = np.random.default_rng(5)

    def noisy(values: Mapping[str, Floats]) -> dict[str, Floats]:
        # A uniform prior from 0 to √12 has variance 1, and the noise 3.
        return {"y": values["softening"] + rng.normal(0, 3**0.5, values["softening"].size)}

    found = analyse(noisy, {"softening": Uniform(0.0, 12**0.5)}, base=256)
    assert found.chance[0] == pytest.approx(0.75, abs=0.2)
    assert found.of("y")["softening"][0] == pytest.approx(0.25, abs=0.2)


def small(seed: int = 2, workers: int = 1) -> Sensitivity:
    return sensitivity(calibrate_case(), priors=WIDE, base=32, seed=seed, workers=workers)


def test_a_small_instance_where_one_parameter_has_no_effect() -> None:
    # No camp ever comes near its capacity, so that the buffer cannot matter; it has only chance to show.
    found = small()
    assert found.outputs[:2] == ("ard", "people_in_camps")
    assert set(found.outputs[2:]) == {f"{what}: {camp}" for what in ("final", "full") for camp in ("Dol Camp", "Este")}
    weight, buffer = (found.of("ard")[name][1] for name in WIDE)
    assert weight > 0.8
    assert buffer == pytest.approx(0.0, abs=0.05)
    assert found.chance[0] < 0.2
    # Neither camp fills, so that the day is the same everywhere.
    assert np.isnan(found.total[found.outputs.index("full: Este")]).all()


def test_same_seed_same_bits() -> None:
    first, second, third = small(), small(), small(3)
    assert first.total.tobytes() == second.total.tobytes()
    assert first.total_within.tobytes() == second.total_within.tobytes()
    assert first.total.tolist() != third.total.tolist()


def test_numpys_global_random_numbers_are_left_alone() -> None:
    np.random.seed(5)  # noqa: NPY002
    expected = np.random.random()  # noqa: NPY002
    np.random.seed(5)  # noqa: NPY002
    analyse(ishigami, CUBE, base=8)
    assert np.random.random() == expected  # noqa: NPY002


@pytest.mark.parametrize("base", [0, 4, 100])
def test_a_base_that_is_no_power_of_two_is_refused(base: int) -> None:
    with pytest.raises(DisplacementError, match="power of 2"):
        analyse(ishigami, CUBE, base=base)


def test_camps_fill_by_the_capacity_in_force() -> None:
    # Dol Camp begins with 100 people of 900 places, which Flee takes off: it is full at 760, not at 855.
    case = calibrate_case()
    small_camp = [replace(place, population=900) if place.name == "Dol Camp" else place for place in case.locations]
    tight = replace(case, locations=tuple(small_camp))
    rules = {name: replace(Rules.flee(), day0_lowers_capacity=name == "lowered") for name in ("lowered", "whole")}
    priors: dict[str, Prior] = {"camp_weight": Uniform(0.9, 1.1)}
    days = {name: sensitivity(tight, priors=priors, base=8, rules=each, full_from=0.9) for name, each in rules.items()}
    output = days["lowered"].outputs.index("full: Dol Camp")
    outcome = simulate(tight, replicas=20, rules=rules["lowered"], occupancy="frozen")
    series = registered(tight, outcome.days)
    limits = camp_capacities(tight, rules["lowered"], series, outcome.camps, outcome.days)
    expected = fill_dates(outcome, limits, 0.9).first_days[:, outcome.camps.index("Dol Camp")].clip(max=outcome.days)
    assert days["lowered"].mean[output] == pytest.approx(expected.mean(), abs=2.0)
    as_written = fill_dates(outcome, [900.0, np.inf] if outcome.camps[0] == "Dol Camp" else [np.inf, 900.0], 0.9)
    written = as_written.first_days[:, outcome.camps.index("Dol Camp")].clip(max=outcome.days)
    assert written.mean() > expected.mean() + 3
