"""Steps of a slider are named by what the scenario file says of their size."""

from typing import Any

import pytest

from havre.record.wording import Wording
from havre.texts import Language
from havre.web.reading.scenarios import family_name, step_names
from havre.web.scenario_files import ScenarioResult


def family(kind: str, events: list[dict[str, Any]], names: list[str] | None = None) -> list[ScenarioResult]:
    called = names or [""] * len(events)
    return [
        ScenarioResult(f"s{place}", {"scenario": {"name": name, kind: [{"from": "2021-02-01", **event}]}})
        for place, (name, event) in enumerate(zip(called, events, strict=True))
    ]


@pytest.mark.parametrize(
    ("kind", "sizes", "english", "french"),
    [
        ("shock", [{"change": [-0.5, -0.5]}, {"change": [0.2, 0.4]}],
         ("−50%", "+20% to +40%"), ("−50 %", "+20 % à +40 %")),
        ("level", [{"factor": [1.5, 1.5]}, {"factor": [2.0, 2.0]}], ("×1.5", "×2"), ("×1,5", "×2")),
        ("season", [{"shift_months": -1}, {"shift_months": 2}], ("−1 month", "+2 months"), ("−1 mois", "+2 mois")),
        ("open", [{"persons": [300, 300]}, {"persons": [5000, 5000]}],
         ("300 persons", "5,000 persons"), ("300 personnes", "5 000 personnes")),
    ],
)  # fmt: skip
def test_a_step_is_named_by_its_size(
    kind: str, sizes: list[dict[str, Any]], english: tuple[str, ...], french: tuple[str, ...]
) -> None:
    told: dict[Language, tuple[str, ...]] = {"en": english, "fr": french}
    for language, expected in told.items():
        found = step_names(family(kind, sizes), Wording(language, {}))
        assert tuple(" ".join(each.split()) for each in found) == expected


def test_only_sizes_that_differ_are_told() -> None:
    steps = family("shock", [{"change": [0.1, 0.1], "reach": [1.0, 1.0]}, {"change": [0.2, 0.2], "reach": [1.0, 1.0]}])
    assert step_names(steps, Wording("en", {})) == ("+10%", "+20%")


def test_a_name_of_its_own_goes_before_the_size_and_a_number_is_the_last_resort() -> None:
    words = Wording("en", {})
    sizes = [{"factor": [1.5, 1.5]}, {"factor": [2.0, 2.0]}]
    assert step_names(family("level", sizes, ["calm", "storm"]), words) == ("calm", "storm")
    assert step_names(family("level", sizes, ["both", "both"]), words) == ("×1.5", "×2")
    assert step_names(family("level", [sizes[0], sizes[0]]), words) == ("Step 1", "Step 2")


def test_a_family_is_named_by_what_its_steps_share() -> None:
    words = Wording("en", {})
    steps = family("shock", [{"origin": "SYR", "change": [0.1, 0.1]}, {"origin": "SYR", "change": [0.2, 0.2]}])
    assert family_name(steps, words) == "people are displaced: Syria, from February 2021 on"
    assert "change of 10%" in family_name(steps[:1], words)
    assert family_name(family("level", [{"factor": [2.0, 2.0]}], ["storm"]), words) == "storm"
