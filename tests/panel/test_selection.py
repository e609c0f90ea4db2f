"""Picking observations: an unknown name is told, and so is an empty answer."""

from typing import Any

import pytest

from havre.errors import PanelError, PlaceError
from havre.panel.selection import select_observations
from tests.panel.observation_samples import table

PANEL = table(
    {},
    {"origin": "ERI"},
    {"destination": "AUT"},
    {"source": "bamf"},
    {"measure": "sea_arrivals", "source": "unhcr_odp", "origin": "TOT", "destination": "ITA"},
)


@pytest.mark.parametrize(
    ("asked", "rows"),
    [
        ({}, 5),
        ({"measure": "asylum_applications"}, 4),
        ({"destination": "DEU"}, 3),
        ({"origin": "SYR"}, 3),
        ({"source": "bamf"}, 1),
        ({"origin": "SYR", "destination": "DEU", "source": "eurostat"}, 1),
    ],
)
def test_rows_match_everything_that_was_given(asked: dict[str, Any], rows: int) -> None:
    found = select_observations(PANEL, **asked)
    assert found.height == rows
    assert all((found[name] == value).all() for name, value in asked.items())


@pytest.mark.parametrize(
    ("asked", "kind", "near"),
    [
        ({"measure": "asylum_application"}, PanelError, "asylum_applications"),
        ({"source": "eurostats"}, PanelError, "eurostat"),
        ({"origin": "SYI"}, PlaceError, "SYR"),
        ({"destination": "Germany"}, PlaceError, "DEU"),
    ],
)
def test_an_unknown_name_is_told_with_near_ones(asked: dict[str, Any], kind: type[Exception], near: str) -> None:
    with pytest.raises(kind, match=near):
        select_observations(PANEL, **asked)


def test_an_empty_answer_is_told_with_what_was_asked() -> None:
    with pytest.raises(PanelError, match="no observations for destination FRA, origin SYR"):
        select_observations(PANEL, destination="FRA", origin="SYR")
