"""Releases at the desk: who may not decide, what clashes, and what somebody might smuggle in."""

from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from havre.errors import FileError, RecordError
from havre.record.contest_list import plain_list
from havre.record.log.keys import new_key, save_key
from havre.record.review import all_standing
from havre.web.desk import acting, releases
from havre.web.desk.journal import noted
from tests.web.desk.desk_case import (
    DRAFT,
    KEY_PASSWORD,
    LOG_PASSWORD,
    MONTH,
    SERIES,
    errors_of,
    hand_in,
    secret_of,
    send,
    visitor,
)

PAGE = f"/en/desk/releases/{DRAFT}"
FIGURE = {"series": SERIES, "month": MONTH, "value": "1 200", "reason": "The border is closed until <b>March</b>."}


def state_of(app: FastAPI, name: str = DRAFT) -> tuple[str, int]:
    with app.state.record_room.open() as held, held.store.read() as connection:
        [found] = [each for each in all_standing(connection) if each.id == name]
    return found.state, found.version


def test_whoever_made_it_decides_nothing(desk_app: FastAPI) -> None:
    ada = visitor(desk_app, "ada")
    page = ada.get(PAGE)
    assert "somebody else reviews it" in page.text
    assert 'name="action" value="approve"' not in page.text
    before = state_of(desk_app)
    told = {
        "csrf": secret_of(page),
        "version": str(before[1]),
        "key_password": KEY_PASSWORD,
        **FIGURE,
        "note": "x" * 30,
    }
    for action in ("approve", "refuse", "override", "note"):
        answer = ada.post(PAGE, data={**told, "action": action})
        assert answer.status_code == 422
        assert "havre.example/ada" in errors_of(answer)[0]
    assert state_of(desk_app) == before


def test_a_decision_is_on_what_was_seen(desk_app: FastAPI) -> None:
    noor = visitor(desk_app, "noor")
    page = noor.get(PAGE)
    assert send(noor, PAGE, "note", note="Counts of January are provisional.").status_code == 303
    state, version = state_of(desk_app)
    told = {"csrf": secret_of(page), "version": str(version - 1), "key_password": KEY_PASSWORD}
    for action in ("approve", "refuse", "note", "override"):
        more = {"reason": "It has changed meanwhile.", "note": "One more note.", "series": SERIES, "month": MONTH,
                "value": "5000"}  # fmt: skip
        assert noor.post(PAGE, data={**told, **more, "action": action}).status_code == 409
    for wrong in ("", "x", "-1", "9" * 30):
        assert noor.post(PAGE, data={**told, "version": wrong, "action": "approve"}).status_code == 409
    assert state_of(desk_app) == (state, version)


def test_what_is_wrong_is_told_beside_its_field_and_nothing_is_lost(desk_app: FastAPI) -> None:
    noor = visitor(desk_app, "noor")
    for field, value, words in (
        ("key_password", "wrong", "password of your key"),
        ("value", "many", "many"),
        ("value", "0.5", "0.5"),
        ("value", "9", "9"),
        ("reason", "short", "20"),
        ("reason", "Write to somebody@example.org about it.", ""),
        ("month", "", "Choose the series"),
        ("month", "2031-01", "2031-01"),
    ):
        answer = send(noor, PAGE, "override", **{**FIGURE, field: value})
        assert answer.status_code == 422, (field, value)
        summary, beside = errors_of(answer)
        assert words in beside
        assert beside in summary
        if field != "reason":
            assert "The border is closed until &lt;b&gt;March&lt;/b&gt;." in answer.text
        assert KEY_PASSWORD not in answer.text


def test_words_of_reviewers_are_words_and_nothing_else(desk_app: FastAPI) -> None:
    noor = visitor(desk_app, "noor")
    assert send(noor, PAGE, "override", **FIGURE).status_code == 303
    page = noor.get(f"{PAGE}?done=override")
    assert "The figure is replaced." in page.text
    assert "until &lt;b&gt;March&lt;/b&gt;." in page.text
    assert "<b>March" not in page.text
    assert "Outside the computed 80" in page.text
    # What is said after a form is of the catalogue, whatever the address says.
    for word in ("nothing", "<script>", "title", "release_done.publish"):
        assert 'role="status"' not in noor.get(PAGE, params={"done": word}).text


@pytest.mark.parametrize("name", ["..", "..%2f..%2fetc", "%2e%2e%2fstate", "r-3%00", ".ready-r-3", "r-9", "r-3/../r-2"])
def test_a_name_never_becomes_a_path(desk_app: FastAPI, name: str) -> None:
    noor = visitor(desk_app, "noor")
    for path in (f"/en/desk/releases/{name}", f"/en/desk/releases/{name}/report", f"/en/desk/contests/{name}"):
        answer = noor.get(path)
        assert answer.status_code in (404, 303, 307) or "r-2" in answer.text, path
        assert "desk.sqlite" not in answer.text
    assert noor.get(PAGE, params={"against": "../drafts/r-3"}).status_code == 404


