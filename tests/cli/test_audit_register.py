"""``havre audit register`` and ``report``, as a person runs them."""

import csv
import io
import json
import re
from datetime import date
from pathlib import Path

import pytest

from tests.cli.command import run_here

Caught = pytest.CaptureFixture[str]


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_all_systems_are_listed_and_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Caught, lang: str
) -> None:
    assert run_here(monkeypatch, "audit", "register", "list", "--json", cwd=tmp_path, lang=lang) == 0
    entries = json.loads(capsys.readouterr().out)["entries"]
    assert len(entries) >= 14
    assert sum(entry["claims"] for entry in entries) >= 150
    assert run_here(monkeypatch, "audit", "register", "list", cwd=tmp_path, lang=lang) == 0
    assert run_here(monkeypatch, "audit", "register", "show", "iborderctrl", cwd=tmp_path, lang=lang) == 0
    assert "iborderctrl.sensitivity-disputed" in capsys.readouterr().out
    assert run_here(monkeypatch, "audit", "register", "check", cwd=tmp_path, lang=lang) == 0


@pytest.mark.parametrize("form", ["json", "csv", "jsonld", "schema"])
def test_the_register_is_written_in_every_format(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Caught, form: str
) -> None:
    out = tmp_path / "register.txt"
    command = ("audit", "register", "export", "sbms", "--format", form, "--out", out)
    assert run_here(monkeypatch, *command, cwd=tmp_path, lang="en") == 0
    text = out.read_text(encoding="utf-8")
    if form == "csv":
        assert {row["entry"] for row in csv.DictReader(io.StringIO(text))} == {"sbms"}
    else:
        assert json.loads(text)
    assert run_here(monkeypatch, "audit", "register", "export", "--format", "xml", cwd=tmp_path, lang="en") == 2


def test_an_unknown_system_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Caught) -> None:
    assert run_here(monkeypatch, "audit", "report", "nobody", cwd=tmp_path, lang="fr") == 2
    assert "iborderctrl" in capsys.readouterr().err
    assert run_here(monkeypatch, "audit", "report", "sbms", "--out", "x.doc", cwd=tmp_path, lang="en") == 2
    assert run_here(monkeypatch, "audit", "register", "check", "none", cwd=tmp_path, lang="en") == 2


@pytest.mark.parametrize("system", ["iborderctrl", "sbms"])
@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("length", [[], ["--full"]])
def test_a_report_is_one_page_that_loads_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Caught, system: str, lang: str, length: list[str]
) -> None:
    out = tmp_path / "report.html"
    command: tuple[str | Path, ...] = ("audit", "report", system, *length, "--out", out)
    assert run_here(monkeypatch, *command, cwd=tmp_path, lang=lang) == 0
    html = out.read_text(encoding="utf-8")
    assert f'lang="{lang}"' in html
    assert not re.search(r"<script|<link|@import|url\(http|src=\"http", html)
    # Every figure stands with the claim behind it, and every claim with its source.
    assert f"{system}." in html
    assert re.search(r'href="#', html)


def test_the_published_figures_of_iborderctrl_stand_in_the_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Caught
) -> None:
    assert run_here(monkeypatch, "audit", "report", "iborderctrl", cwd=tmp_path, lang="en") == 0
    html = capsys.readouterr().out
    for figure in ("244,992", "244,256", "232,275", "150,700", "57.5"):
        assert figure in html


def test_a_report_as_pdf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Caught) -> None:
    pytest.importorskip("weasyprint")
    command = ("audit", "report", "sbms", "--out", tmp_path / "sbms.pdf")
    assert run_here(monkeypatch, *command, cwd=tmp_path, lang="en") == 0
    assert (tmp_path / "sbms.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_gap_of_the_public_register_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Caught, lang: str
) -> None:
    assert run_here(monkeypatch, "audit", "register", "annex", "iborderctrl", cwd=tmp_path, lang=lang) == 0
    told = capsys.readouterr().out
    assert "art. 49" in told
    assert told.rstrip().splitlines()[-2].endswith("A6.")
    assert run_here(monkeypatch, "audit", "register", "annex", "sbms", "--json", cwd=tmp_path, lang=lang) == 0
    found = json.loads(capsys.readouterr().out)
    assert {"A6", "A12", "C4", "C5"} <= set(found["not_asked"])
    claims = {point["point"]: point["claims"] for point in found["points"]}
    assert claims["C1"] == []  # who pays or contracts for a system does not thereby use it
    assert claims["A6"] == []


def test_checking_a_register_warns_of_old_entries_and_refuses_those_checked_in_the_future(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Caught
) -> None:
    import havre.cli.audit_register as commands
    from tests.audit.register.small_register import ENTRY, claim, write_register

    folder = write_register(tmp_path / "register", ENTRY + claim())
    for day, code, told in (
        (date(2026, 12, 1), 0, "in order"), (date(2027, 10, 1), 0, "checked 335 days ago"),
        (date(2026, 9, 1), 2, "still to come"),
    ):  # fmt: skip
        monkeypatch.setattr(commands, "today", lambda day=day: day)
        assert run_here(monkeypatch, "audit", "register", "check", folder, cwd=tmp_path, lang="en") == code
        said = capsys.readouterr()
        assert told in said.out + said.err


def test_reports_of_several_systems_go_into_one_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("havre.audit.report.render.report_files", lambda _, entry, on: [(f"{entry.id}.html", b"x")])
    for system in ("vis", "sis"):
        assert run_here(monkeypatch, "audit", system, "--out", "reports", cwd=tmp_path, lang="en") == 0
    assert sorted(path.name for path in (tmp_path / "reports").iterdir()) == ["sis.html", "vis.html"]
