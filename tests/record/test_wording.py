from datetime import date

import pytest

from havre.record.wording import Wording

EN, FR = Wording("en", {}), Wording("fr", {})


@pytest.mark.parametrize(
    ("value", "english", "french"),
    [
        (0.0, "0", "0"),
        (0.4, "< 1", "<\u202f1"),
        (1234.5, "1,234", "1\u202f234"),
        (1e6, "1,000,000", "1\u202f000\u202f000"),
    ],
)
def test_counts_are_whole_numbers(value: float, english: str, french: str) -> None:
    assert EN.number(value) == english
    assert FR.number(value).replace("\u00a0", "\u202f").replace("< ", "<\u202f") == french


def test_intervals() -> None:
    assert EN.interval((1200.2, 3400)) == "1,200–3,400"
    assert FR.interval((1200.2, 3400)) == "1\u202f200–3\u202f400"
    assert FR.interval(None) == "masqué"


@pytest.mark.parametrize(
    ("ratio", "words"),
    [
        (0.89, "11% better than the best naive guess"),
        (1.04, "4% worse than the best naive guess"),
        (1.004, "0.4% worse than the best naive guess"),
        (3.2, "220% worse than the best naive guess"),
        (1.0, "as good as the best naive guess"),
        (None, "no track record"),
        (float("nan"), "no track record"),
        (float("inf"), "worse than the best naive guess, which made no error"),
    ],
)
def test_ratios_in_words(ratio: float | None, words: str) -> None:
    assert EN.versus_naive(ratio) == words


def test_ratios_as_numbers_show_their_side_of_one() -> None:
    assert (EN.ratio(0.894), EN.ratio(1.002), EN.ratio(1.0), FR.ratio(1.07)) == ("0.89", "1.002", "1.00", "1,07")
    assert EN.ratio(None) == "not measured"


def test_months_and_plurals() -> None:
    assert (EN.month(date(2020, 12, 1)), FR.month(date(2021, 8, 1))) == ("December 2020", "août 2021")
    assert (EN.horizon(1), EN.horizon(3)) == ("1 month ahead", "3 months ahead")
    assert (EN.counted("reading.forecasts", 0), FR.counted("reading.forecasts", 0)) == (
        "0 forecasts of a month",
        "0 prévision mensuelle",
    )


def test_series_names_leave_out_what_is_everything() -> None:
    assert EN.corridor("TOT", "DEU") == "Germany"
    assert FR.corridor("SYR", "TOT") == "Syrie"
    assert FR.corridor("SYR", "DEU") == "Syrie → Allemagne"
    assert EN.corridor("TOT", "TOT") == "all together"
    assert EN.model("no_such_model") == "no_such_model"
