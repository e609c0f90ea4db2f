"""A chart says itself what it leaves out and hides; what several charts say is said once."""

from havre.pictures import draw_text
from havre.pictures.files import picture_bytes
from havre.pictures.notes import notes_of
from havre.pictures.words import Words
from tests.pictures.sample_charts import CHARTS, FIRST, camps_of, differences, picture

ENGLISH = Words("en")


def test_notes_are_given_where_they_apply() -> None:
    assert notes_of(CHARTS["alarms"], ENGLISH) == ["Not shown: 3 more."]
    assert notes_of(CHARTS["fan"], ENGLISH) == []
    assert notes_of(differences(("A", 100.0, 50.0, 20.0, 80.0)), ENGLISH) == []
    hidden = "Counts from 1 to 9 are not told: they are written as <10 and drawn as 5."
    assert notes_of(differences(("A", 1.0, 50.0, 20.0, 80.0)), ENGLISH) == [hidden]
    many = camps_of(*((f"C{camp}", FIRST, 0.5, 5.0 + camp) for camp in range(26)))
    assert notes_of(many, ENGLISH) == ["Not shown: 2 smaller camps.", hidden]


def test_a_threshold_that_is_odd_is_halved() -> None:
    chart = differences(("A", 1.0, 50.0, 20.0, 80.0))
    odd = type(chart)(chart.title, chart.supposed, chart.unit, chart.changes, threshold=5)
    assert "from 1 to 4 are not told: they are written as <5 and drawn as 2.5." in notes_of(odd, ENGLISH)[0]


def test_what_two_charts_say_is_said_once_in_a_file() -> None:
    chart = differences(("A", 1.0, 50.0, 20.0, 80.0))
    svg = picture_bytes(picture(chart, chart), "svg").decode()
    assert svg.count("are not told") == 1
    assert draw_text(picture(chart, chart), 120).count("are not told") == 2
