"""Measures have names in both languages, and an unknown one is told with near ones."""

import pytest

from havre.errors import PanelError
from havre.panel.measures import measure, measures
from havre.sources.catalogue import sources


def test_measures_have_names_in_both_languages() -> None:
    for name, found in measures().items():
        assert found.id == name
        assert found.name("en") == found.en
        assert found.name("fr") == found.fr
        assert found.en != found.fr
        assert found.kind in ("flow", "stock", "index", "balance")


def test_every_measure_of_the_sources_is_known() -> None:
    assert {name for source in sources().values() for name in source.measures} <= set(measures())


def test_an_unknown_measure_is_told_with_near_ones() -> None:
    assert measure("sea_arrivals").unit == "persons"
    with pytest.raises(PanelError, match="“sea_arival” here is not a measure.* sea_arrivals"):
        measure("sea_arival", where=" here")
    with pytest.raises(PanelError, match="asylum_applications"):
        measure("zzzz")
