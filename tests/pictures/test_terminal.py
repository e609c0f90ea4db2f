"""Text charts: as wide as asked, the signs of both languages, and plain ASCII where nothing else is shown."""

import pytest

from havre.errors import ForecastError
from havre.pictures import check_terminal_plots, draw_text, terminal
from havre.pictures.marks import sign_of
from havre.pictures.terminal import to_ascii
from tests.pictures.sample_charts import CHARTS, SMALL, picture


@pytest.mark.parametrize("width", [40, 80, 150])
@pytest.mark.parametrize("name", CHARTS)
def test_lines_fit_the_terminal(name: str, width: int) -> None:
    lines = draw_text(picture(CHARTS[name], language="fr"), width).split("\n")
    assert max(map(len, lines)) == width
    assert "\x1b" not in "".join(lines)
    assert lines == [line.rstrip() for line in lines]


def test_widths_have_limits() -> None:
    assert max(map(len, draw_text(picture(CHARTS["fan"]), 5).split("\n"))) == 40
    assert max(map(len, draw_text(picture(CHARTS["fan"]), 900).split("\n"))) == 160


@pytest.mark.parametrize("name", CHARTS)
def test_ascii_is_ascii_and_as_wide(name: str) -> None:
    chart = picture(CHARTS[name], language="fr")
    plain = draw_text(chart, 100, ascii_only=True)
    assert plain.isascii()
    assert "?" not in plain
    frames = [(len(a), len(b)) for a, b in zip(draw_text(chart, 100).split("\n"), plain.split("\n"), strict=True)]
    assert all(a == b for a, b in frames)


def test_a_fan_in_both_languages() -> None:
    english, french = (draw_text(picture(CHARTS["fan"], language=lang), 100) for lang in ("en", "fr"))
    for words in ("counted", "median forecast", "forecast starts", "Jan 2020", "personnes par mois"):
        assert words in english
    for words in ("effectif publié", "prévision médiane", "début de la prévision", "janv. 2020"):
        assert words in french
    assert english.startswith("Heading")
    assert english.endswith("Source: a provider\nA forecast is not a promise.\n")


def test_a_surge_is_marked_and_the_rest_counted() -> None:
    drawn = draw_text(picture(CHARTS["alarms"]), 100)
    assert "[alarm] République" in drawn
    assert "Not shown: 3 more." in drawn
    first, second = (line for line in drawn.split("\n") if "┤" in line)
    assert first.count("█") > 10 > second.count("█") > 0


def test_contributions_show_their_figures() -> None:
    drawn = draw_text(picture(CHARTS["drivers"]), 100)
    for words in ("last 1,200", "+65 up", "−50 down", "median 1,215"):
        assert words in drawn


def test_a_league_row_holds_a_sign_for_each_horizon() -> None:
    drawn = draw_text(picture(CHARTS["league"]), 100)
    row = next(line for line in drawn.split("\n") if "model_5" in line)
    assert "c" in row.split("┤")[1] or "1" in row.split("┤")[1]
    assert "c h = 12" in drawn
    assert [sign_of(h) for h in (1, 9, 10, 12)] == ["1", "9", "a", "c"]


@pytest.mark.parametrize("name", SMALL)
def test_nothing_and_one_point_are_drawn(name: str) -> None:
    drawn = draw_text(picture(SMALL[name]), 80)
    assert ("nothing to show" in drawn) == (name.endswith("of nothing") and not name.startswith("drivers")) or (
        name == "fan hidden" and "nothing to show" in drawn
    )


def test_a_second_picture_holds_nothing_of_the_first() -> None:
    alone = draw_text(picture(CHARTS["drivers"]), 80)
    draw_text(picture(CHARTS["fan"]), 80)
    assert draw_text(picture(CHARTS["drivers"]), 80) == alone


def test_letters_become_ascii() -> None:
    assert to_ascii("Érythrée → Grèce, 1\u202f200 · ◆ « cœur »") == 'Erythree > Grece, 1 200 . o " coeur "'


def test_an_old_plotext_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    check_terminal_plots()
    monkeypatch.setattr(terminal, "load", lambda _: object())
    with pytest.raises(ForecastError, match="plotext ≥ 6"):
        check_terminal_plots()
