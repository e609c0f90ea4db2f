from dataclasses import replace
from datetime import date

import pytest

from havre.record.outlook import Outlook, read_outlooks
from havre.record.reviewed import Override, Reviewed
from havre.record.tables import Release
from havre.record.wording import Wording
from havre.web.charts.fans import Fan, fan_of, name_of, spark_of
from havre.web.rendering import environment
from tests.record.release_samples import MEASURE_NAMES, sample_release

WORDS = Wording("en", MEASURE_NAMES)


def outlook(release: Release, origin: str) -> Outlook:
    return next(each for each in read_outlooks(release) if each.row["origin"] == origin)


def shown(fan: Fan) -> str:
    return str(environment().get_template("charts.html.jinja").module.fan(fan))  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def reviewed() -> Release:
    release = sample_release()
    third = outlook(release, "SYR").expected[2]
    assert third.median is not None
    stated = Override(
        "germany", "SYR", "DEU", 3, third.month, third.median, 9876.0, "A <border> was closed.", "Noor Reviewer"
    )
    return replace(release, review=Reviewed("Ada", "Noor", date(2021, 2, 15), "0" * 64, overrides=(stated,)))  # type: ignore[arg-type]


def test_a_figure_has_both_drawings_a_summary_and_every_month_in_its_table() -> None:
    release = sample_release()
    fan = fan_of(release, outlook(release, "SYR"), WORDS)
    page = shown(fan)
    assert [kind for kind, _ in fan.drawings] == ["wide", "narrow"]
    assert fan.summary in page
    (counted, value), end = fan.counted[-1], fan.outlook.expected[-1]
    told = (WORDS.month(counted), WORDS.count(value), WORDS.month(end.month), WORDS.about(end))
    assert [each for each in (*told, WORDS.about_interval(end)) if each not in fan.summary] == []
    assert all(f'<th scope="row">{WORDS.month(month.month)}</th>' in page for month in fan.outlook.expected)
    assert all(WORDS.interval(month.interval(80)) in page for month in fan.outlook.expected)
    assert "style=" not in page


def test_what_a_reviewer_states_stands_beside_the_computed(reviewed: Release) -> None:
    fan = fan_of(reviewed, outlook(reviewed, "SYR"), WORDS)
    page = shown(fan)
    assert page.count('class="stated"') == 2
    assert "9,876" in fan.summary
    assert "A &lt;border&gt; was closed." in page
    assert WORDS.count(fan.outlook.expected[2].median) in page
    assert 'class="stated"' not in shown(fan_of(reviewed, outlook(reviewed, "AFG"), WORDS))


def test_months_counted_since_are_drawn_and_told() -> None:
    release = sample_release()
    own = outlook(release, "SYR")
    page = shown(fan_of(release, own, WORDS, since=[(own.expected[0].month, 4321.0)]))
    assert 'class="since"' in page
    assert "4,321" in page


def test_a_hidden_forecast_is_not_drawn(reviewed: Release) -> None:
    own = outlook(reviewed, "ERI")
    fan = fan_of(reviewed, own, WORDS)
    assert "median" not in " ".join(drawing for _, drawing in fan.drawings)
    assert fan.has_gaps
    nothing = fan_of(reviewed, Outlook(own.row, (), own.expected), WORDS)
    assert nothing.is_empty
    assert nothing.drawings == []
    assert nothing.say("nothing") in shown(nothing)
    assert spark_of(nothing.outlook, WORDS) == ""
    assert nothing.summary == "No counted month is shown, and the forecast is hidden."


def test_names_are_unique_and_fit_an_identifier() -> None:
    release = sample_release()
    names = [name_of(each) for each in read_outlooks(release)]
    assert len(set(names)) == len(names)
    assert all(name.replace("-", "").isalnum() for name in names)
    assert "spark" in spark_of(outlook(release, "SYR"), WORDS)
