"""A package that is there is given; one that is not is an error with advice."""

import math

import pytest

from havre.errors import ForecastError
from havre.pictures.extra import load


def test_a_module_is_given_or_missed_by_the_name_of_its_package() -> None:
    assert load("math") is math
    with pytest.raises(ForecastError, match="no_such_package,") as raised:
        load("no_such_package.part")
    assert raised.value.problems[0].key == "forecast.needs_plots"
