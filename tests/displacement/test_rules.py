"""The switches of behaviour: all on as Flee does, all off as its manual says, and each with a test of its own."""

from dataclasses import asdict

import pytest

from havre.displacement.rules import QUIRKS, Rules
from tests.displacement import test_quirks, test_quirks_moving


def test_every_switch_has_a_test_of_its_name() -> None:
    tests = [name for module in (test_quirks, test_quirks_moving) for name in vars(module) if name.startswith("test_")]
    assert sorted(name.removeprefix("test_") for name in tests) == sorted(QUIRKS)


def test_flee_has_all_switches_on_and_its_manual_none() -> None:
    assert asdict(Rules.flee()) == dict.fromkeys(QUIRKS, True)
    assert asdict(Rules.documented()) == dict.fromkeys(QUIRKS, False)
    assert Rules() == Rules.flee() == Rules.named("flee")
    assert Rules.named("documented") == Rules.documented()


@pytest.mark.parametrize("switch", QUIRKS)
def test_one_switch_changes_nothing_else(switch: str) -> None:
    assert asdict(Rules.flee().switched(**{switch: False})) == {name: name != switch for name in QUIRKS}
