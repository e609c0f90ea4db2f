"""Descriptions tell the figures of each camp, small ones hidden, in both languages."""

from datetime import date

from havre.pictures.descriptions import describe_chart
from havre.pictures.words import Words
from tests.pictures import sample_displacement as displaced
from tests.pictures.sample_charts import FIRST, camps_of, differences, fills, network_of

ENGLISH, FRENCH = Words("en"), Words("fr")
SAMPLE = displaced.sample()


def test_a_network_tells_its_size_and_its_largest() -> None:
    assert describe_chart(displaced.network(SAMPLE), ENGLISH) == (
        "Northern sample, at the end of 24 Dec 2012. Places: 23, of which camps: 7. "
        "Most people: Fassara-Mbo with 15,050. Busiest link: Diré-Sud to Goundaro with 18,403."
    )
    small = describe_chart(network_of(("A", "camp", 1.0, 1.0, 4.0)), FRENCH)
    assert small == "t. Lieux : 1, dont camps : 1. Effectif le plus grand : A avec <\u00a010."


def test_camps_tell_their_last_day() -> None:
    told = describe_chart(displaced.curves(SAMPLE, every=10), ENGLISH)
    assert (
        "Mentaro on 15 Dec 2012: median 4,610, 80 % interval 3,976 to 5,212. Counted last, on 11 Dec 2012: 4,728. "
        "Capacity in force: 6,900."
    ) in told
    assert all(camp in told for camp in displaced.CAMPS)
    assert describe_chart(camps_of(("One", FIRST, 0.5, 3.0)), ENGLISH) == "t. One on 1 Jan 2019: median <10."


def test_days_of_filling_say_when_and_how_likely() -> None:
    early, late = date(2019, 3, 1), date(2019, 5, 1)
    known = (("A", 1.0, early, early, late), ("B", 0.6, early, late, None))
    chart = fills(*known, ("C", 0.2, late, None, None), ("D", 0.0, None, None, None))
    assert describe_chart(chart, ENGLISH) == (
        "t. A fills in 100% of runs; 90 % interval 1 Mar 2019 to 1 May 2019, median 1 Mar 2019. "
        "B fills in 60% of runs; 90 % interval from 1 Mar 2019 on, past the last day, median 1 May 2019. "
        "C fills in 20% of runs; 90 % interval from 1 May 2019 on, past the last day. D fills in 0% of runs."
    )
    assert "A se remplit dans 100\u00a0% des simulations" in describe_chart(chart, FRENCH)


def test_differences_are_told_with_their_interval() -> None:
    chart = differences(("A", 1000.0, -300.0, -500.0, 4.0))
    assert describe_chart(chart, ENGLISH) == (
        "t: IF s. A: 1,000 without the events; change with them −300, 80 % interval −500 to +<10."
    )
