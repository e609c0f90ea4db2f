"""A simulation in the terminal: a map with a letter for each camp, a drawing a camp, bars of days and differences."""

from havre.pictures import draw_text
from havre.pictures.displacement_sketches import camp_sign
from havre.pictures.sketches import MOST_SKETCHES, sketches
from havre.pictures.words import Words
from tests.pictures import sample_displacement as displaced
from tests.pictures.sample_charts import FIRST, camps_of, differences, fills, picture

SAMPLE = displaced.sample()


def test_a_map_has_a_letter_for_each_camp_with_its_people() -> None:
    drawn = draw_text(picture(displaced.network(SAMPLE)), 100)
    frame = drawn.split("┌")[1].split("└")[0]
    for number, camp in enumerate(displaced.CAMPS, start=1):
        assert str(number) in frame
        assert f"{number} {camp}" in drawn
    assert "1 Fassara-Mbo 15,050" in drawn
    assert frame.count("●") >= len(displaced.CONFLICT) - 2
    assert "Figures beside camps: people in a place at the end of the day." in drawn
    assert [camp_sign(number) for number in (9, 10, 35, 36)] == ["9", "a", "z", "◆"]


def test_the_north_of_a_map_is_up() -> None:
    rows = draw_text(picture(displaced.network(SAMPLE)), 100).split("┌")[1].split("└")[0].split("\n")
    line_of = {
        camp: next(at for at, row in enumerate(rows) if str(number) in row) for number, camp in ((1, "W"), (3, "S"))
    }
    assert line_of["W"] < line_of["S"]


def test_each_camp_is_drawn_by_itself_and_the_rest_counted() -> None:
    drawn = draw_text(picture(displaced.curves(SAMPLE, every=10)), 90)
    for camp in displaced.CAMPS:
        assert f"People in each camp: {camp}" in drawn
    assert drawn.count("─ capacity") == 7
    assert "80 % interval" in drawn
    many = camps_of(*((f"C{camp}", FIRST, 0.5, 100.0) for camp in range(MOST_SKETCHES + 3)))
    found = sketches(many, Words("en"), 80)
    assert len(found) == MOST_SKETCHES + 1
    assert found[-1] == ("Not shown: 3 smaller camps.", None)


def test_bars_of_days_show_chance_and_open_end() -> None:
    day = FIRST.replace(month=6)
    drawn = draw_text(picture(fills(("Sure", 1.0, FIRST, day, day), ("Open", 0.5, day, None, None))), 100)
    sure, open_ = (line for line in drawn.split("\n") if "┤" in line)
    assert sure.startswith("Sure 100%")
    assert "◆" in sure
    assert open_.rstrip("│").endswith("→")
    assert "◆" not in open_
    assert sure.count("█") > 20


def test_differences_hide_small_ones() -> None:
    drawn = draw_text(picture(differences(("A", 90.0, 3.0, 1.0, 200.0), ("B", 90.0, -100.0, -200.0, 0.0))), 100)
    assert "+<10 A" in drawn
    assert "−100 B" in drawn
    assert "Counts from 1 to 9 are not told" in drawn
    small, fewer = (line for line in drawn.split("\n") if "┤" in line)
    assert fewer.index("◆") < small.index("◆")
    # Nought lies between them.
    assert fewer.index("◆") < small.index("┃") < small.index("◆")
