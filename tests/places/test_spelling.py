import pytest
from hypothesis import given
from hypothesis import strategies as st

from havre.places.spelling import NOTHING_NEAR, near, plain


@given(st.text(max_size=30))
def test_plain_spelling_is_plain_already(text: str) -> None:
    assert plain(plain(text)) == plain(text)


def test_no_character_is_plain_only_after_two_passes() -> None:
    letters = [chr(number) for number in range(0x10000) if not 0xD800 <= number < 0xE000]
    assert [letter for letter in letters if plain(plain(letter)) != plain(letter)] == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Kosovo*", " kosovo "),
        ("Côte d’Ivoire", "COTE D'IVOIRE"),
        ("Ägypten", "ägypten"),
        ("St Lucia", "Saint Lucia"),
        ("Trinidad & Tobago", "Trinidad and Tobago"),
        ("Sri  Lanka", "Sri Lanka"),
    ],
)
def test_what_makes_no_difference(one: str, other: str) -> None:
    assert plain(one) == plain(other)


@pytest.mark.parametrize(("one", "other"), [("Niger", "Nigeria"), ("Guinea", "Guinea-Bissau"), ("Mali", "Malawi")])
def test_what_makes_a_difference(one: str, other: str) -> None:
    assert plain(one) != plain(other)


def test_near_tells_at_most_three_best_first_each_code_once() -> None:
    candidates = [(f"Mali{letter}", f"{letter * 3} (Mali{letter})") for letter in "abcdef"]
    told = near("Malix", [*candidates, ("Malixa", "aaa (again)")])
    assert told.startswith("aaa (again)")
    assert told.count("(") == 3
    assert told.count("aaa") == 1


def test_near_tells_a_dash_where_nothing_is_near() -> None:
    assert near("zzzz", [("Mali", "MLI (Mali)")]) == NOTHING_NEAR
