"""``havre contest`` and ``havre log append``, as people run them: who contests, who answers, who reads."""

import json
import re
import shutil
from collections.abc import Callable
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from havre.cli import contest
from havre.cli import log as log_commands
from havre.record.log.entries import parse_entry
from havre.record.log.folder import Log
from havre.record.log.keys import save_key
from havre.record.publication import open_record
from tests.cli.command import havre, run_here
from tests.record.log.log_case import KEY
from tests.record.published_case import made_record
from tests.record.record_case import ADA, EVE, NOOR
from tests.record.track_case import LOGGED, logged_release
from tests.small_panel import APPLICATIONS

FIGURE = f"{APPLICATIONS}/SYR/DEU/2021-02"
PASSWORD = "correct horse"
ANSWER = ("--summary", "A person says that February is wrong.", "--reasons", "The source was corrected since then.")
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("contest")
    made_record(folder / "record")
    with open_record(folder / "record") as record:
        logged_release(record)
    for name, key in (("log", KEY), ("ada", ADA), ("noor", NOOR), ("eve", EVE)):
        save_key(folder / f"{name}.key", key, PASSWORD)
    return folder


@pytest.fixture
def run(original: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    shutil.copytree(original, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("HAVRE_KEY_PASSWORD", PASSWORD)
    monkeypatch.setenv("HAVRE_LOG_KEY_PASSWORD", PASSWORD)
    monkeypatch.setenv("COLUMNS", "200")

    def command(*arguments: str, lang: str = "en", days: float = 1.0) -> tuple[int, str, str]:
        at = LOGGED + timedelta(days=days)
        monkeypatch.setattr(contest, "clock", lambda: at)
        monkeypatch.setattr(log_commands, "clock", lambda: at)
        capsys.readouterr()
        code = run_here(monkeypatch, *arguments, cwd=tmp_path, lang=lang)
        told = capsys.readouterr()
        assert "Traceback" not in told.err
        return code, told.out, told.err

    return command


def filed(run: Run, *more: str, about: str = FIGURE, why: str = "It was counted twice.") -> str:
    code, out, err = run("contest", "file", about, "--release", "r-1", "--why", why, *more)
    assert code == 0, err
    return out.split()[-1]


def test_a_contest_from_filing_to_the_correction_that_an_old_folder_leads_to(run: Run, tmp_path: Path) -> None:
    receipt = filed(run, "--contact", "amina@example.org")
    identity = receipt.split(".")[0]
    _, out, _ = run("contest", "follow", receipt)
    assert "not acknowledged yet" in out
    assert "It was counted twice." in out
    _, out, _ = run("contest", "show", identity, "--key-file", "noor.key")
    assert "amina@example.org" in out
    code, out, _ = run("contest", "acknowledge", identity, "--key-file", "noor.key", "--log-key-file", "log.key")
    assert (code, "appended to the log: 2" in out) == (0, True)
    remedy = ("--remedy", "correction", "--remedy-id", "February reads 2,900.")
    code, out, err = run("contest", "answer", identity, "--key-file", "noor.key", "--log-key-file", "log.key",
                         "--outcome", "partly", *ANSWER, *remedy)  # fmt: skip
    assert (code, "upheld in part" in out) == (0, True), err
    _, out, _ = run("contest", "corrections", "record/releases/r-1")
    assert "February reads 2,900." in out
    _, out, _ = run("contest", "corrections", "r-1", "--log", "record/log", "--key", KEY.verifier.text, lang="fr")
    assert "corrigée après la contestation" in out
    _, out, _ = run("contest", "erase", receipt)
    assert "erased" in out
    _, out, _ = run("contest", "follow", receipt)
    assert "What was written is erased." in out
    assert "February reads 2,900." in out
    kinds = [parse_entry(data).kind for data in Log.open(tmp_path / "record" / "log").entries()][-4:]
    assert kinds == ["contest_filed", "contest_acknowledged", "contest_answered", "correction"]


def test_the_list_is_public_and_marks_what_is_late(run: Run, tmp_path: Path) -> None:
    assert "Nothing was contested." in run("contest", "list")[1]
    receipt = filed(run, "--contact", "amina@example.org", about="decision")
    code, out, _ = run("contest", "list", "--json", "--out", "site", days=60)
    assert code == 0
    [told] = json.loads(out)["contests"]
    assert told["id"] == receipt.split(".")[0]
    assert (told["age_days"], told["late"], told["about"]) == (59, ["acknowledgement", "answer"], "decision")
    assert json.loads((tmp_path / "site" / "contests.json").read_text())["contests"] == [told]
    page = (tmp_path / "site" / "contests.html").read_text()
    for hidden in ("counted twice", "amina", receipt.split(".")[1]):
        assert hidden not in out + page
    _, out, _ = run("contest", "list", lang="fr", days=60)
    assert "tardif" in out


def test_json_tells_the_receipt_once_and_how_it_stands(run: Run) -> None:
    code, out, _ = run("contest", "file", "release", "--release", "r-1", "--why", "It harms.", "--json")
    told = json.loads(out)
    assert code == 0
    assert told["acknowledge_by"] == "2021-01-24"
    assert re.fullmatch(r"[0-9a-f]{16}\.[0-9a-f]{32}", told["receipt"])
    assert json.loads(run("contest", "follow", told["receipt"], "--json")[1])["text"]["why"] == "It harms."
    shown = json.loads(run("contest", "show", told["id"], "--key-file", "noor.key", "--json")[1])
    assert told["receipt"].split(".")[1] not in json.dumps(shown)


@pytest.mark.parametrize(
    ("arguments", "english", "french"),
    [
        (("file", FIGURE, "--release", "r-9", "--why", "x"), "no release r-9", "r-9"),
        (("file", FIGURE.replace("SYR", "SYX"), "--release", "r-1", "--why", "x"), FIGURE, FIGURE),
        (("file", "release", "--release", "r-1"), "what is wrong", "Dites"),
        (("file", "release", "--release", "r-1", "--why", "\x1b[2J"), "U+001B", "U+001B"),
        (("file", "release", "--release", "r-1", "--why-file", "nothing"), "nothing", "nothing"),
        (("file", "release", "--release", "r-1", "--why", "x", "--record", "nowhere"), "nowhere", "nowhere"),
        (("follow", "0000.1111"), "receipt is not right", "reçu"),
        (("show", "0000", "--key-file", "noor.key"), "no contest 0000", "0000"),
        (("show", "0000", "--key-file", "eve.key"), "may act", "agir"),
        (("acknowledge", "0000", "--key-file", "noor.key"), "no contest 0000", "0000"),
        (("answer", "0000", "--key-file", "eve.key", "--outcome", "upheld", *ANSWER), "may act", "agir"),
        (("erase", "0000", "--key-file", "eve.key"), "may act", "agir"),
        (("erase", "0000"), "receipt is not right", "reçu"),
        (("corrections", "r-1", "--log", "nowhere", "--key", KEY.verifier.text), "nowhere", "nowhere"),
    ],
)
def test_bad_input_is_told_in_both_languages_with_exit_code_2(
    run: Run, arguments: tuple[str, ...], english: str, french: str
) -> None:
    code, _, err = run("contest", *arguments)
    assert (code, english in err) == (2, True), err
    code, _, err = run("contest", *arguments, lang="fr")
    assert (code, french in err) == (2, True), err


def test_a_file_of_ten_megabytes_or_of_no_text_is_refused_and_a_good_one_is_kept(run: Run, tmp_path: Path) -> None:
    for content, told in ((b"x" * 10_000_000, "10000000"), (b"\xff\xfe", "0xFF")):
        (tmp_path / "why").write_bytes(content)
        code, _, err = run("contest", "file", "release", "--release", "r-1", "--why-file", "why")
        assert (code, told in err) == (2, True), err
    (tmp_path / "why").write_text("Elle a été <b>comptée</b> deux fois.", encoding="utf-8")
    receipt = run("contest", "file", "release", "--release", "r-1", "--why-file", "why")[1].split()[-1]
    assert "Elle a été <b>comptée</b> deux fois." in run("contest", "follow", receipt)[1]


def test_the_author_does_not_answer_and_a_person_of_the_record_may_erase(run: Run) -> None:
    identity = filed(run).split(".")[0]
    code, _, err = run("contest", "answer", identity, "--key-file", "ada.key", "--outcome", "rejected", *ANSWER)
    assert (code, "another person" in err) == (2, True), err
    assert run("contest", "erase", identity, "--key-file", "ada.key")[0] == 0
    assert json.loads(run("contest", "show", identity, "--key-file", "noor.key", "--json")[1])["text"] is None


def test_what_waits_is_appended_with_the_key_of_the_log_and_only_once(run: Run) -> None:
    filed(run)
    code, out, _ = run("log", "append", "--log-key-file", "log.key", "--json")
    assert (code, json.loads(out)["appended"]) == (0, 1)
    assert json.loads(run("log", "append", "--log-key-file", "log.key", "--json")[1])["appended"] == 0
    filed(run)
    code, _, err = run("log", "append", "--log-key-file", "ada.key")
    assert (code, "nothing was written" in err) == (2, True), err
    assert json.loads(run("log", "append", "--log-key-file", "log.key", "--json")[1])["appended"] == 1
    assert run("log", "fsck", "record/log", "--key", KEY.verifier.text)[0] == 0


def test_an_access_is_logged_with_its_purpose(run: Run, tmp_path: Path) -> None:
    given = ("--release", "r-1", "--organisation", "relief.example", "--key-file", "noor.key")
    code, out, err = run(
        "log", "append", "--log-key-file", "log.key", "--access", "Planning of beds.", *given, lang="fr"
    )
    assert (code, "relief.example" in out) == (0, True), err
    log = Log.open(tmp_path / "record" / "log")
    entry = parse_entry(log.entry(log.size - 1))
    assert (entry.kind, entry.subject, entry.body["purpose"]) == ("export_accessed", "r-1", "Planning of beds.")
    assert entry.at == (LOGGED + timedelta(days=1)).astimezone(UTC)
    code, _, err = run("log", "append", "--log-key-file", "log.key", "--access", "Planning of beds.")
    assert (code, "--organisation" in err) == (2, True)


def test_every_command_has_its_help_in_both_languages(tmp_path: Path) -> None:
    english, french = (havre("contest", "--help", cwd=tmp_path, HAVRE_LANG=lang).stdout for lang in ("en", "fr"))
    for command in ("file", "follow", "list", "corrections", "show", "acknowledge", "answer", "erase"):
        assert f" {command} " in english
        assert f" {command} " in french
    assert "Contester" in french


@pytest.mark.parametrize(
    ("lang", "days", "line"),
    [("en", "answered after 0 days", "was upheld in part."), ("fr", "réponse après 0 jour.", "accueillie en partie.")],
)
def test_ids_are_not_broken_and_what_is_answered_says_so(
    run: Run, monkeypatch: pytest.MonkeyPatch, lang: str, days: str, line: str
) -> None:
    identity = filed(run).split(".")[0]
    monkeypatch.setenv("COLUMNS", "40")
    _, out, _ = run("contest", "list")
    for whole in (identity, FIGURE, "release r-1,", f"havre contest acknowledge {identity}, havre contest answer"):
        assert whole in out
    remedy = ("--remedy", "correction", "--remedy-id", "February reads 2,900.")
    code, _, err = run("contest", "answer", identity, "--key-file", "noor.key", "--log-key-file", "log.key",
                       "--outcome", "partly", *ANSWER, *remedy)  # fmt: skip
    assert code == 0, err
    _, out, _ = run("contest", "list", lang=lang)
    assert days in out
    assert "havre contest" not in out
    _, out, _ = run("contest", "corrections", "r-1", lang=lang)
    assert any(each.endswith(line) for each in out.splitlines())


def test_a_receipt_may_be_typed_where_it_is_not_shown(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    receipt = filed(run)
    monkeypatch.setattr("getpass.getpass", lambda *_, **__: receipt)
    code, out, err = run("contest", "follow")
    assert (code, "It was counted twice." in out, "havre contest answer" in out) == (0, True, False), err
    code, out, err = run("contest", "erase")
    assert (code, "is erased" in out) == (0, True), err
    assert "Receipt:" in err
