"""``havre pull`` and ``havre sources``, as a person or cron runs them."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from havre.sources.providers import eurostat
from tests.cli.command import havre_here, run_here
from tests.sources.stand_ins.eurostat import HOST, stand_in
from tests.sources.stand_ins.server import Fault, ProviderServer, serving


@pytest.fixture(scope="module")
def server() -> Iterator[ProviderServer]:
    with serving({HOST: stand_in(small=True)}) as running:
        yield running


@pytest.fixture
def here(tmp_path: Path, server: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to pull into, from one destination only, through the stand-in."""
    monkeypatch.setattr(eurostat, "DESTINATIONS", ("DE",))
    for name, value in {
        "HAVRE_MIRROR": server.address,
        "HAVRE_FETCH_FIRST_PAUSE": "0",
        "HAVRE_FETCH_ATTEMPTS": "2",
    }.items():
        monkeypatch.setenv(name, value)
    for name in ("HAVRE_STORE", "HAVRE_PULLED"):
        monkeypatch.delenv(name, raising=False)
    server.faults = []
    return tmp_path


def test_a_pull_tells_what_it_did_and_the_next_one_finds_nothing_new(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_here(monkeypatch, "pull", "eurostat", "--json", cwd=here, lang="en") == 0
    found = capsys.readouterr()
    (first,) = json.loads(found.out)["pulled"]
    assert (first["good"], first["revised"], first["kept_out"]) == (True, 0, {})
    assert first["new"] > 1000
    assert re.search(r"^\S+Z eurostat good new=\d+ revised=0", found.err, re.MULTILINE)
    assert run_here(monkeypatch, "pull", "eurostat", cwd=here, lang="en") == 0
    out = capsys.readouterr().out
    assert re.search(r"eurostat\s+0\s+0\s+[\d,]+", out)
    assert run_here(monkeypatch, "panel", "status", "--panel", "panel-store", cwd=here, lang="en") == 0
    assert "asylum_applications" in capsys.readouterr().out


def test_what_was_kept_out_is_told_and_the_exit_code_says_so(
    here: Path, server: ProviderServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    server.faults = [Fault("login_page", None, lambda asked: "migr_asydcfstq" in asked.path)]
    assert run_here(monkeypatch, "pull", "eurostat", cwd=here, lang="fr") == 1
    assert "✗ eurostat migr_asydcfstq/DE" in capsys.readouterr().out
    assert run_here(monkeypatch, "sources", "check", cwd=here, lang="en") == 1
    assert "migr_asydcfstq/DE" in capsys.readouterr().out
    server.faults = []
    assert run_here(monkeypatch, "pull", "eurostat", cwd=here, lang="fr") == 0
    assert run_here(monkeypatch, "sources", "check", "--json", cwd=here, lang="en") == 0


def test_offline_and_dry_runs(
    here: Path, server: ProviderServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_here(monkeypatch, "pull", "eurostat", "--dry-run", cwd=here, lang="en") == 0
    assert "nothing was written" in capsys.readouterr().out
    assert not (here / "panel-store").exists()
    assert run_here(monkeypatch, "pull", "eurostat", cwd=here, lang="en") == 0
    server.forget()
    capsys.readouterr()
    assert (
        run_here(monkeypatch, "pull", "eurostat", "--offline", "--json", "--store", "again", cwd=here, lang="en") == 0
    )
    (done,) = json.loads(capsys.readouterr().out)["pulled"]
    assert (done["requests"], done["new"] > 1000, server.asked) == (0, True, [])


def test_a_second_pull_at_the_same_time_leaves_with_its_own_code(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "pulled").mkdir()
    with FileLock(here / "pulled" / ".pull.lock"):
        assert run_here(monkeypatch, "pull", "eurostat", cwd=here, lang="en") == 75
    assert "another pull" in capsys.readouterr().err


def test_a_misspelt_provider_is_told_near_matches(tmp_path: Path) -> None:
    told = havre_here("pull", "eurostad", cwd=tmp_path)
    assert (told.returncode, "eurostat" in told.stderr, "Traceback" in told.stderr) == (2, True, False)
    assert havre_here("sources", "show", "nobody", cwd=tmp_path).returncode == 2


def test_a_number_that_is_none_is_told(tmp_path: Path) -> None:
    told = havre_here("pull", "eurostat", cwd=tmp_path, HAVRE_FETCH_ATTEMPTS="many", HAVRE_FETCH_BUDGET="-1")
    assert told.returncode == 2
    assert "HAVRE_FETCH_ATTEMPTS" in told.stderr
    assert "HAVRE_FETCH_BUDGET" in told.stderr


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_sources_are_listed_with_their_terms(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], lang: str
) -> None:
    assert run_here(monkeypatch, "sources", "list", "--json", cwd=here, lang=lang) == 0
    rows = json.loads(capsys.readouterr().out)["sources"]
    for row in rows:
        assert all(row[name] for name in ("licence", "attribution", "cadence", "key", "hosts", "measures"))
        assert row["last_pull"]["good_at"] is None
    assert run_here(monkeypatch, "sources", "list", cwd=here, lang=lang) == 0
    out = capsys.readouterr().out
    assert {"en": "never", "fr": "jamais"}[lang] in out
    for row in rows:
        assert run_here(monkeypatch, "sources", "show", row["id"], cwd=here, lang=lang) == 0


def test_old_files_are_thrown_away_and_needed_ones_stay(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_here(monkeypatch, "pull", "eurostat", cwd=here, lang="en") == 0
    (here / "pulled" / "partial" / "eurostat" / "half").write_bytes(b"half")
    assert run_here(monkeypatch, "sources", "gc", "--keep", "1", cwd=here, lang="en") == 0
    assert not list((here / "pulled" / "partial").glob("*/*"))
    capsys.readouterr()
    assert run_here(monkeypatch, "pull", "eurostat", "--offline", "--json", cwd=here, lang="en") == 0
    assert json.loads(capsys.readouterr().out)["pulled"][0]["good"]
