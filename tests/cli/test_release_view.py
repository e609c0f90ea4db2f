"""What a reviewer reads: the same ratios and names as in the report, in both languages."""

import pytest

from havre.cli.release_view import show_changes, show_view
from havre.record.changes import Changes, Difference, Loser, LosingHorizon
from havre.record.leaks import LeakReport
from havre.release_view import View
from tests.cli.command import speaking
from tests.small_panel import APPLICATIONS

SERIES = (APPLICATIONS, "asylum_applications", "TUR", "DEU")
CHANGES = Changes(
    before="r-1", compared=0, moved=(), new_series=(), vanished_series=(),
    inputs=(
        Difference("eurostat.csv", "a" * 64, "b" * 64),
        Difference("input-1", None, "hmac-sha256:1"),
        Difference("input-2", "hmac-sha256:2", None),
    ),
    settings=(Difference("complete_recent", None, True), Difference("code_version", "1", "2"), Difference("odd", 1, 2)),
    revised=(), hidden=(), uncovered=(), added_months=0, removed_months=0,
)  # fmt: skip


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ("Asylum applications, Türkiye → Germany", "1.18", "same month of last year", "at worst with", "1.25")),
        ("fr", ("Demandes d’asile, Turquie → Allemagne", "1,18", "même mois de l’année précédente", "1,25")),
    ],
)
def test_losers_are_told_in_words_with_the_ratio_of_the_report(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], lang: str, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    view = View(
        "r-2", "in_review", "d", reference_only=False, changes=None, alarms=(),
        losers=(Loser(SERIES, 1.185, "seasonal_naive", 48),),
        losing_horizons=(LosingHorizon(APPLICATIONS, 1, 1.2451),), series=3, leaks=LeakReport(0, 0, None, 10.0, (), ()),
    )  # fmt: skip
    with speaking(monkeypatch, lang):
        show_view(view)
    out = capsys.readouterr().out
    assert [each for each in words if each not in out] == []
    assert "seasonal_naive" not in out


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ("private files: 1 other than before", "version of Havre: 1 → 2", "usual revisions: not chosen → yes",
                "odd: 1 → 2", "eurostat.csv: aaaaaaaaaaaa…")),
        ("fr", ("fichiers privés : 1 différents d’avant", "version de Havre : 1 → 2", "non choisi → oui")),
    ],
)  # fmt: skip
def test_private_inputs_and_choices_are_told_in_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], lang: str, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    with speaking(monkeypatch, lang):
        show_changes(CHANGES)
    out = capsys.readouterr().out
    assert [each for each in words if each not in out] == []
    assert "input-" not in out
    assert "hmac" not in out
    assert "True" not in out
