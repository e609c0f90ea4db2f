"""``havre audit impact`` and ``havre audit SYSTEM``, as a person runs them."""

import json
from pathlib import Path

import pytest

from tests.audit.impact.assessments import content
from tests.cli.command import invoke, run_here

Caught = pytest.CaptureFixture[str]


def test_a_system_alone_gives_its_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = invoke(monkeypatch, "audit", "iborderctrl").output
    assert page == invoke(monkeypatch, "audit", "report", "IBORDERCTRL").output
    assert "244,992" in page
    out = tmp_path / "full.html"
    assert invoke(monkeypatch, "audit", "--full", "sbms", "--out", out, lang="fr").exit_code == 0
    assert "Annexe VIII" in out.read_text(encoding="utf-8") or "annexe VIII" in out.read_text(encoding="utf-8")
    assert invoke(monkeypatch, "audit", "Dublinet", "--full").exit_code == 0


@pytest.mark.parametrize(("word", "near"), [("iborderctl", "iborderctrl"), ("raets", "rates"), ("eurodak", "eurodac")])
def test_an_unknown_word_is_told_with_near_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Caught, word: str, near: str
) -> None:
    for lang in ("en", "fr"):
        assert run_here(monkeypatch, "audit", word, cwd=tmp_path, lang=lang) == 2
        told = capsys.readouterr().err
        assert f"{word}" in told.splitlines()[0]
        assert near in told.splitlines()[0]


def test_commands_and_help_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = invoke(monkeypatch, "audit", "--help").output
    for name in ("report", "interval", "roc", "register", "impact", "sensor"):
        assert name in shown
    assert "assess" in invoke(monkeypatch, "audit", "impact", "--help").output


def test_an_assessment_in_the_terminal_and_as_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Caught
) -> None:
    (tmp_path / "a.json").write_text(json.dumps(content(e_before="no", a_decision="decides")), encoding="utf-8")
    command = ("audit", "impact", "iborderctrl", "--answers", "a.json")
    assert run_here(monkeypatch, *command, cwd=tmp_path, lang="fr") == 0
    assert "déclenchée" in capsys.readouterr().out
    assert run_here(monkeypatch, *command, "--json", cwd=tmp_path, lang="en") == 0
    scores = json.loads(capsys.readouterr().out)["scores"]
    assert next(score["known"] for score in scores if score["id"] == "alone") == "yes"
    for ending, begins in ((".html", b"<!DOCTYPE html>"), (".odt", b"PK"), (".json", b"{")):
        out = tmp_path / f"out{ending}"
        assert run_here(monkeypatch, *command, "--out", out, cwd=tmp_path, lang="en") == 0
        assert out.read_bytes().lstrip().startswith(begins)


@pytest.mark.slow
def test_an_assessment_as_pdf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Caught) -> None:
    pytest.importorskip("weasyprint")
    out = tmp_path / "out.pdf"
    assert run_here(monkeypatch, "audit", "impact", "roborder", "--out", out, cwd=tmp_path, lang="fr") == 0
    assert out.read_bytes().startswith(b"%PDF")


def test_a_blank_file_is_written_filled_in_and_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Caught
) -> None:
    blank = tmp_path / "blank.toml"
    asked = ("audit", "impact", "questions", "sbms", "--kind", "dpia", "--out", blank)
    assert run_here(monkeypatch, *asked, cwd=tmp_path, lang="fr") == 0
    text = blank.read_text(encoding="utf-8").replace('by = ""', 'by = "DPO"')
    blank.write_text(text.replace('[answers.special]\nanswer = ""', '[answers.special]\nanswer = "oui"'))
    command = ("audit", "impact", "--kind", "dpia", "sbms", "--answers", blank)
    assert run_here(monkeypatch, *command, cwd=tmp_path, lang="fr") == 0
    assert run_here(monkeypatch, "audit", "impact", "questions", cwd=tmp_path, lang="en") == 0
    assert 'system = ""' in capsys.readouterr().out


@pytest.mark.parametrize(
    "line",
    [("sbms", "--kind", "x"), ("sbms", "--out", "x.doc"), ("nobody",), ("questions", "sbms", "--out", "x.json"),
     ("sbms", "--answers", "none.toml"), ()],
)  # fmt: skip
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_faults_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Caught, line: tuple[str, ...], lang: str
) -> None:
    assert run_here(monkeypatch, "audit", "impact", *line, cwd=tmp_path, lang=lang) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_every_fault_of_an_answer_file_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Caught) -> None:
    bad = content(e_befor="yes", e_stop="perhaps", c_refuse="yes", c_told="no")
    (tmp_path / "bad.json").write_text(json.dumps(bad), encoding="utf-8")
    assert (
        run_here(monkeypatch, "audit", "impact", "iborderctrl", "--answers", "bad.json", cwd=tmp_path, lang="en") == 2
    )
    told = capsys.readouterr().err
    assert "e-before" in told
    assert "perhaps" in told
    assert "c-refuse = yes, c-told = no" in told
