"""What is told of the models is what they use."""

from datetime import date

import numpy as np

from havre.draws import SeriesKey
from havre.forecast import ensemble, filters, quantile_trees
from havre.forecast.completion import Changes
from havre.forecast.models import MEMBERS
from havre.forecast.operations import has_total, member_parameters, member_rules, operations
from havre.panel.scope import Scope
from havre.panel.series import MonthlySeries

SCOPE = Scope("asylum_applications", "bamf", "origin", None, "DEU")


def series(*origins: str) -> MonthlySeries:
    keys = tuple(SeriesKey("asylum_applications", origin, "DEU") for origin in origins)
    return MonthlySeries(keys, date(2020, 1, 1), np.ones((len(keys), 1)))


def test_every_member_has_parameters_and_a_rule() -> None:
    assert tuple(member_parameters()) == tuple(member_rules()) == MEMBERS
    assert all(member_parameters().values())
    assert list(member_rules().values()) == ["first", *["others"] * (len(MEMBERS) - 1)]
    assert member_parameters()["boosted_quantiles"]["rounds"] == quantile_trees.ROUNDS
    assert member_parameters()["count_filter"]["level_weights"] == [filters.FAST, filters.MIDDLE, filters.SLOW]


def test_recalibration_tells_its_numbers() -> None:
    [told] = [each for each in operations(horizons=12, draws=9, with_total=True) if each.name == "recalibration"]
    assert told.parameters["upward"] == ensemble.UPWARD
    assert (told.parameters["below"], told.parameters["above"]) == ensemble.INWARD


def test_coherence_is_told_where_there_is_a_total() -> None:
    assert has_total(series("SYR", "AFG", "TOT"), SCOPE)
    assert not has_total(series("SYR", "AFG"), SCOPE)
    assert not has_total(series("TOT"), SCOPE)
    names = [[each.name for each in operations(horizons=2, draws=9, with_total=total)] for total in (True, False)]
    assert "coherence" in names[0]
    assert "joint_order" in names[1]
    assert "joint_order" not in names[0]
    assert "coherence" not in names[1]


def test_completion_is_told_by_what_it_did_and_not_where_it_was_off() -> None:
    off = [each.name for each in operations(horizons=2, draws=9, with_total=True)]
    assert not any(name.startswith("complete") for name in off)
    for done, name in (
        (Changes(0, 0, None), "complete_recent_none"),
        (Changes(2, 3, None), "complete_recent_older"),
        (Changes(2, 3, 1.25), "complete_recent"),
    ):
        told = operations(horizons=2, draws=9, with_total=True, completed=done)[1]
        assert told.name == name
        assert told.parameters.get("factor") == done.last_month_factor
