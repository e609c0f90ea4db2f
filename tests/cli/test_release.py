"""``havre release``, ``record``, ``key add``: what is refused is refused with a sentence, and nothing is half-done."""

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import polars as pl
import pytest

from havre.cli import record_options
from havre.cli.release_new import free_name, hand_in
from havre.errors import FileError, RecordError
from havre.record.draft import draft_digest
from havre.record.log.cosignature import witness_of
from havre.record.log.entries import parse_entry
from havre.record.log.folder import Log
from havre.record.log.keys import new_key, save_key
from havre.record.log.rotation import key_history
from havre.record.publication import open_record
from havre.record.review import approve, standing, submit
from havre.record.settings import read_settings
from havre.texts import Language
from tests.cli.command import havre_here, run_here, tree
from tests.record.log.log_case import KEY, ORIGIN, OTHER
from tests.record.published_case import drafted, made_record, published_release
from tests.record.record_case import ADA, AT, EVE, NOOR
from tests.record.release_samples import sample_release

PASSWORD = "correct horse"
FIGURE = "germany/SYR/DEU/2021-02"
REASON = "The border was closed all month."
KEYS = {"ada": ADA, "noor": NOOR, "eve": EVE, "log": KEY, "other": OTHER}
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a record with ``r-1`` published and ``r-2`` in review."""
    folder = tmp_path_factory.mktemp("release")
    made_record(folder / "record")
    with open_record(folder / "record") as record:
        published_release(record)
        drafted(record, "r-2")
        with record.store.change() as connection:
            submit(connection, "r-2", draft_digest(record.draft("r-2")), ADA, AT, supersedes="r-1")
        record.flush([KEY])
    for name, key in KEYS.items():
        save_key(folder / f"{name}.key", key, PASSWORD)
    return folder


@pytest.fixture(scope="module")
def listed(original: Path) -> str:
    """Give what ``havre release list`` tells of the record as it was made."""
    return havre_here("release", "list", "--json", cwd=original).stdout


@pytest.fixture
def folder(original: Path, tmp_path: Path) -> Path:
    shutil.copytree(original, tmp_path, dirs_exist_ok=True)
    return tmp_path


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    for name in ("HAVRE_KEY_PASSWORD", "HAVRE_LOG_KEY_PASSWORD"):
        monkeypatch.setenv(name, PASSWORD)
    monkeypatch.setattr(record_options, "clock", lambda: AT)

    def call(*arguments: str | Path, lang: str = "en") -> tuple[int, str, str]:
        code = run_here(monkeypatch, *arguments, cwd=folder, lang=lang)
        told = capsys.readouterr()
        return code, told.out, told.err

    return call


def told(run: Run, *arguments: str) -> dict[str, Any]:
    code, out, err = run(*arguments, "--json")
    assert code == 0, err
    found: dict[str, Any] = json.loads(out)
    return found


def by(name: str, *, log: bool = True) -> tuple[str, ...]:
    return ("--key-file", f"{name}.key", *(("--log-key-file", "log.key") if log else ()))


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ["in review", "Nothing", "Changed since r-1", "Surges that are likely", "worse than naive", "1.23",
                "Hidden cells: 20", "made automatically", "REFERENCE"]),
        ("fr", ["en relecture", "Changements depuis r-1", "Afflux probables", "naïvement", "1,23",
                "Cellules masquées : 20", "produits automatiquement"]),
    ],
)  # fmt: skip
def test_a_reviewer_sees_what_to_decide_by(run: Run, lang: Language, words: list[str]) -> None:
    code, out, _ = run("release", "review", "r-2", lang=lang)
    assert code == 0
    assert [word for word in words if word.lower() not in out.lower() and word != "Nothing"] == []
    view = told(run, "release", "review", "r-2")
    assert view["changes"]["before"] == "r-1"
    assert [each["series"][2] for each in view["losers"]] == ["TUR", "AFG", "TOT", "TOT"]
    assert (view["leaks"]["suppressed"], view["leaks"]["leaks"], view["leaks"]["earlier"]) == (20, [], ["r-1"])
    assert all(each["chance"] >= 0.5 for each in view["alarms"])


def test_a_review_replaces_notes_approves_and_is_published(run: Run, folder: Path) -> None:
    change = ("--override", f"{FIGURE}=77", "--override", "germany/TUR/DEU/2021-03=88", "--reason", REASON)
    done = told(run, "release", "review", "r-2", *change, "--note", "Read with care.", "--approve", *by("noor"))
    assert (done["state"], done["overrides"], done["notes"]) == ("approved", 2, 1)
    published = told(run, "release", "publish", "r-2", *by("noor"))
    assert published["state"] == "published"
    assert (folder / published["folder"] / "report.html").is_file()
    assert told(run, "verify", published["folder"], "--key", KEY.verifier.text)["overrides"] == 2
    shown = told(run, "release", "show", "r-2")
    assert {(each["stated"], each["reason"]) for each in shown["overrides"]} == {(77.0, REASON), (88.0, REASON)}
    assert [each["index"] for each in shown["entries"]] == [5, 6, 7, 8, 9, 10]
    code, out, _ = run("release", "show", "r-2", lang="fr")
    assert (code, "publiée depuis" in out, "entrée 9" in out, "Note de" in out) == (0, True, True, True)
    assert {each["id"]: each["state"] for each in told(run, "release", "list")["releases"]} == {
        "r-1": "superseded",
        "r-2": "published",
    }
    assert told(run, "release", "publish", "--log-key-file", "log.key") == {"finished": []}
    withdrawn = told(run, "release", "withdraw", "r-2", "--reason", "A wrong input was found in it.", *by("ada"))
    assert withdrawn["state"] == "withdrawn"
    assert "withdrawn" in run("release", "list")[1]


def test_a_refusal_keeps_its_reason(run: Run) -> None:
    told(run, "release", "review", "r-2", "--refuse", "The input of May is missing.", *by("noor", log=False))
    code, out, _ = run("release", "show", "r-2")
    assert (code, "Reason: The input of May" in out, "waits for the log" in out) == (0, True, True)


def changed(folder: Path) -> None:
    path = folder / "record" / "drafts" / "r-2" / "skill.parquet"
    path.write_bytes(path.read_bytes() + b" ")


def changed_with_its_list(folder: Path) -> None:
    """Change a file and the list of digests as well."""
    changed(folder)
    draft = folder / "record" / "drafts" / "r-2"
    digests = json.loads((draft / "digests.json").read_text())
    digests["skill.parquet"] = hashlib.sha256((draft / "skill.parquet").read_bytes()).hexdigest()
    (draft / "digests.json").write_text(json.dumps(digests))


def nothing(folder: Path) -> None:
    """Prepare nothing."""


REVIEW, PUBLISH = ("release", "review", "r-2"), ("release", "publish", "r-2")
NEW = ("release", "new", "--measure", "sea_arrivals")


@pytest.mark.parametrize(
    ("arguments", "en", "fr", "prepare"),
    [
        ((*REVIEW, "--approve", *by("ada")), "cannot review it", "ne peut pas aussi la relire", nothing),
        ((*REVIEW, "--approve", *by("eve")), "not among the people", "ne fait pas partie", nothing),
        ((*REVIEW, "--approve", *by("nobody")), "nobody.key", "nobody.key", nothing),
        ((*REVIEW, "--approve", *by("noor")), "skill.parquet", "skill.parquet", changed),
        ((*REVIEW, "--approve", *by("noor")), "r-2 was changed", "r-2 a été modifié", changed_with_its_list),
        (REVIEW, "skill.parquet", "skill.parquet", changed),
        ((*REVIEW, "--approve"), "--key-file", "--key-file", nothing),
        ((*REVIEW, "--approve", "--refuse", "no", *by("noor")), "Either --approve", "Soit --approve", nothing),
        ((*REVIEW, "--refuse", "no", *by("noor")), "20 to", "20 à", nothing),
        ((*REVIEW, "--reason", REASON, *by("noor")), "--override", "--override", nothing),
        ((*REVIEW, "--override", f"{FIGURE}=77", *by("noor")), "reasons: 0", "motifs : 0", nothing),
        ((*REVIEW, "--override", f"{FIGURE}=3", "--reason", REASON, *by("noor")), "threshold of 10", "seuil de 10",
         nothing),
        ((*REVIEW, "--override", f"{FIGURE}=many", "--reason", REASON, *by("noor")), "=many", "=many", nothing),
        ((*REVIEW, "--override", f"{FIGURE}=nan", "--reason", REASON, *by("noor")), "not a count", "pas un nombre",
         nothing),
        ((*REVIEW, "--override", "germany/SYR/DEU/2021-99=77", "--reason", REASON, *by("noor")), "Near matches",
         "germany/SYR/DEU/2021", nothing),
        # All that is wrong at once: a figure that is hidden, and a small one.
        ((*REVIEW, "--override", "germany/ERI/DEU/2021-02=77", "--override", f"{FIGURE}=3", "--reason", REASON,
          *by("noor")), "threshold of 10", "germany/ERI/DEU/2021-02", nothing),
        (("release", "review", "r-9"), "r-1, r-2", "r-1, r-2", nothing),
        (("release", "show", "r-9"), "r-9", "r-9", nothing),
        (("release", "diff", "r-2", "r-9"), "r-9", "r-9", nothing),
        ((*PUBLISH, *by("noor")), "in review", "en relecture", nothing),
        ((*PUBLISH, *by("noor", log=False)), "--log-key-file", "--log-key-file", nothing),
        ((*PUBLISH, "--log-key-file", "log.key"), "--key-file", "--key-file", nothing),
        (("release", "publish", "r-1", *by("noor")), "r-1 is published", "r-1 est publiée", nothing),
        (("release", "publish", "r-9", *by("noor")), "r-9", "r-9", nothing),
        (("release", "withdraw", "r-2", "--reason", REASON, *by("ada")), "in review", "en relecture", nothing),
        (("release", "withdraw", "r-1", "--reason", REASON, *by("eve")), "not among", "ne fait pas partie", nothing),
        ((*NEW, *by("eve")), "not among", "ne fait pas partie", nothing),
        ((*NEW, "--supersedes", "r-2", *by("ada")), "in review", "en relecture", nothing),
        ((*NEW, "--supersedes", "r-9", *by("ada")), "r-9", "r-9", nothing),
        ((*NEW, "--corrects", "abc", *by("ada")), "no contest abc", "pas de contestation abc", nothing),
        (("release", "list", "--record", "elsewhere"), "record.toml", "record.toml", nothing),
        (("record", "new", "--log-key-file", "log.key"), "exists already", "existe déjà", nothing),
        (("record", "restore", "backup"), "backup", "backup", nothing),
        (("record", "backup", "log.key"), "exists already", "existe déjà", nothing),
        (("key", "add", "nothing", *by("ada")), "not a public key", "pas une clé publique", nothing),
        (("key", "add", "noor.key", *by("ada")), "already", "déjà", nothing),
        (("key", "add", "eve.key", *by("eve")), "not among", "ne fait pas partie", nothing),
        (("key", "add", "eve.key"), "--key-file", "--key-file", nothing),
        (("key", "add", "other.key", "--role", "log", "--key-file", "ada.key"), "--log-key-file", "--log-key-file",
         nothing),
        (("key", "add", "eve.key", "--role", "king", *by("ada")), "king", "king", nothing),
        (("key", "revoke", "eve.key", *by("ada")), "There are", "Il y a", nothing),
        (("key", "revoke", "log.key", "--role", "log", "--log-key-file", "log.key"), "by itself", "par elle-même",
         nothing),
    ],
)  # fmt: skip
def test_what_is_refused_is_told_and_changes_nothing(
    run: Run, folder: Path, listed: str, arguments: tuple[str, ...], en: str, fr: str, prepare: Callable[[Path], None]
) -> None:
    prepare(folder)
    before, log = tree(folder), Log.open(folder / "record" / "log").size
    for lang, words in (("en", en), ("fr", fr)):
        code, _, err = run(*arguments, lang=lang)
        assert code == 2
        # Typer frames what is wrong with an option, and breaks its lines.
        assert words in " ".join(err.replace("│", " ").split()), err
        assert "Traceback" not in err
    assert run("release", "list", "--json")[1] == listed
    assert tree(folder) - before <= {"record/record.sqlite-wal", "record/record.sqlite-shm"}
    assert Log.open(folder / "record" / "log").size == log


@pytest.mark.parametrize("variable", ["HAVRE_KEY_PASSWORD", "HAVRE_LOG_KEY_PASSWORD"])
def test_a_wrong_password_does_nothing(run: Run, monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv(variable, "wrong horse")
    code, _, err = run(*REVIEW, "--approve", *by("noor"))
    assert (code, "password is wrong" in err) == (2, True)
    assert told(run, "release", "show", "r-2")["standing"]["state"] == "in_review"


def full(_: int) -> NoReturn:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_on_a_full_disk_nothing_is_published_and_later_it_is(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    told(run, *REVIEW, "--approve", *by("noor"))
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        code, _, err = run(*PUBLISH, *by("noor"))
    assert (code, "No space left" in err) == (2, True)
    assert told(run, "release", "show", "r-2")["standing"]["state"] == "approved"
    assert told(run, *PUBLISH, *by("noor"))["state"] == "published"


def test_a_full_disk_of_the_log_keeps_the_decision_and_a_publication_is_finished(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> NoReturn:
        from havre.errors import FileError

        raise FileError("file.not_writable", path="log", reason="No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Log, "append", refused)
        code, _, err = run(*REVIEW, "--approve", *by("noor"))
        assert (code, "What was decided is kept" in err) == (2, True)
        code, _, err = run(*PUBLISH, *by("noor"))
        assert (code, "havre release publish" in err) == (2, True)
    assert not (folder / "record" / "releases" / "r-2").exists()
    assert "interrupted" in run("release", "show", "r-2")[1]
    assert told(run, "record", "show")["interrupted"] == ["r-2"]
    assert told(run, "release", "publish", "--log-key-file", "log.key") == {"finished": ["r-2"]}
    assert told(run, "verify", "record/releases/r-2", "--key", KEY.verifier.text)["verified"]


def test_witnesses_are_added_and_removed_as_they_are_printed(run: Run) -> None:
    eye = witness_of(EVE).text
    code, out, err = run("record", "witness", "add", f"{eye}=http://127.0.0.1:1", "--needed", "1")
    assert (code, f"Witnesses: {EVE.name}. Needed: 1." in out) == (0, True), err
    code, out, err = run("record", "witness", "add", f"{eye}=http://127.0.0.1:2")
    shown = told(run, "record", "show")
    assert (shown["witnesses"], shown["witnesses_needed"]) == ([[eye, "http://127.0.0.1:2"]], 1)
    code, _, err = run("record", "witness", "remove", EVE.name)
    assert (code, "witnesses needed: 1, named: 0" in err) == (2, True)
    for wrong in (eye, EVE.verifier.text, "rubbish"):
        assert run("record", "witness", "add", wrong)[0] == 2
    code, _, err = run("record", "witness", "remove", "nobody")
    assert (code, EVE.name in err) == (2, True)
    assert run("record", "witness", "remove", eye, "--needed", "0")[0] == 0
    assert told(run, "record", "show")["witnesses"] == []


def test_a_record_is_made_shown_backed_up_and_restored(run: Run, folder: Path) -> None:
    made = told(run, "record", "new", "--record", "mine", "--log-key-file", "other.key", "--person", "ada.key")
    assert (made["origin"], made["people"]) == (ORIGIN, [ADA.name])
    assert (folder / "mine").stat().st_mode & 0o777 == 0o700
    shown = told(run, "record", "show", "--record", "mine")
    assert (shown["size"], shown["people"], shown["database"]) == (0, [ADA.verifier.text], "sqlite")
    now = told(run, "record", "show")
    assert (now["size"], now["releases"], now["waiting"]) == (6, {"published": 1, "in_review": 1}, 0)
    told(run, "record", "backup", "saved.jsonl")
    assert (folder / "saved.jsonl").stat().st_mode & 0o077 == 0
    for name in ("record.sqlite", "record.sqlite-wal", "record.sqlite-shm"):
        (folder / "record" / name).unlink(missing_ok=True)
    assert told(run, "record", "restore", "saved.jsonl")["rows"]["releases"] == 2
    assert told(run, "record", "show") == now
    code, _, err = run("record", "restore", "saved.jsonl")
    assert (code, "rows already" in err) == (2, True)
    # A backup beside the log of another record is told.
    code, _, err = run("record", "restore", "saved.jsonl", "--record", "mine")
    assert (code, "does not hold: 6" in err.replace("\n", " ")) == (1, True)


def test_people_are_added_and_taken_out_and_the_log_says_so(run: Run, folder: Path) -> None:
    run("key", "add", EVE.verifier.text, *by("ada"))
    assert read_settings(folder / "record").people == (ADA.verifier, NOOR.verifier, EVE.verifier)
    code, out, _ = run("key", "revoke", NOOR.name, *by("ada"), lang="fr")
    assert (code, "ne peut plus agir" in out) == (0, True)
    assert read_settings(folder / "record").people == (ADA.verifier, EVE.verifier)
    code, _, err = run(*REVIEW, "--approve", *by("noor"))
    assert (code, "not among" in err) == (2, True)
    assert run("key", "add", "noor.key", *by("ada"))[0] == 2
    log = Log.open(folder / "record" / "log")
    kinds = [(entry.kind, entry.body["role"]) for entry in map(parse_entry, log.entries(6))]
    assert kinds == [("key_added", "person"), ("key_revoked", "person")]


def test_the_key_of_the_log_is_changed_and_readers_can_follow(run: Run, folder: Path) -> None:
    assert run("key", "add", "other.key", "--role", "log", "--log-key-file", "log.key")[0] == 0
    code, _, err = run("key", "revoke", KEY.verifier.text, "--role", "log", "--log-key-file", "other.key")
    assert code == 0, err
    assert read_settings(folder / "record").log_keys == (OTHER.verifier,)
    spans = key_history(Log.open(folder / "record" / "log").entries(), KEY.verifier, ORIGIN)
    assert [(span.key, span.first, span.end) for span in spans] == [(KEY.verifier, 0, 8), (OTHER.verifier, 7, None)]
    done = told(run, *REVIEW, "--approve", "--key-file", "noor.key", "--log-key-file", "other.key")
    assert done["state"] == "approved"
    assert run("key", "add", "log.key", "--role", "log", "--log-key-file", "other.key")[0] == 2


def test_a_change_of_keys_that_a_full_log_interrupted_is_told_once(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ("key", "add", "other.key", "--role", "log", "--log-key-file", "log.key")
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        assert run(*command)[0] == 2
    assert read_settings(folder / "record").log_keys == (KEY.verifier,)
    assert run(*command)[0] == 0
    assert read_settings(folder / "record").log_keys == (KEY.verifier, OTHER.verifier)
    assert Log.open(folder / "record" / "log").size == 7


def test_a_key_can_be_given_as_a_file_with_its_text(run: Run, folder: Path) -> None:
    zoe = new_key("example.org/zoe", bytes([9] * 32))
    (folder / "zoe.pub").write_text(f"{zoe.verifier.text}\n")
    assert run("key", "add", "zoe.pub", *by("ada", log=False))[0] == 0
    assert read_settings(folder / "record").people[-1] == zoe.verifier


def test_the_same_release_again_gets_a_number_once_the_first_was_decided_on(folder: Path) -> None:
    with open_record(folder / "record") as record:
        assert (free_name(record, "r-1"), free_name(record, "r-3")) == ("r-1-2", "r-3")
        with pytest.raises(RecordError, match="r-2 already"):
            free_name(record, "r-2")


def test_what_a_crash_left_of_a_draft_is_written_over_and_a_full_disk_leaves_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drafts = folder / "record" / "drafts"
    (drafts / "2020-12-sample").mkdir()
    (drafts / "2020-12-sample" / "half.parquet").write_bytes(b"half")
    with open_record(folder / "record") as record:
        before = tree(drafts)
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", full)
            with pytest.raises(FileError, match="No space left"):
                hand_in(record, sample_release(), {}, ADA, None, None)
        assert tree(drafts) == before
        digest = hand_in(record, sample_release(), {"model-card.en.md": b"a"}, ADA, None, None)
        assert draft_digest(drafts / "2020-12-sample") == digest
        with record.store.read() as connection:
            assert standing(connection, "2020-12-sample").draft == digest
        with pytest.raises(RecordError, match="already"):
            hand_in(record, sample_release(), {"data-card.en.md": b"b"}, ADA, None, None)
        assert draft_digest(drafts / "2020-12-sample") == digest


def test_a_release_that_leaks_is_neither_approved_nor_published(run: Run, folder: Path) -> None:
    release = sample_release()
    total, part = (pl.col("origin") == name for name in ("TOT", "AFG"))
    first = (pl.col("scope") == "germany") & (pl.col("period") == pl.col("period").max())
    # One cell of a month is hidden, and the total that is shown gives it back.
    scope = pl.when(first).then(pl.lit("germany/bamf/DEU/origin")).otherwise("scope")
    parts = release.history.filter(first & ~total)["value"].sum()
    value = pl.when(first & part).then(None).when(first & total).then(pl.lit(parts)).otherwise("value")
    history = release.history.with_columns(
        scope=scope, value=value, suppressed=pl.col("suppressed") | (first & part)
    ).filter(~first | (pl.col("origin") != "ERI"))
    leaking = replace(release, facts=replace(release.facts, id="r-3"), history=history)
    with open_record(folder / "record") as record:
        hand_in(record, leaking, {}, ADA, None, None)
    code, _, err = run("release", "review", "r-3", "--approve", *by("noor"))
    assert (code, "AFG→DEU" in err) == (2, True)
    assert told(run, "release", "show", "r-3")["standing"]["state"] == "in_review"
    with open_record(folder / "record") as record, record.store.change() as connection:
        approve(connection, "r-3", draft_digest(record.draft("r-3")), NOOR, AT)
    code, _, err = run("release", "publish", "r-3", *by("noor"))
    assert (code, "AFG→DEU" in err) == (2, True)
    assert told(run, "release", "show", "r-3")["standing"]["state"] == "approved"
