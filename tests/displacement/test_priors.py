"""Priors are the distributions that they say, and files of them are read with all their faults at once."""

import tomllib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from havre.displacement.priors import (
    DEFAULT_PRIORS,
    RANGES,
    Beta,
    LogUniform,
    Prior,
    Uniform,
    as_table,
    check_priors,
    priors_of,
    read_priors,
    values_of,
)
from havre.displacement.simulate import PARAMETERS
from havre.errors import DisplacementError


def test_quantiles_by_hand() -> None:
    levels = np.array([0.0, 0.25, 0.5, 1.0])
    assert Uniform(1.0, 3.0).quantile(levels).tolist() == [1.0, 1.5, 2.0, 3.0]
    assert LogUniform(0.01, 1.0).quantile(levels) == pytest.approx([0.01, 0.1**1.5, 0.1, 1.0])
    # Of a beta(2, 1) on the unit interval, the share below x is x².
    assert Beta(2.0, 1.0, 0.0, 2.0).quantile(levels) == pytest.approx([0.0, 1.0, 2 * 0.5**0.5, 2.0])


@given(st.sampled_from(list(DEFAULT_PRIORS.values())), st.lists(st.floats(0, 1), min_size=2, max_size=20))
def test_quantiles_rise_and_stay_within_the_prior(prior: Prior, levels: list[float]) -> None:
    values = prior.quantile(np.sort(levels))
    assert (np.diff(values) >= 0).all()
    assert prior.low <= values[0] * (1 + 1e-12)
    assert values[-1] <= prior.high * (1 + 1e-12)


def test_defaults_hold_to_what_is_allowed_and_hold_what_flee_ships() -> None:
    check_priors(DEFAULT_PRIORS)
    assert set(RANGES) == set(PARAMETERS)
    shipped = {
        "foreign_weight": 1,
        "camp_weight": 1,
        "conflict_weight": 0.25,
        "default_movechance": 0.3,
        "softening": 10,
    }
    assert all(DEFAULT_PRIORS[name].low < value < DEFAULT_PRIORS[name].high for name, value in shipped.items())
    assert DEFAULT_PRIORS["default_movechance"].low >= 0.01


def test_points_of_the_unit_cube_become_parameters_column_by_column() -> None:
    priors: dict[str, Prior] = {"softening": Uniform(0.0, 10.0), "camp_weight": LogUniform(1.0, 100.0)}
    values = values_of(priors, np.array([[0.1, 0.5], [0.9, 1.0]]))
    assert values["softening"].tolist() == pytest.approx([1.0, 9.0])
    assert values["camp_weight"].tolist() == pytest.approx([10.0, 100.0])


def test_a_file_changes_what_it_names(tmp_path: Path) -> None:
    path = tmp_path / "priors.toml"
    path.write_text(
        'camp_weight = "settings"\n'
        '[softening]\nkind = "beta"\na = 2\nb = 3.5\nhigh = 50\n'
        '[weight_power]\nkind = "uniform"\nlow = 0.5\nhigh = 2\n'
    )
    read = read_priors(path)
    assert read["softening"] == Beta(2.0, 3.5, 0.0, 50.0)
    assert read["weight_power"] == Uniform(0.5, 2.0)
    assert "camp_weight" not in read
    assert read["foreign_weight"] == DEFAULT_PRIORS["foreign_weight"]
    path.write_text('defaults = false\n[softening]\nkind = "log-uniform"\nlow = 1\nhigh = 2\n')
    assert read_priors(path) == {"softening": LogUniform(1.0, 2.0)}


def test_priors_survive_being_written_down() -> None:
    priors = {**DEFAULT_PRIORS, "weight_power": Beta(2.0, 2.0, 0.5, 1.5)}
    assert priors_of({"defaults": False, **as_table(priors)}) == priors


def test_all_faults_at_once_with_key_value_and_expectation() -> None:
    with pytest.raises(DisplacementError) as caught:
        priors_of(
            {
                "defaults": "no",
                "sofening": {"kind": "uniform", "low": 1, "high": 2},
                "camp_weight": 3,
                "foreign_weight": {"kind": "normal"},
                "conflict_weight": {"kind": "uniform", "low": 0.2, "hihg": 1},
                "softening": {"kind": "log-uniform", "low": 0, "high": 10},
                "capacity_buffer": {"kind": "uniform", "low": 0.9, "high": 0.5},
                "default_movechance": {"kind": "uniform", "low": 0.001, "high": 2},
                "weight_power": {"kind": "beta", "a": -1, "b": True},
                "distance_power": {"kind": "beta", "a": -1, "b": 2},
                "camp_movechance": {"kind": "uniform", "low": float("nan"), "high": 1},
            },
            "p.toml",
        )
    told = [(problem.key.rsplit(".", 1)[1], dict(problem.fields)["key"]) for problem in caught.value.problems]
    assert told == [
        ("value", "defaults"),
        ("unknown", "sofening"),
        ("value", "camp_weight"),
        ("value", "foreign_weight.kind"),
        ("key", "conflict_weight.hihg"),
        ("no_number", "conflict_weight"),
        ("value", "softening.low"),
        ("value", "capacity_buffer.high"),
        ("value", "default_movechance.low"),
        ("value", "default_movechance.high"),
        ("value", "weight_power.b"),
        ("value", "distance_power.a"),
        ("value", "camp_movechance.low"),
    ]
    text = caught.value.message()
    assert "softening" in text.splitlines()[1]
    assert all(line.startswith("p.toml") for line in text.splitlines())
    assert caught.value.message("fr") != text


@pytest.mark.parametrize(("content", "key"), [(b"a = [", "not_toml"), (b"\xff\xfe", "not_toml"), (None, "unreadable")])
def test_files_that_are_no_priors(tmp_path: Path, content: bytes | None, key: str) -> None:
    path = tmp_path / "priors.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DisplacementError) as caught:
        read_priors(path)
    assert caught.value.problems[0].key == f"displacement.priors.{key}"


def test_what_is_missing_is_named_with_an_example() -> None:
    with pytest.raises(DisplacementError) as refused:
        priors_of({"conflict_weight": {"min": 1}, "softening": {"kind": "uniform", "low": 1}})
    said = refused.value.message()
    assert "“conflict_weight” has no kind; expected kind with one of uniform, log-uniform, beta" in said
    assert "“softening” has no high; expected high with a number" in said
    assert "None" not in said
    assert 'conflict_weight = { kind = "uniform", low = 0.1, high = 1.0 }' in refused.value.advice()


def test_no_parameter_at_all_is_refused() -> None:
    with pytest.raises(DisplacementError, match="nothing to fit"):
        priors_of({"defaults": False})


def test_the_documents_show_a_file_that_can_be_read_and_name_every_parameter() -> None:
    page = (Path(__file__).parents[2] / "docs" / "displacement-calibration.md").read_text(encoding="utf-8")
    shown = page.partition("```toml\n")[2].partition("```")[0]
    assert list(priors_of(tomllib.loads(shown))) == ["conflict_weight", "distance_power", "capacity_buffer"]
    assert [name for name in PARAMETERS if f"`{name}`" not in page] == []
