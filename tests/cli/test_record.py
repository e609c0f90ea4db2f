"""``havre key``, ``log`` and ``verify``, as a person runs them, in both languages."""

import json
import os
import pty
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from havre.cli.record_options import known_witnesses
from havre.record.log.cosignature import parse_witness
from havre.record.log.folder import Log
from havre.record.log.keys import parse_verifier, save_key
from havre.record.log.network import ask_witnesses
from havre.record.log.rotation import ADDED, REVOKED, key_entry
from havre.record.publication import open_record
from tests.cli.command import HAVRE, havre, havre_here
from tests.record.log.log_case import KEY, ORIGIN, OTHER, made_log
from tests.record.published_case import made_record, published_release
from tests.record.record_case import AT

PUBLIC = KEY.verifier.text


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli") / "record"
    made_record(folder)
    with open_record(folder) as opened:
        published_release(opened)
    return folder


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ["as it was published", "No witness", "reviewed what"]),
        ("fr", ["telle qu’elle a été", "Aucun témoin", "a relu"]),
    ],
)
def test_a_release_is_verified_and_says_what_was_checked(record: Path, lang: str, words: list[str]) -> None:
    told = havre("verify", record / "releases" / "r-1", "--key", PUBLIC, cwd=record, HAVRE_LANG=lang)
    assert told.returncode == 0, told.stderr
    assert [word for word in words if word not in told.stdout] == []
    found = json.loads(havre_here("verify", "releases/r-1", "--json", cwd=record, HAVRE_LOG_KEY=PUBLIC).stdout)
    assert (found["verified"], found["release"], found["origin"]) == (True, "r-1", ORIGIN)


def test_a_changed_file_is_named_with_exit_code_2(record: Path) -> None:
    path = record / "releases" / "r-1" / "skill.csv"
    content = path.read_bytes()
    path.write_bytes(content + b" ")
    told = havre_here("verify", "releases/r-1", "--key", PUBLIC, cwd=record)
    path.write_bytes(content)
    assert told.returncode == 2
    assert "skill.csv" in told.stderr
    assert "Traceback" not in told.stderr
    unsaid = havre_here("verify", "releases/r-1", cwd=record)
    assert (unsaid.returncode, "--first-key" in unsaid.stderr) == (2, True)
    assert havre_here("verify", "nothing", "--key", PUBLIC, cwd=record).returncode == 2


def test_a_log_is_checked_proven_and_watched(tmp_path: Path) -> None:
    log = made_log(tmp_path / "log", (5,))
    assert "5 entries" in havre_here("log", "fsck", "log", "--key", PUBLIC, cwd=tmp_path).stdout
    assert "Nobody's signature" in havre_here("log", "fsck", "log", cwd=tmp_path).stdout
    assert havre_here("log", "prove", "log", "3", "--out", "proof", cwd=tmp_path).returncode == 0
    assert havre_here("log", "entry", "log", "3", "--out", "entry", cwd=tmp_path).returncode == 0
    assert (tmp_path / "entry").read_bytes() == log.entry(3)
    assert havre_here("log", "entry", "log", "3", cwd=tmp_path).stdout.encode() == log.entry(3) + b"\n"
    told = havre_here("log", "verify", "entry", "proof", "--key", PUBLIC, cwd=tmp_path)
    assert "number 3" in told.stdout
    (tmp_path / "entry").write_bytes(log.entry(2))
    assert havre_here("log", "verify", "entry", "proof", "--key", PUBLIC, cwd=tmp_path).returncode == 2
    watched = havre_here("log", "watch", "log", "--key", PUBLIC, "--memory", "seen", cwd=tmp_path)
    assert "cannot be noticed" in watched.stdout
    assert "0 more" in havre_here("log", "watch", "log", "--key", PUBLIC, "--memory", "seen", cwd=tmp_path).stdout
    (tmp_path / "log" / "tile" / "0" / "000.p" / "5").write_bytes(b"x" * 160)
    broken = havre_here("log", "fsck", "log", "--json", cwd=tmp_path)
    assert broken.returncode == 1
    assert json.loads(broken.stdout)["problems"]
    assert havre_here("log", "watch", "log", "--key", PUBLIC, cwd=tmp_path).returncode == 2
    assert havre_here("log", "prove", "nothing", "3", cwd=tmp_path).returncode == 2


def test_a_key_is_made_once_and_its_public_part_is_shown_without_a_password(tmp_path: Path) -> None:
    right = "correct horse"
    made = havre("key", "new", "example.org/ada", "--out", "ada.key", cwd=tmp_path, HAVRE_KEY_PASSWORD=right)
    assert made.returncode == 0, made.stderr
    public = made.stdout.splitlines()[-1]
    assert public.startswith("example.org/ada+")
    assert havre_here("key", "show", "ada.key", cwd=tmp_path).stdout.strip() == public
    shown = havre_here("key", "show", "ada.key", "--witness", cwd=tmp_path).stdout.strip()
    assert parse_witness(shown).key == parse_verifier(public).key
    mistaken = havre_here(
        "log", "watch", "log", "--key", public, "--witness", f"{public}=http://127.0.0.1:1", cwd=tmp_path
    )
    assert (mistaken.returncode, "key show FILE --witness" in mistaken.stderr) == (2, True)
    again = havre_here("key", "new", "example.org/ada", "--out", "ada.key", cwd=tmp_path, HAVRE_KEY_PASSWORD=right)
    assert (again.returncode, "never overwritten" in again.stderr) == (2, True)
    absent = havre_here("key", "show", "nix.key", cwd=tmp_path)
    assert (absent.returncode, "no such key file" in absent.stderr, "Parquet" in absent.stderr) == (2, True, False)