def test_the_report_of_a_draft_stands_apart(desk_app: FastAPI) -> None:
    answer = visitor(desk_app, "olga").get(f"{PAGE}/report")
    assert answer.status_code == 200
    assert answer.headers["content-security-policy"].startswith("sandbox")
    assert answer.headers["cache-control"] == "no-store"


def test_a_key_is_tried_a_few_times_only(desk_app: FastAPI) -> None:
    noor = visitor(desk_app, "noor")
    answers = [send(noor, PAGE, "approve", key_password=f"guess {n}") for n in range(6)]
    assert [each.status_code for each in answers] == [422] * 6
    assert "Too many tries" in errors_of(answers[-1])[0]
    with desk_app.state.desk.store.read() as connection:
        assert [each.kind for each in noted(connection, 5)] == ["key_refused"] * 5


def test_key_files_are_bounded_checked_and_of_one_person(desk_app: FastAPI, tmp_path: Path) -> None:
    olga = visitor(desk_app, "olga")
    save_key(tmp_path / "eve.key", new_key("elsewhere.example/eve", bytes([3] * 32)), KEY_PASSWORD)
    noor = desk_app.state.settings.state / "keys"
    files = {
        b"": "Choose the file",
        b"x" * 9_000: "more than 8000 bytes",
        b"havre-key/2\n\xff\xfe": "no key file",
        b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n": "no key file",
        (tmp_path / "eve.key").read_bytes(): "not among the people",
        max(noor.glob("*.key")).read_bytes(): "another account",
    }
    for content, words in files.items():
        told = {"csrf": secret_of(olga.get("/en/desk/account")), "action": "key"}
        answer = olga.post("/en/desk/account", data=told, files={"key_file": ("../../../x.key", content)})
        assert answer.status_code == 422
        assert words in errors_of(answer)[0], errors_of(answer)
    assert sorted(path.name for path in noor.iterdir()) == ["1.key", "2.key"]
    assert {path.stat().st_mode & 0o777 for path in noor.iterdir()} == {0o600}
    large = olga.post("/en/desk/account", data=told, files={"key_file": ("x", b"x" * 700_000)})
    assert large.status_code == 413
    many = [("key_file", ("x", b"x")) for _ in range(3)]
    assert olga.post("/en/desk/account", data=told, files=many).status_code == 400
    assert olga.post("/en/desk/account", content=b"{}", headers={"Content-Type": "application/json"}).status_code == 415


def test_what_was_decided_waits_for_the_key_of_the_log(desk_app: FastAPI) -> None:
    noor = visitor(desk_app, "noor")
    answer = send(noor, PAGE, "publish")
    assert answer.status_code == 422
    assert "in review" in " ".join(errors_of(answer))
    hand_in(desk_app.state.settings.record, "r-4")
    assert "Waiting for the log" in noor.get("/en/desk").text
    assert send(noor, "/en/desk", "append", log_password=KEY_PASSWORD).status_code == 422
    assert send(noor, "/en/desk", "append", log_password=LOG_PASSWORD).status_code == 303
    assert "Waiting for the log" not in noor.get("/en/desk").text


def test_the_public_list_is_what_the_record_tells(desk_app: FastAPI) -> None:
    listed = desk_app.state.record_room.public_contests()
    assert plain_list(listed.contests, listed.became, listed.at)["contests"] == []


def test_what_was_decided_stands_where_the_journal_cannot_be_written(
    desk_app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise RecordError("record.store.unusable", reason="database or disk is full")

    monkeypatch.setattr(acting, "note", full)
    before = state_of(desk_app)[1]
    answer = send(visitor(desk_app, "noor"), PAGE, "note", note="Counts of March are provisional.")
    assert (answer.status_code, state_of(desk_app)[1]) == (303, before + 1)


def test_where_a_part_of_an_action_stands_nobody_is_told_that_nothing_was_changed(
    desk_app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    act = releases._ACTIONS["note"]

    def broken_off(*given: Any) -> None:
        act(*given)
        raise FileError("file.not_writable", path="log", reason="No space left on device")

    def full(*_: object) -> None:
        raise FileError("file.not_writable", path="log", reason="No space left on device")

    for does, said in ((broken_off, "a part of it stands"), (full, "Nothing was changed")):
        monkeypatch.setitem(releases._ACTIONS, "note", does)
        answer = send(visitor(desk_app, "noor"), PAGE, "note", note="Counts of April are provisional.")
        assert (answer.status_code, said in answer.text) == (503, True)


def test_a_store_that_cannot_be_read_is_no_missing_release(desk_app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise RecordError("record.store.unusable", reason="disk I/O error")

    monkeypatch.setattr(releases, "dossier", full)
    answer = visitor(desk_app, "noor").get(PAGE)
    assert (answer.status_code, "disk" in answer.text) == (503, False)
