"""Rows of files: their numbers as in an editor, whatever ends the lines, and one after the other."""

from itertools import islice
from pathlib import Path

import pytest

from havre.displacement.findings import Findings
from havre.displacement.flee_tables import Part, content, read_rows
from tests.displacement.faulty_files import facts, keys


def rows_of(path: Path, text: str | bytes, findings: Findings | None = None) -> list[tuple[int, list[str]]]:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return [(row.number, row.cells) for row in read_rows(path, findings or Findings(), most=1000)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_rows_have_the_numbers_of_an_editor_whatever_ends_the_lines(tmp_path: Path, end: str) -> None:
    text = end.join(["#a,b", "", "é,2", "", ""])
    assert rows_of(tmp_path / "x.csv", text) == [(1, ["#a", "b"]), (2, []), (3, ["é", "2"]), (4, [])]


def test_a_cell_over_several_lines_is_told_and_later_rows_keep_their_numbers(tmp_path: Path) -> None:
    findings = Findings()
    assert rows_of(tmp_path / "x.csv", 'a\n"b\nc\nd",1\ne\n', findings)[1:] == [(2, ["b\nc\nd", "1"]), (5, ["e"])]
    assert [facts(each)["row"] for each in findings.errors] == [2]
    assert [facts(each)["last"] for each in findings.errors] == [4]


def test_rows_are_read_one_after_the_other_and_not_beyond_what_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"a,b\n" * 10_000 + b"\xff\n")
    findings = Findings()
    assert len(list(islice(read_rows(path, findings, most=10**6), 100))) == 100
    assert list(findings.errors) == []
    assert len(list(read_rows(path, findings, most=10**6))) == 10_000
    assert [(facts(each)["row"], facts(each)["value"]) for each in findings.errors] == [(10_001, "0xFF")]


def test_a_row_of_great_length_ends_the_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("havre.displacement.flee_tables.LONGEST_LINE", 100)
    findings = Findings()
    assert len(rows_of(tmp_path / "x.csv", "a\n" + "b," * 200, findings)) == 1
    assert keys(list(findings.errors)) == ["file.long_line"]
    assert findings.broken == {str(tmp_path / "x.csv")}


def test_content_passes_over_comments_and_tells_blank_rows(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("a\n# b\n\n ,\nc\n\n")
    for ends, errors, warnings in ((True, [3, 4, 6], []), (False, [], [3])):
        findings = Findings()
        rows = content("x.csv", read_rows(path, findings, most=10), findings, blank_ends_flee=ends)
        assert [row.number for row in rows] == [1, 5]
        assert [facts(each)["row"] for each in findings.errors] == errors
        assert [facts(each)["row"] for each in findings.warnings] == warnings


def test_a_part_keeps_items_with_their_rows() -> None:
    part = Part.of("f", iter([(2, "a"), (5, "b")]))
    assert list(part.numbered()) == [(2, "a"), (5, "b")]
    assert part.items == ("a", "b")
