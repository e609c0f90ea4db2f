"""A release is published whole or not at all, whenever the process dies; what was acknowledged stays."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from havre.errors import FileError, RecordError
from havre.record.draft import draft_digest, write_draft
from havre.record.frozen import Registered, read_frozen
from havre.record.log.cosignature import witness_of
from havre.record.log.entries import parse_entry
from havre.record.log.folder import Log
from havre.record.log.fsck import fsck
from havre.record.log.witness import Witness
from havre.record.log.witness_server import witness_server
from havre.record.publication import Record, create_record, finish, open_record, publish
from havre.record.review import all_standing, approve, standing, submit
from havre.record.settings import read_settings, write_settings
from havre.record.verify import verify_release
from tests.record.log.log_case import KEY, ORIGIN
from tests.record.log.witness_case import EYE, serving
from tests.record.published_case import WORDS, approved, drafted, made_record, published_release
from tests.record.record_case import ADA, AT, EVE, NOOR
from tests.record.release_samples import sample_release


def test_a_published_release_is_there_verified_and_logged(tmp_path: Path, address: str | None) -> None:
    made_record(tmp_path / "record", address)
    with open_record(tmp_path / "record", address) as record:
        folder = published_release(record)
        kinds = [parse_entry(data).kind for data in record.log.entries()]
        assert kinds == [
            "release_submitted",
            "release_reviewed",
            "figure_overridden",
            "release_published",
            "forecast_registered",
        ]
        verified = verify_release(folder, [KEY.verifier], origin=ORIGIN)
        assert (verified.author, verified.reviewer, verified.overrides) == (ADA.name, NOOR.name, 1)
        assert verified.index == 3
        registered = parse_entry(record.log.entry(4))
        files = registered.body["files"]
        assert isinstance(files, dict)
        assert read_frozen(Registered("r-1", registered.at, files), folder).height > 0
        with pytest.raises(RecordError, match="published"):
            approved_again(record)


def approved_again(record: Record) -> None:
    with record.store.change() as connection:
        approve(connection, "r-1", draft_digest(record.draft("r-1")), NOOR, AT)


def test_a_draft_that_was_changed_after_approval_is_not_published(tmp_path: Path) -> None:
    made_record(tmp_path / "record")
    with open_record(tmp_path / "record") as record:
        approved(record, "r-1")
        path = record.draft("r-1") / "skill.parquet"
        path.write_bytes(path.read_bytes() + b" ")
        with pytest.raises(RecordError, match=r"skill\.parquet"):
            publish(record, "r-1", NOOR, [KEY], WORDS, AT)
        assert not record.release("r-1").exists()


def test_who_may_not_act_does_not_publish(tmp_path: Path) -> None:
    made_record(tmp_path / "record")
    with open_record(tmp_path / "record") as record:
        approved(record, "r-1")
        with pytest.raises(RecordError, match="may act"):
            publish(record, "r-1", EVE, [KEY], WORDS, AT)


def test_what_nobody_approved_is_not_published(tmp_path: Path) -> None:
    made_record(tmp_path / "record")
    with open_record(tmp_path / "record") as record:
        drafted(record, "r-1")
        with record.store.change() as connection:
            submit(connection, "r-1", draft_digest(record.draft("r-1")), ADA, AT)
        with pytest.raises(RecordError, match="in review"):
            publish(record, "r-1", NOOR, [KEY], WORDS, AT)
        assert (
            list((tmp_path / "record" / "releases").glob("*")) == []
            if (tmp_path / "record" / "releases").exists()
            else True
        )


def test_a_second_record_in_the_folder_is_refused(tmp_path: Path) -> None:
    made_record(tmp_path / "record")
    with pytest.raises(RecordError, match="already"):
        create_record(tmp_path / "record", ORIGIN, KEY, [], None)
    with pytest.raises(FileError), open_record(tmp_path / "nothing"):
        pass


def test_with_witnesses_a_release_waits_for_them_and_carries_their_cosignatures(tmp_path: Path) -> None:
    made_record(tmp_path / "record")
    key = witness_of(EYE)
    eye = Witness(tmp_path / "eye", EYE, {ORIGIN: [KEY.verifier]})
    settings = read_settings(tmp_path / "record")
    write_settings(tmp_path / "record", replace(settings, witnesses=((key, "http://127.0.0.1:9"),), witnesses_needed=1))
    with open_record(tmp_path / "record") as record:
        approved(record, "r-1")
        with pytest.raises(RecordError, match="0 cosigned"):
            publish(record, "r-1", NOOR, [KEY], WORDS, AT)
        assert not record.release("r-1").exists()
    with serving(witness_server(eye, ("127.0.0.1", 0), lambda: AT)) as place:
        write_settings(tmp_path / "record", replace(settings, witnesses=((key, place),), witnesses_needed=1))
        with open_record(tmp_path / "record") as record:
            assert finish(record, [KEY]) == ["r-1"]
            folder = record.release("r-1")
    verified = verify_release(folder, [KEY.verifier], trusted_witnesses=[key], needed=1)
    assert verified.witnesses == ((EYE.name, AT),)
    with pytest.raises(RecordError, match="needed: 1"):
        verify_release(folder, [KEY.verifier], trusted_witnesses=[witness_of(NOOR)], needed=1)


PUBLISHER = """
import sys
from pathlib import Path
from havre.record.publication import open_record, publish, finish
from havre.record.review import standing
from tests.record.published_case import approved, WORDS
from tests.record.log.log_case import KEY
from tests.record.record_case import AT, NOOR
with open_record(Path(sys.argv[1])) as record:
    finish(record, [KEY])
    start = len(list(record.folder.glob('drafts/*')))
    for number in range(start, start + 1000):
        approved(record, f'r-{number}')
        publish(record, f'r-{number}', NOOR, [KEY], WORDS, AT)
        print(f'r-{number}', flush=True)
