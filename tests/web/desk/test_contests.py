"""Contests at the desk: who may read them, what an answer needs, and that what was written can be erased."""

from datetime import timedelta
from hashlib import sha256

import pytest
from fastapi import FastAPI

from havre.record.contest import contests, written_text
from havre.record.contest_filing import file_now
from havre.record.contest_texts import ContestText
from havre.record.settings import FILE
from havre.web.desk.accounts import account_of
from havre.web.desk.signing import remove_key
from havre.web.records import clock
from tests.record.record_case import ADA, NOOR
from tests.web.desk.desk_case import (
    DRAFT,
    KEY_PASSWORD,
    MONTH,
    PASSWORD,
    SERIES,
    errors_of,
    secret_of,
    send,
    visitor,
)

TEXT = ContestText("June counts <script>alert(1)</script> twice.", "See the table.", "me@example.org")
ANSWER = {
    "outcome": "partly",
    "summary": "That June was counted twice in the table.",
    "reasons": "One office sent its table twice; both were added.",
    "remedy": "correction",
    "correction": "June reads 5 instead of 10, in all tables.",
}


@pytest.fixture
def contest(desk_app: FastAPI) -> str:
    """A contest of a published release, as somebody files it."""
    with desk_app.state.record_room.open() as held:
        return file_now(held.store, held.settings, "r-2", "release", TEXT, clock()).id


def test_what_was_written_is_for_people_of_the_record_alone(desk_app: FastAPI, contest: str) -> None:
    page = f"/fr/desk/contests/{contest}"
    told = visitor(desk_app, "noor").get(page).text
    assert "June counts &lt;script&gt;alert(1)&lt;/script&gt; twice." in told
    assert "<script>alert" not in told
    for name in ("olga", "root"):
        assert visitor(desk_app, name).get(page).status_code == 403
    public = visitor(desk_app).get(f"/fr/contests/{contest}").text
    assert [each for each in ("June counts", "me@example.org") if each in public] == []
    # A reviewer whose key is not with the account sees that there is a contest, and no more.
    desk = desk_app.state.desk
    with desk.store.change() as connection:
        ada, other = account_of(connection, "ada"), account_of(connection, "noor")
        key = (desk.settings.state / "keys" / f"{ada.number}.key").read_bytes()
        remove_key(connection, desk.settings.state, ada)
    browser = visitor(desk_app, "ada")
    assert "June counts" not in browser.get(page).text
    told_form = {"csrf": secret_of(browser.get("/en/desk/account")), "action": "key", "key_password": KEY_PASSWORD}
    # Whose key it is stands before the key, and anybody can write that.
    pem = (desk.settings.state / "keys" / f"{other.number}.key").read_bytes().split(b"\n", 3)[3]
    forged = b"\n".join([*key.split(b"\n", 2)[:2], b"PEM-SHA-256: " + sha256(pem).hexdigest().encode(), pem])
    for content, password in ((forged, KEY_PASSWORD), (key, "something else entirely")):
        form = {**told_form, "key_password": password}
        refused = browser.post("/en/desk/account", data=form, files={"key_file": ("ada.key", content)})
        assert refused.status_code == 422
        assert "password of your key" in errors_of(refused)[0]
        assert "June counts" not in browser.get(page).text
    kept = browser.post("/en/desk/account", data=told_form, files={"key_file": ("ada.key", key)})
    assert kept.status_code == 303
    assert "June counts" in browser.get(page).text


def test_an_answer_is_checked_and_told_beside_its_fields(desk_app: FastAPI, contest: str) -> None:
    noor, page = visitor(desk_app, "noor"), f"/en/desk/contests/{contest}"
    for change, words in (
        ({"remedy": ""}, "correction"),
        ({"outcome": "maybe"}, "maybe"),
        ({"correction": " "}, ""),
        ({"reasons": "short"}, "20"),
        ({"summary": "Write to me@example.org about the month of June."}, ""),
        ({"remedy": "release", "new_release": "r-3"}, "r-3"),
        ({"remedy": "withdrawal"}, "r-2"),
        ({"key_password": "wrong"}, "password of your key"),
    ):
        answer = send(noor, page, "answer", **{**ANSWER, **change})
        assert answer.status_code == 422, change
        assert words in " ".join(errors_of(answer))
        assert ANSWER["reasons"] in answer.text or "reasons" in change
    # Whoever made the release cannot answer.
    ada = visitor(desk_app, "ada")
    told = {"csrf": secret_of(ada.get(page)), "action": "answer", "key_password": KEY_PASSWORD, **ANSWER}
    answer = ada.post(page, data=told)
    assert (answer.status_code, "havre.example/ada" in errors_of(answer)[0]) == (422, True)
    assert noor.post(page, data={"csrf": secret_of(noor.get(page)), "action": "delete"}).status_code == 400


