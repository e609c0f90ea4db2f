"""Who trusts the first key follows every change of keys, and refuses what a revoked key signed."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from havre.errors import RecordError
from havre.record.log.checkpoint import Checkpoint
from havre.record.log.entries import KINDS, Entry, parse_entry
from havre.record.log.folder import Log
from havre.record.log.fsck import fsck
from havre.record.log.reading import folder_files
from havre.record.log.rotation import (
    ADDED,
    REVOKED,
    check_signed,
    follow_files,
    follow_log,
    key_entry,
    key_history,
    keys_at,
)
from havre.record.log.watch import watch
from tests.record.log.log_case import KEY, ORIGIN, OTHER

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)


def rotated(folder: Path) -> Log:
    """Make a log whose first key gives over to another and is revoked."""
    log = Log.create(folder, ORIGIN, [KEY])
    log.append([Entry("correction", AT, "r", "1", {}).canonical()], [KEY])
    log.append([key_entry(ADDED, ORIGIN, OTHER.verifier, KEY, AT).canonical()], [KEY, OTHER])
    log.append([key_entry(REVOKED, ORIGIN, KEY.verifier, OTHER, AT).canonical()], [OTHER])
    return log


def test_the_new_key_is_found_through_the_log(tmp_path: Path) -> None:
    log = rotated(tmp_path / "log")
    spans = key_history(log.entries(), KEY.verifier, ORIGIN)
    assert [(span.key, span.first, span.end) for span in spans] == [(KEY.verifier, 0, 3), (OTHER.verifier, 2, None)]
    assert check_signed(log.checkpoint, spans, ORIGIN).size == 3


def test_a_checkpoint_by_a_revoked_key_is_refused(tmp_path: Path) -> None:
    log = rotated(tmp_path / "log")
    spans = key_history(log.entries(), KEY.verifier, ORIGIN)
    log.append([b"more"], [KEY])
    with pytest.raises(RecordError, match="revoked"):
        check_signed(log.checkpoint, spans, ORIGIN)
    log.append([b"more"], [KEY, OTHER])
    assert check_signed(log.checkpoint, spans, ORIGIN).size == 5


def test_a_change_of_keys_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    log = Log.create(tmp_path / "log", ORIGIN, [KEY])
    log.append([key_entry(ADDED, ORIGIN, OTHER.verifier, OTHER, AT).canonical()], [OTHER])
    with pytest.raises(RecordError, match="entry 0"):
        key_history(log.entries(), KEY.verifier, ORIGIN)
    forged = key_entry(ADDED, ORIGIN, OTHER.verifier, KEY, AT)
    body = {**forged.body, "key": KEY.verifier.text}
    with pytest.raises(RecordError, match="wrong"):
        key_history([Entry(ADDED, AT, ORIGIN, "x", body).canonical()], KEY.verifier, ORIGIN)
    with pytest.raises(RecordError, match="wrong"):
        key_history([key_entry(ADDED, "other", OTHER.verifier, KEY, AT).canonical()], KEY.verifier, ORIGIN)


def test_a_revoked_key_does_not_come_back_by_an_old_statement() -> None:
    added = key_entry(ADDED, ORIGIN, OTHER.verifier, KEY, AT).canonical()
    revoked = key_entry(REVOKED, ORIGIN, OTHER.verifier, KEY, AT).canonical()
    assert key_history([added, revoked], KEY.verifier, ORIGIN)[1].end == 2
    assert len(key_history([added, added, revoked], KEY.verifier, ORIGIN)) == 2
    # The same entry once more, or one with a later time around the old signature.
    body = parse_entry(added).body
    later = Entry(ADDED, AT.replace(hour=13), ORIGIN, "again", body).canonical()
    with pytest.raises(RecordError, match="stays revoked"):
        key_history([added, revoked, added], KEY.verifier, ORIGIN)
    with pytest.raises(RecordError, match=r"wrong|another key"):
        key_history([later], KEY.verifier, ORIGIN)
    # Revoked before it was ever added: what was signed in advance is worth nothing.
    with pytest.raises(RecordError, match="stays revoked"):
        key_history([revoked, added], KEY.verifier, ORIGIN)
    assert keys_at(key_history([revoked], KEY.verifier, ORIGIN), 1) == (KEY.verifier,)


def test_a_log_is_followed_from_its_first_key_alone(tmp_path: Path) -> None:
    log = rotated(tmp_path / "log")
    every = list(log.entries())
    checkpoint, spans = follow_log(log.checkpoint, every, KEY.verifier, ORIGIN)
    assert (checkpoint.size, keys_at(spans, 3)) == (3, (OTHER.verifier,))
    assert follow_log(log.checkpoint, [*every, b"beyond"], KEY.verifier, ORIGIN)[0].size == 3
    assert [keys_at(spans, size) for size in (1, 2)] == [(KEY.verifier,), (KEY.verifier, OTHER.verifier)]
    # A server that hides the entry by which a key was revoked.
    for hidden in (every[:2], [every[0], every[1], b"{}"], every[:1]):
        with pytest.raises(RecordError):
            follow_log(log.checkpoint, hidden, KEY.verifier, ORIGIN)
    log.append([b"more"], [KEY])
    with pytest.raises(RecordError, match="revoked"):
        follow_log(log.checkpoint, log.entries(), KEY.verifier, ORIGIN)


def test_what_only_a_witness_sees_a_fork_by_a_stolen_key_from_before_its_revocation(tmp_path: Path) -> None:
    # The thief forks before the revocation and leaves it out: one history of its own, which the key vouches for. That
    # is what only a witness, or who remembers the larger log, can see.
    log = rotated(tmp_path / "log")
    fork = Log.create(tmp_path / "fork", ORIGIN, [KEY])
    fork.append([log.entry(0), b"forged"], [KEY])
    assert follow_log(fork.checkpoint, fork.entries(), KEY.verifier, ORIGIN)[0].size == 2


def test_the_clock_may_go_back_between_entries(tmp_path: Path) -> None:
    log = Log.create(tmp_path / "log", ORIGIN, [KEY])
    for number, hour in enumerate((12, 3, 12, 0)):
        entry = Entry("correction", AT.replace(hour=hour), "r", str(number), {})
        log.append([entry.canonical()], [KEY], [KEY.verifier])
    earlier = key_entry(ADDED, ORIGIN, OTHER.verifier, KEY, AT.replace(year=1999))
    log.append([earlier.canonical()], [KEY], [KEY.verifier])
    # Places in the log tell what came first, never the times.
    assert [parse_entry(data).at.hour for data in log.entries(0, 4)] == [12, 3, 12, 0]
    assert follow_log(log.checkpoint, log.entries(), KEY.verifier, ORIGIN)[0].size == 5
    assert fsck(log.folder, [KEY.verifier]).problems == ()


@pytest.mark.parametrize(
    "wrong", [{}, {"key": 5}, {"voucher": None}, {"signature": "x"}, {"signature": 5}, {"key": "x"}]
)
def test_a_change_of_keys_with_something_missing_is_refused(wrong: dict[str, object]) -> None:
    body = dict(key_entry(ADDED, ORIGIN, OTHER.verifier, KEY, AT).body) | wrong
    if not wrong:
        del body["signature"]
    with pytest.raises(RecordError, match="entry 0"):
        key_history([Entry(ADDED, AT, ORIGIN, "x", body).canonical()], KEY.verifier, ORIGIN)


def test_entries_are_canonical_json_and_come_back() -> None:
    entry = Entry("release_published", AT, "r-1", "id-1", {"ä": 1, "a": [1.0, None, True], "€": "\u20ac"})
    data = entry.canonical()
    # RFC 8785: keys in the order of their UTF-16 units, no spaces, whole numbers without a point.
    assert (
        data
        == (
            '{"at":"2026-11-24T12:00:00Z","body":{"a":[1,null,true],"ä":1,"€":"€"},"format":"havre-log-entry/1",'
            '"id":"id-1","kind":"release_published","subject":"r-1"}'
        ).encode()
    )
    assert parse_entry(data).canonical() == data
    for wrong in (b"", b"[]", data + b" ", data.replace(b'"kind"', b'"kinds"'), data.replace(b"published", b"unheard"),
                  data.replace(b"12:00", b"12:0"), b'{"a":' * 5000, data[:-1]):  # fmt: skip
        with pytest.raises(RecordError):
            parse_entry(wrong)


def test_what_cannot_be_logged_is_refused() -> None:
    good: tuple[str, datetime, str, dict[str, object]] = (KINDS[0], AT, "s", {})
    Entry(good[0], good[1], good[2], "i", good[3])
    no_zone = datetime(2026, 1, 1)  # noqa: DTZ001 - that is what is refused
    with pytest.raises(RecordError, match="texts"):
        parse_entry(Entry(*good[:3], "i", {}).canonical().replace(b'"subject":"s"', b'"subject":5'))
    for kind, at, subject, body in (
        ("unheard", *good[1:]),
        (good[0], no_zone, *good[2:]),
        (*good[:2], "", good[3]),
        (*good[:3], {"x": float("nan")}),
        (*good[:3], {"x": object()}),
        (*good[:3], {"x": "y" * 70_000}),
    ):
        with pytest.raises(RecordError):
            Entry(kind, at, subject, "i", body)


def test_a_watcher_with_the_first_key_alone_follows_the_change_of_keys(tmp_path: Path) -> None:
    log = rotated(tmp_path / "log")
    fetch, memory = folder_files(log.folder), tmp_path / "seen"
    # Who holds to the first key, and to it alone, cannot go on.
    with pytest.raises(RecordError, match="none of the keys"):
        watch(fetch, [KEY.verifier])
    assert watch(fetch, [], memory=memory, first=KEY.verifier).checkpoint.size == 3
    log.append([b"more"], [OTHER])
    assert watch(fetch, [], memory=memory, first=KEY.verifier).grown_by == 1
    with pytest.raises(RecordError, match="wrong|another key|none of the keys"):
        watch(fetch, [], first=OTHER.verifier)
    log.append([b"stolen"], [KEY])
    with pytest.raises(RecordError, match="revoked"):
        watch(fetch, [], memory=memory, first=KEY.verifier)
    # A key that is told to be enough lets it through: the one that was revoked.
    assert watch(fetch, [KEY.verifier]).checkpoint.size == 5


def test_a_log_that_was_followed_tells_what_it_begins_with(tmp_path: Path) -> None:
    log = rotated(tmp_path / "log")
    followed = follow_files(folder_files(log.folder), KEY.verifier)
    tree = log.tree(2)
    followed.check_begins_with(Checkpoint(ORIGIN, 2, tree.root()), "proof")
    with pytest.raises(RecordError, match="contradict"):
        followed.check_begins_with(Checkpoint(ORIGIN, 2, log.tree(1).root()), "proof")
    with pytest.raises(RecordError, match="3 entries; what is to be checked leads to one of 4"):
        followed.check_begins_with(Checkpoint(ORIGIN, 4, tree.root()), "proof")