"""


def _killed_while_publishing(folder: Path, times: int, seed: int) -> None:
    made_record(folder)
    rng = random.Random(seed)  # noqa: S311 - moments, not secrets
    acknowledged: list[str] = []
    for _ in range(times):
        with subprocess.Popen(
            [sys.executable, "-c", PUBLISHER, str(folder)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
            env={**os.environ, "PYTHONPATH": "src:."},
            text=True,
        ) as publisher:
            assert publisher.stdout is not None
            first = publisher.stdout.readline()
            assert first, publisher.stderr and publisher.stderr.read()
            time.sleep(rng.random() * 0.3)
            publisher.send_signal(signal.SIGKILL)
            acknowledged += [line.strip() for line in [first, *publisher.stdout.readlines()] if line.endswith("\n")]
        checked = fsck(folder / "log", [KEY.verifier])
        assert checked.problems == ()
    with open_record(folder) as record:
        finish(record, [KEY])
        with record.store.read() as connection:
            states = {each.id: each.state for each in all_standing(connection)}
        logged = [parse_entry(data) for data in record.log.entries()]
        for name in acknowledged:
            assert states[name] == "published"
        for name, state in states.items():
            published = [entry for entry in logged if entry.id == f"published-{name}"]
            assert len(published) == (state == "published")
            assert record.release(name).exists() == (state == "published")
            if state == "published":
                verify_release(record.release(name), [KEY.verifier])
    assert len({entry.id for entry in logged}) == len(logged)
    assert Log.open(folder / "log").size == len(logged)


def test_kill_9_while_publishing_loses_nothing(tmp_path: Path) -> None:
    _killed_while_publishing(tmp_path / "record", 3, 4)


@pytest.mark.slow
def test_kill_9_at_250_random_moments_while_publishing(tmp_path: Path) -> None:
    _killed_while_publishing(tmp_path / "record", 250, 5)


def test_what_changed_while_a_release_waited_for_its_proof_is_named(tmp_path: Path) -> None:
    made_record(tmp_path / "record")
    with open_record(tmp_path / "record") as record:
        approved(record, "r-1")
        with pytest.raises(RecordError, match="not among"):
            publish(record, "r-1", NOOR, [NOOR], WORDS, AT)
        with record.store.read() as connection:
            # A wrong key of the log is told before anything is decided.
            assert standing(connection, "r-1").state == "approved"
        with pytest.raises(RecordError):
            publish(record, "r-1", NOOR, [], WORDS, AT)
        report = record.folder / "releases" / ".ready-r-1" / "report.html"
        content = report.read_bytes()
        report.write_bytes(content + b" ")
        with pytest.raises(RecordError, match=r"report\.html"):
            finish(record, [KEY])
        assert not record.release("r-1").exists()
        report.write_bytes(content)
        assert finish(record, [KEY]) == ["r-1"]


def test_a_draft_that_was_swapped_whole_is_not_published(tmp_path: Path) -> None:
    made_record(tmp_path / "record")
    with open_record(tmp_path / "record") as record:
        approved(record, "r-1")
        shutil.rmtree(record.draft("r-1"))
        swapped = sample_release()
        cut = swapped.forecasts.with_columns(pl.col("value") * 2)
        write_draft(replace(swapped, facts=replace(swapped.facts, id="r-1"), forecasts=cut), record.draft("r-1"))
        with pytest.raises(RecordError, match="was changed: its digest is"):
            publish(record, "r-1", NOOR, [KEY], WORDS, AT)