def test_clocks_run_until_it_is_answered(desk_app: FastAPI, contest: str) -> None:
    noor, page, room = visitor(desk_app, "noor"), f"/en/desk/contests/{contest}", desk_app.state.record_room
    now = clock()
    room.clock = lambda: now + timedelta(days=40)
    noor = visitor(desk_app, "noor")
    late = noor.get("/en/desk").text
    assert "40 days without an answer" in late
    assert "acknowledged late or not at all" in late
    room.changed()
    assert "answered late or not at all" in visitor(desk_app).get("/en/contests?state=late").text
    assert send(noor, page, "acknowledge").status_code == 303
    assert send(noor, page, "acknowledge").status_code == 422
    assert send(noor, page, "answer", **ANSWER).status_code == 303
    told = visitor(desk_app).get(f"/en/contests/{contest}").text
    assert [each for each in (*(ANSWER[name] for name in ("summary", "reasons", "correction")), "upheld in part",
                              "answered after 40 days") if each not in told] == []  # fmt: skip
    room.clock = clock
    with room.open() as held, held.store.read() as connection:
        [found] = [each for each in contests(connection, held.settings) if each.id == contest]
    assert found.answered_by == "havre.example/noor"


def test_what_was_written_is_erased_on_request(desk_app: FastAPI, contest: str) -> None:
    noor, page = visitor(desk_app, "noor"), f"/en/desk/contests/{contest}"
    assert send(noor, page, "erase").status_code == 422
    assert send(noor, page, "erase", sure="yes", key_password=PASSWORD).status_code == 422
    assert send(noor, page, "erase", sure="yes").status_code == 303
    with desk_app.state.record_room.open() as held, held.store.read() as connection:
        assert written_text(connection, contest) is None
    assert "June counts" not in noor.get(page).text


def test_whose_key_was_taken_from_the_record_does_nothing_in_its_name(desk_app: FastAPI, contest: str) -> None:
    noor, answers = visitor(desk_app, "noor"), f"/en/desk/contests/{contest}"
    reason = {"reason": "It counts June twice, in every table.", "note": "Counts of June are provisional."}
    figure = {"series": SERIES, "month": MONTH, "value": "1200"}
    tries = [(f"/en/desk/releases/{DRAFT}", each) for each in ("override", "note", "approve", "refuse")]
    tries += [("/en/desk/releases/r-2", "withdraw"), *((answers, each) for each in ("acknowledge", "answer", "erase"))]
    settings = desk_app.state.settings.record / FILE
    before = settings.read_bytes()
    settings.write_bytes(before.replace(NOOR.verifier.text.encode(), ADA.verifier.text.encode()))
    try:
        for page, action in tries:
            answer = send(noor, page, action, **{**ANSWER, **reason, **figure, "sure": "yes"})
            assert (answer.status_code, "not among the people" in answer.text) == (422, True), (page, action)
        assert "June counts" not in noor.get(answers).text
    finally:
        settings.write_bytes(before)


def test_a_release_is_withdrawn_for_a_contest_and_both_name_each_other(desk_app: FastAPI) -> None:
    with desk_app.state.record_room.open() as held:
        contest = file_now(held.store, held.settings, "r-1", "decision", TEXT, clock()).id
        other = file_now(held.store, held.settings, "r-2", "decision", TEXT, clock()).id
    ada, page = visitor(desk_app, "ada"), f"/en/desk/releases/r-1?contest={contest}"
    assert f'<option value="{contest}" selected>' in ada.get(page).text
    reason = "It counts June twice, in every table."
    assert send(ada, "/en/desk/releases/r-1", "withdraw", reason=reason, contest=other).status_code == 422
    assert send(ada, "/en/desk/releases/r-1", "withdraw", reason="short").status_code == 422
    assert send(ada, "/en/desk/releases/r-1", "withdraw", reason=reason, contest=contest).status_code == 303
    assert "r-1" in desk_app.state.holder.site.withdrawn
    # Noor took the decision and Ada made the release: neither answers for it.
    for name in ("noor", "ada"):
        browser = visitor(desk_app, name)
        assert 'value="answer"' not in browser.get(f"/en/desk/contests/{contest}").text
    public = visitor(desk_app).get("/en/contests").text
    assert f"withdrawn after contest {contest}" in public