@pytest.mark.parametrize(
    ("arguments", "lang", "sentence"),
    [
        (
            ("key", "new", "example.org/eve", "--out", "eve.key"),
            "en",
            "No password was given: type it, or set HAVRE_KEY",
        ),
        (("record", "new", "--log-key-file", "ada.key", "--record", "r"), "fr", "Aucun mot de passe n’a été donné"),
        (("contest", "show", "1", "--key-file", "ada.key"), "en", "No password was given"),
        (("log", "append", "--log-key-file", "ada.key"), "en", "set HAVRE_LOG_KEY_PASSWORD"),
        (("witness", "serve", "logs.json", "--key-file", "ada.key", "--memory", "m"), "en", "No password was given"),
        (("contest", "follow"), "en", "No receipt was given."),
        (("contest", "erase"), "fr", "Aucun reçu n’a été donné."),
    ],
)
def test_a_secret_that_nobody_types_is_told(tmp_path: Path, arguments: list[str], lang: str, sentence: str) -> None:
    (tmp_path / "logs.json").write_text("{}")
    save_key(tmp_path / "ada.key", KEY, "correct horse")
    told = havre(*arguments, cwd=tmp_path, HAVRE_LANG=lang)
    assert told.returncode == 2
    assert sentence in told.stderr
    assert "Traceback" not in told.stderr
    assert "GetPassWarning" not in told.stderr


def test_an_interruption_at_a_password_is_told(tmp_path: Path) -> None:
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(tmp_path)
        # Whoever runs the tests in the background may have interruptions ignored; and nobody waits for ever.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.alarm(60)
        command = ["havre", "key", "new", "example.org/ada", "--out", "ada.key"]
        os.execve(HAVRE, command, {**os.environ, "LANG": "C"})  # noqa: S606 - this very program
    said = b""
    while b"characters" not in said:
        said += os.read(terminal, 1000)
    os.write(terminal, b"\x03")
    with suppress(OSError):
        while more := os.read(terminal, 1000):
            said += more
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 130
    assert b"nothing was left half-written" in said
    assert b"Traceback" not in said
    assert list(tmp_path.iterdir()) == []


def test_a_witness_serves_and_a_watcher_asks_it(tmp_path: Path) -> None:
    log = made_log(tmp_path / "log", (5,))
    (tmp_path / "logs.json").write_text(json.dumps({ORIGIN: [PUBLIC]}))
    environment = {"HAVRE_KEY_PASSWORD": "correct horse", "PYTHONUNBUFFERED": "1"}
    made = havre_here("key", "new", "eye.example/w", "--out", "eye.key", cwd=tmp_path, **environment)
    assert made.returncode == 0, made.stderr
    command = [str(HAVRE), "witness", "serve", "logs.json", "--key-file", "eye.key", "--memory", "seen", "--port", "0"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, text=True, env={**os.environ, **environment}
    ) as server:
        assert server.stdout is not None
        server.stdout.readline()
        eye = server.stdout.readline().strip()
        try:
            [known] = known_witnesses([eye])
            ask_witnesses(log, [KEY.verifier], [known], 1)
            told = havre_here("log", "watch", "log", "--key", PUBLIC, "--witness", eye, cwd=tmp_path)
        finally:
            server.terminate()
    assert "Shown the same history: eye.example/w" in told.stdout
    wrong = ("witness", "serve", "nothing", "--key-file", "eye.key", "--memory", "s")
    assert havre_here(*wrong, cwd=tmp_path, **environment).returncode == 2


def test_a_reader_with_the_first_key_follows_the_log(record: Path, tmp_path: Path) -> None:
    shutil.copytree(record, tmp_path / "record")
    rotated = Log.open(tmp_path / "record" / "log")
    for kind, key, voucher, signers in (
        (ADDED, OTHER.verifier, KEY, [KEY, OTHER]),
        (REVOKED, KEY.verifier, OTHER, [OTHER]),
    ):
        rotated.append([key_entry(kind, ORIGIN, key, voucher, AT).canonical()], signers)
    release, log, first = "record/releases/r-1", "record/log", ("--first-key", PUBLIC)
    told = havre_here("verify", release, *first, "--log", log, cwd=tmp_path)
    assert told.returncode == 0, told.stderr
    assert "was followed from its first key" in told.stdout
    assert havre_here("log", "watch", log, "--key", PUBLIC, cwd=tmp_path).returncode == 2
    assert "it is signed" in havre_here("log", "watch", log, *first, cwd=tmp_path).stdout
    for wrong in ((release, *first), (release, "--key", PUBLIC, "--log", log)):
        refused = havre_here("verify", *wrong, cwd=tmp_path)
        assert (refused.returncode, "given together" in refused.stderr) == (2, True)
    both = havre_here("log", "watch", log, *first, "--key", PUBLIC, cwd=tmp_path)
    assert (both.returncode, "stands alone" in both.stderr) == (2, True)
