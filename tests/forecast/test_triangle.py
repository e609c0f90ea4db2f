"""What was known of a month at each age, and which steps were seen from there."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from havre.errors import ForecastError
from havre.forecast.triangle import MOST_AGE, RevisionSteps, reporting_triangle
from havre.months import add_months
from tests.panel.observation_samples import table

FIRST, MONTHS = date(2016, 1, 1), 60


def test_the_triangle_holds_what_was_known_at_each_age() -> None:
    rows = table(
        {"period": date(2020, 1, 1), "value": 5.0, "as_of": date(2020, 2, 10)},
        {"period": date(2020, 1, 1), "value": 7.0, "as_of": date(2020, 4, 10)},
        {"period": date(2020, 1, 1), "value": 9.0, "as_of": date(2020, 7, 10)},
    )
    found = reporting_triangle(rows, date(2020, 6, 1))
    assert found.keys == (("SYR", "DEU"),)
    # Nothing was published in March and May, and July is not known yet.
    assert found.values[0, 0, :6] == pytest.approx([np.nan, 5, np.nan, 7, np.nan, np.nan], nan_ok=True)


def test_values_of_later_months_are_not_read_but_the_days_of_their_publication_are() -> None:
    rows = table(
        {"period": date(2020, 1, 1), "value": 5.0, "as_of": date(2020, 2, 10)},
        {"period": date(2020, 2, 1), "value": 6.0, "as_of": date(2020, 3, 10)},
    )
    found = reporting_triangle(rows, date(2020, 3, 31), until=date(2020, 1, 1))
    poisoned = rows.with_columns(value=pl.when(pl.col("period") > date(2020, 1, 1)).then(None).otherwise("value"))
    again = reporting_triangle(poisoned, date(2020, 3, 31), until=date(2020, 1, 1))
    assert found.months == (date(2020, 1, 1),)
    # In March the source published something, and left January as it was.
    assert found.values[0, 0, :4] == pytest.approx([np.nan, 5, 5, np.nan], nan_ok=True)
    assert found.values.tobytes() == again.values.tobytes()
    assert found.ages().tolist() == [[2]]
    with pytest.raises(ForecastError):
        reporting_triangle(rows, date(2020, 3, 31), until=date(2019, 1, 1))


def test_steps_are_those_that_were_seen_and_a_correction_of_the_whole_past_is_none() -> None:
    rows = []
    for step in range(MONTHS):
        month = add_months(FIRST, step)
        for age, value in ((1, 80.0), (2, 100.0)):
            rows.append({"period": month, "value": value, "as_of": add_months(month, age)})
    last = add_months(FIRST, MONTHS)
    steps = RevisionSteps(reporting_triangle(table(*rows), last))
    seen, basis = steps.from_age(("SYR", "DEU"), "10-100", 1)
    assert basis == "own_revisions"
    assert len(seen) == MOST_AGE - 2
    assert np.allclose(seen[0].seen, np.log(100.5 / 80.5))
    assert not np.concatenate([step.seen for step in seen[1:]]).any()
    # All months but the last ones are doubled on one day: no month had that to come at each of its ages.
    doubled = [{"period": add_months(FIRST, s), "value": 200.0, "as_of": last} for s in range(MONTHS - 2)]
    steps = RevisionSteps(reporting_triangle(table(*rows, *doubled), last))
    seen, _ = steps.from_age(("SYR", "DEU"), "10-100", 1)
    assert max(step.middle for step in seen[1:]) == 0
    assert steps.from_age(("SYR", "DEU"), "10-100", MOST_AGE) == ([], "own_revisions")


def test_a_series_with_few_steps_takes_those_of_its_size() -> None:
    rows = [
        {"origin": origin, "period": add_months(FIRST, step), "value": value * size,
         "as_of": add_months(FIRST, step + age)}
        for origin, first, size in (("SYR", 0, 1.0), ("AFG", MONTHS - 6, 1.0), ("IRQ", MONTHS - 6, 50.0))
        for step in range(first, MONTHS)
        for age, value in ((1, 40.0), (2, 50.0))
    ]  # fmt: skip
    steps = RevisionSteps(reporting_triangle(table(*rows), add_months(FIRST, MONTHS + 1)))
    basis = {origin: steps.from_age((origin, "DEU"), band, 1)[1] for origin, band in
             (("SYR", "10-100"), ("AFG", "10-100"))}  # fmt: skip
    assert basis == {"SYR": "own_revisions", "AFG": "pooled_revisions"}
    # Nobody else is as large: six steps of its own are enough to speak of.
    assert steps.from_age(("IRQ", "DEU"), ">=100", 1)[0][0].seen.size == 6
