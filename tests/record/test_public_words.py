"""What enters the log holds no way to reach somebody, in whatever letters or grouping, and is plain text."""

import pytest

from havre.errors import RecordError, check_none
from havre.record.contest_texts import ContestText
from havre.record.public_words import public_problems

PRIVATE = ContestText(
    "Me@Example.org, +33 6 12 34 56 78, Eurodac FR1234567, counted 1 234 567 in 2021-03.",
    contact="me@example.org / 06 12 34 56 78",
)


def keys(text: str, private: ContestText | None = None) -> list[str]:
    return [problem.key for problem in public_problems({"summary": text}, private)]


@pytest.mark.parametrize(
    "text",
    ["Somebody at ME@EXAMPLE.ORG says so.", "Call +33612345678.", "Call 06 12 34 56 78.", "Call (0612) 34-56-78 now.",
     "The file FR1234567 was counted twice.", "Case DE 12345678.", "write to jane@doe.org"],
)  # fmt: skip
def test_addresses_numbers_and_files_are_refused_whoever_they_belong_to(text: str) -> None:
    for private in (PRIVATE, None):
        assert keys(text, private) == ["record.contest.personal"]


@pytest.mark.parametrize(
    "text",
    ["June 2026 reads 5 instead of 10.", "Of 1,234,567 persons, 2 900 from 2021-02 to 2021-03.", "On 01.02.2026: 950.",
     "Le 30/11/2026, 1 200 000 personnes.", "havre-2026-11-30-155ea00b corrects a6eb5544ad00b6db.", "Art. 12(3) GDPR",
     "See https://example.org/2026/11/30.", "0.9 instead of 1.0, 0 in May, 0–12 persons"],
)  # fmt: skip
def test_counts_days_and_names_of_releases_are_no_numbers_of_people(text: str) -> None:
    assert keys(text) == []


def test_a_long_number_that_was_written_in_confidence_is_not_repeated_in_another_grouping() -> None:
    private = ContestText("My number is 4711 0815 23.", contact="phone in the evening")
    assert keys("The person with 47-11-08-15-23 says so.", private) == ["record.contest.personal"]
    assert keys("Reach them by PHONE in the EVENING.", private) == ["record.contest.personal"]
    assert keys("The person with 99-11-08-15-23 says so.", None) == []


@pytest.mark.parametrize(
    "text", ["\u202e evil", "\x1b[31m red", "bell \x07", "tag \U000e0041", "line\u2028end", "\ue000"]
)
def test_what_moves_a_terminal_or_hides_in_a_text_is_refused(text: str) -> None:
    assert keys(text) == ["record.contest.character"]


@pytest.mark.parametrize("signs", ["x", "@", "a@", "a.@"])
def test_a_long_text_that_is_nearly_an_address_is_read_at_once(signs: str) -> None:
    """A search that begins anew at each letter would take about an hour for twenty thousand of them."""
    assert keys((signs * 20_000)[:20_000]) == []


def test_the_part_is_named_in_each_language() -> None:
    with pytest.raises(RecordError) as caught:
        check_none(public_problems({"reason": "jane@doe.org asked", "note": "x" * 20_001}), RecordError)
    assert caught.value.message("en").startswith("The reason holds how somebody can be reached")
    assert "La note a 20001 caractères" in caught.value.message("fr")
