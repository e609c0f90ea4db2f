"""Watching a log finds that it shrank, changed or forked, and tells what it could not have found."""

from functools import partial
from hashlib import sha256
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from havre.errors import FileError, RecordError
from havre.record.log.cosignature import witness_of
from havre.record.log.folder import Log
from havre.record.log.network import KnownWitness, ask_witnesses, files_at
from havre.record.log.reading import folder_files
from havre.record.log.watch import watch
from havre.record.log.witness_server import witness_server
from tests.record.log.log_case import KEY, ORIGIN, OTHER, entries, made_log
from tests.record.log.witness_case import AT, EYE, made_witness, serving


class Silent(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None: ...


def offering(folder: Path) -> ThreadingHTTPServer:
    return ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=str(folder)))


def test_a_forked_log_is_found_with_one_shared_witness_and_not_without(tmp_path: Path) -> None:
    # Two readers are served two logs of one name, signed with one key: a split view.
    common = made_log(tmp_path / "one", (6,))
    other = made_log(tmp_path / "two", (6,))
    common.append(entries(3, 6), [KEY])
    other.append(entries(5, 900), [KEY])
    key, witness = witness_of(EYE), made_witness(tmp_path)
    with (
        serving(offering(tmp_path / "one")) as first,
        serving(offering(tmp_path / "two")) as second,
        serving(witness_server(witness, ("127.0.0.1", 0), lambda: AT)) as eye,
    ):
        shared = [KnownWitness(key, eye)]
        ask_witnesses(common, [KEY.verifier], shared, needed=1)
        seen = watch(files_at(first), [KEY.verifier], shared, tmp_path / "memory1")
        assert seen.split_view_would_show
        assert seen.agreed == (EYE.name,)
        # Alone, neither reader notices anything.
        for address, size in ((first, 9), (second, 11)):
            alone = watch(files_at(address), [KEY.verifier])
            assert (alone.checkpoint.size, alone.split_view_would_show) == (size, False)
        with pytest.raises(RecordError, match="contradict"):
            watch(files_at(second), [KEY.verifier], shared, tmp_path / "memory2")
        assert not (tmp_path / "memory2").exists()
        # The other history cannot get a cosignature either.
        with pytest.raises(RecordError, match="0 cosigned"):
            ask_witnesses(other, [KEY.verifier], shared, needed=1)


def test_watching_finds_growth_shrinking_and_change(tmp_path: Path) -> None:
    log, memory = made_log(tmp_path / "log", (6,)), tmp_path / "memory"
    fetch = folder_files(tmp_path / "log")
    assert watch(fetch, [KEY.verifier], memory=memory).grown_by is None
    log.append(entries(300, 6), [KEY])
    assert watch(fetch, [KEY.verifier], memory=memory).grown_by == 300
    shorter = made_log(tmp_path / "short", (6,))
    with pytest.raises(RecordError, match="shrank"):
        watch(folder_files(shorter.folder), [KEY.verifier], memory=memory)
    other = Log.create(tmp_path / "other", ORIGIN, [KEY])
    other.append(entries(400, 50), [KEY])
    with pytest.raises(RecordError, match="contradict"):
        watch(folder_files(other.folder), [KEY.verifier], memory=memory)
    with pytest.raises(RecordError, match="none of the keys"):
        watch(fetch, [OTHER.verifier], memory=memory)
    tile = next((tmp_path / "log" / "tile" / "0").glob("001.p/*"))
    tile.write_bytes(bytes(len(tile.read_bytes())))
    with pytest.raises(RecordError, match="root"):
        watch(fetch, [KEY.verifier], memory=memory)
    with pytest.raises(RecordError, match="missing"):
        watch(folder_files(tmp_path / "nothing"), [KEY.verifier])


def test_a_memory_that_was_damaged_is_no_fork(tmp_path: Path) -> None:
    log, memory = made_log(tmp_path / "log", (6,)), tmp_path / "memory"
    fetch = folder_files(log.folder)
    watch(fetch, [KEY.verifier], memory=memory)
    content = memory.read_bytes()
    log.append(entries(3, 6), [KEY])
    for at in (len(ORIGIN) + 1, len(ORIGIN) + 5, len(content) - 10):
        memory.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        with pytest.raises(RecordError) as caught:
            watch(fetch, [KEY.verifier], memory=memory)
        assert "contradict" not in str(caught.value)
    memory.unlink()
    memory.mkdir()
    with pytest.raises(FileError, match="memory"):
        watch(fetch, [KEY.verifier], memory=memory)


def test_what_a_witness_did_not_sign_is_no_agreement(tmp_path: Path) -> None:
    made_log(tmp_path / "log", (6,))
    lying = tmp_path / "lying" / "checkpoint"
    lying.mkdir(parents=True)
    name = sha256(ORIGIN.encode()).hexdigest()
    for content in (b"rubbish", (tmp_path / "log" / "checkpoint").read_bytes()):
        (lying / name).write_bytes(content)
        known = [KnownWitness(witness_of(EYE), str(tmp_path / "lying"))]
        seen = watch(folder_files(tmp_path / "log"), [KEY.verifier], known)
        assert not seen.split_view_would_show
        assert seen.silent[0][0] == EYE.name


def test_a_witness_that_cannot_be_reached_is_told(tmp_path: Path) -> None:
    made_log(tmp_path / "log", (6,))
    known = [KnownWitness(witness_of(EYE), "http://127.0.0.1:9")]
    seen = watch(folder_files(tmp_path / "log"), [KEY.verifier], known)
    assert not seen.split_view_would_show
    assert seen.silent[0][0] == EYE.name


def test_a_reader_who_is_shown_less_than_a_witness_saw_must_be_shown_its_beginning(tmp_path: Path) -> None:
    # The witness knows the larger history; the reader is shown a smaller one of another.
    common, other = made_log(tmp_path / "one", (6,)), made_log(tmp_path / "two", (6,))
    key, witness = witness_of(EYE), made_witness(tmp_path)
    common.append(entries(5, 6), [KEY])
    other.append(entries(2, 900), [KEY])
    with (
        serving(offering(tmp_path / "one")) as first,
        serving(offering(tmp_path / "two")) as second,
        serving(witness_server(witness, ("127.0.0.1", 0), lambda: AT)) as eye,
    ):
        shared = [KnownWitness(key, eye)]
        older = common.checkpoint
        common.append(entries(4, 11), [KEY])
        ask_witnesses(common, [KEY.verifier], shared, needed=1)
        with pytest.raises(RecordError, match="contradict"):
            watch(files_at(second), [KEY.verifier], shared)

        def behind(path: str) -> bytes | None:
            return older if path == "checkpoint" else files_at(first)(path)

        seen = watch(behind, [KEY.verifier], shared)
        assert (seen.checkpoint.size, seen.agreed) == (11, (EYE.name,))
