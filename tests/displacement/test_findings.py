"""Findings: strict and lenient, by file, and never too many."""

import pytest

from havre.displacement.findings import MOST_TOLD, Findings, shown, some
from havre.errors import DisplacementError, Problem


def empty(file: str) -> Problem:
    return Problem.of("displacement.flee.file.empty", file=file)


def test_lenient_findings_warn_only_where_flee_runs() -> None:
    strict, lenient = Findings(), Findings(lenient=True)
    for findings in (strict, lenient):
        findings.wrong(empty("a"), flee_runs=True)
        findings.wrong(empty("b"))
        findings.warn(empty("c"))
    assert [dict(each.fields)["file"] for each in strict.errors] == ["a", "b"]
    assert [dict(each.fields)["file"] for each in strict.warnings] == ["c"]
    assert [dict(each.fields)["file"] for each in lenient.errors] == ["b"]
    assert [dict(each.fields)["file"] for each in lenient.warnings] == ["a", "c"]
    with pytest.raises(DisplacementError) as caught:
        lenient.check()
    assert caught.value.problems == lenient.errors
    Findings().check()


def test_of_each_file_the_first_are_told_and_the_rest_counted() -> None:
    findings = Findings()
    for _ in range(MOST_TOLD + 7):
        findings.wrong(empty("a"))
    findings.wrong(empty("b"))
    findings.cannot_read(Problem.of("displacement.flee.file.zero_byte", file="a", row=1))
    *first, last_of_a, more, b = findings.errors
    assert len(first) == MOST_TOLD
    assert last_of_a.key == "displacement.flee.file.zero_byte"
    assert dict(more.fields) == {"file": "a", "count": 7}
    assert dict(b.fields)["file"] == "b"
    assert findings.broken == {"a"}
    assert findings.faults_of("a") == MOST_TOLD + 8


def test_faults_of_an_unused_file_are_warnings_and_still_counted() -> None:
    findings = Findings()
    with findings.unused():
        findings.wrong(empty("a"))
    findings.wrong(empty("b"))
    assert findings.faults == 2
    assert [dict(each.fields)["file"] for each in findings.errors] == ["b"]
    assert [dict(each.fields)["file"] for each in findings.warnings] == ["a"]


@pytest.mark.parametrize(
    ("value", "told"), [("a\x00b", "a\\x00b"), ("é 文", "é 文"), ("x" * 61, "x" * 59 + "…"), (5, "5")]
)
def test_values_are_shown_so_that_they_stand_in_a_sentence(value: object, told: str) -> None:
    assert shown(value) == told


def test_some_names() -> None:
    assert some(["a", "b"]) == "a, b"
    assert some(str(number) for number in range(9)) == "0, 1, 2, 3, 4, … (9)"
