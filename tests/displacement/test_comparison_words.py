"""A comparison in words and in plain values."""

import json
from datetime import date
from typing import Any

import pytest

from havre.displacement.comparison import Comparison, compare
from havre.displacement.comparison_words import summary, supposed, tell
from havre.displacement.scenario_file import make_scenario
from havre.texts import LANGUAGES, Language
from tests.displacement.small_instances import settings, small_instance

ROADS = [{"to": "Hub"}, {"to": "Cerna", "km": 5}]
PLACE = {"name": "Gora", "country": "Sudland", "latitude": 11, "longitude": 21, "roads": ROADS}
EVERY: dict[str, list[dict[str, Any]]] = {
    "place": [PLACE],
    "camp": [PLACE | {"name": "Fara", "capacity": 12_000, "from": 5}],
    "road": [{"between": ["Cerna", "Este"]}],
    "road_change": [
        {"between": ["Cerna", "Hub"], "km": 5.5},
        {"between": ["Cerna", "Hub"], "factor": 2, "from": 5, "until": 8},
        {"between": ["Cerna", "Hub"], "max_move_speed": 50},
    ],
    "open": [
        {"border": ["Norland", "Sudland"], "from": 5},
        {"link": ["Cerna", "Hub"], "from": 5},
        {"location": "Cerna", "from": 5},
        {"camp": "Cerna", "capacity": 5, "from": 5},
    ],
    "close": [
        {"border": ["Norland", "Sudland"], "from": 5},
        {"link": ["Cerna", "Hub"], "from": 5},
        {"location": "Cerna", "from": "2020-01-06"},
        {"camp": "Este", "from": 5},
    ],
    "capacity": [{"camp": "Este", "capacity": 5, "from": 5}, {"camp": "Este", "factor": 0.5, "from": 5}],
    "conflict": [{"place": "Cerna", "from": 5, "until": date(2020, 1, 9)}],
    "peace": [{"place": "Alba", "from": 5}],
    "arrivals_factor": [{"factor": 1.5, "from": 5}],
    "arrivals": [{"table": "people.csv"}, {"people": [1], "from": 5, "uncertainty": "poisson"}],
    "more_people": [{"people": 40, "places": ["Alba", "Brod"], "from": 5}],
    "rule": [{"name": "camp_movechance", "value": 0.01}, {"name": "avoid_short_stints", "value": True}],
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_change_has_a_sentence_of_its_own(language: Language) -> None:
    told = supposed(make_scenario(EVERY), date(2020, 1, 1), language)
    assert len(told) == sum(map(len, EVERY.values()))
    assert len(set(told)) == len(told)
    assert not any("{" in sentence or "None" in sentence for sentence in told)


def test_sentences_say_what_and_when() -> None:
    told = supposed(make_scenario(EVERY), date(2020, 1, 1))
    assert (
        "A new camp, Fara (Sudland), for 12,000 people, with roads to Hub, Cerna, from day 5 (2020-01-06) on." in told
    )
    assert "The road Cerna – Hub is 2 times as long, from day 5 (2020-01-06) until before day 8 (2020-01-09)." in told
    assert "All roads of Cerna are closed, from day 5 (2020-01-06) on." in told
    assert "Cerna is a conflict zone (intensity 1), from day 5 (2020-01-06) until before day 8 (2020-01-09)." in told
    assert "The move rule camp_movechance is 0.01, over the whole period." in told
    french = supposed(make_scenario(EVERY), date(2020, 1, 1), "fr")
    assert "La règle de mouvement camp_movechance vaut 0,01, durant toute la période." in french


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    raw = {"name": "The road is cut", "close": {"link": ["Cerna", "Hub"], "from": 8}}
    return compare(small_instance(settings=settings(hasten=2)), make_scenario(raw), replicas=10)


def test_what_changes_is_told_with_its_interval_and_with_what_is_not_said(comparison: Comparison) -> None:
    told = tell(comparison)
    assert told.title.startswith("IF: The road is cut – a scenario, not a forecast.")
    row = comparison.rows()[0]
    size, low, high = (round(abs(float(str(row[key])))) for key in ("change", "high", "low"))
    expected = f"Dol Camp has {size} people fewer on day 19 (2020-01-20) (80% interval: {low} to {high} fewer)."
    assert expected in told.sentences
    assert any("in no camp" in sentence for sentence in told.sentences)
    assert any("times smaller than between unpaired runs" in sentence for sentence in told.sentences)
    assert told.sentences[-1] == "One simulated person stands for 2 people; counts are in simulated persons."
    assert len(told.limits) == 5
    assert "same rules" in told.limits[1]


def test_the_table_has_a_row_a_camp(comparison: Comparison) -> None:
    told = tell(comparison, "fr", day=12, sure=0.9)
    assert told.header[0] == "camp"
    assert told.header[4] == "intervalle à 90\xa0%"
    assert [row[0] for row in told.rows] == ["Dol Camp", "Este"]
    assert {len(row) for row in told.rows} == {len(told.header)}
    change = round(float(str(comparison.rows(12, 0.9)[0]["change"])))
    assert change < 0
    assert told.rows[0][3] == f"−{-change}"
    assert told.rows[0][6] == told.rows[0][7] == "pas durant la période"


def test_before_anything_happens_no_camp_surely_changes(comparison: Comparison) -> None:
    sentences = tell(comparison, day=3).sentences
    assert (
        sentences[0]
        == "On day 3 (2020-01-04) no camp has surely more or fewer people: every 80% interval of a change holds 0."
    )


def test_a_scenario_that_changes_nothing_says_so() -> None:
    nothing = make_scenario({"close": {"link": ["Cerna", "Hub"], "from": 19}})
    made = compare(small_instance(), nothing, replicas=3, days=12)
    assert tell(made).sentences == (
        "The scenario changes nothing: base and scenario are the same in every run, on every day.",
    )
    assert tell(made).title.startswith("IF: some changes")


def test_the_summary_is_plain_values(comparison: Comparison) -> None:
    told = json.loads(json.dumps(summary(comparison, by_day=True), allow_nan=False))
    assert told["kind"] == "scenario"
    assert (told["replicas"], told["hasten"], told["occupancy"], told["day"]) == (10, 2, "adaptive", 19)
    assert told["camps"] == comparison.rows()
    assert told["supposed"] == ["The link Cerna – Hub is closed, from day 8 (2020-01-09) on."]
    assert told["pairing"]["variance_cut_day"] == comparison.pairing.factor(19)
    assert told["first_difference"] == comparison.first_difference
    assert len(told["by_day"]["Este"]["change"]) == 20
    assert told["by_day"]["Dol Camp"]["low"][-1] == told["camps"][0]["low"]
    assert [row["camp"] for row in told["fill_dates"]["scenario"]] == ["Dol Camp", "Este"]
    assert told["limits"]
    assert "by_day" not in summary(comparison)
