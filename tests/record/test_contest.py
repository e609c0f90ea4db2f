"""Anybody contests, a human answers in time or is shown as late, and nothing personal reaches the log."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
import rfc8785
from sqlalchemy import func, select

from havre.errors import RecordError
from havre.record.contest import (
    Contest,
    acknowledge,
    answer,
    commitment_of,
    contests,
    erase,
    file_contest,
    follow,
    written_text,
)
from havre.record.contest_texts import MOST_EVIDENCE, MOST_WHY, ContestText, shown_text
from havre.record.log.keys import new_key
from havre.record.review import approve, mark_published, submit, withdraw
from havre.record.store.database import Store
from havre.record.store.schema import CONTESTS, OUTBOX
from tests.record.record_case import ADA, AT, DRAFT, EVE, NOOR, SETTINGS, posted, published

TEXT = ContestText("Amina Karimi was counted twice in June.", "Letter 4711 of the office", "amina@example.org")
FIGURE = "asylum_applications/SYR/DEU/2026-12"
SUMMARY = "A person says that June was counted twice."
REASONS = "The source has corrected June; we follow it."


def only(store: Store) -> Contest:
    with store.read() as connection:
        [found] = contests(connection, SETTINGS)
    return found


def test_a_contest_from_filing_to_its_remedy(store: Store) -> None:
    with store.change() as connection:
        published(connection)
        receipt = file_contest(connection, SETTINGS, "r1", FIGURE, TEXT, AT)
        acknowledge(connection, SETTINGS, receipt.id, NOOR, AT + timedelta(days=1))
        submit(connection, "r2", DRAFT, ADA, AT, supersedes="r1", corrects=receipt.id)
        answer(
            connection, SETTINGS, receipt.id, NOOR, AT + timedelta(days=9), outcome="upheld", summary=SUMMARY,
            reasons=REASONS, remedy="release", remedy_id="r2",
        )  # fmt: skip
    with store.read() as connection:
        found, text = follow(connection, SETTINGS, receipt.code)
        again, _ = follow(connection, SETTINGS, f" {receipt.code}\n")
        entries = posted(connection)
    assert found == again
    assert text == TEXT
    assert (found.state, found.outcome, found.remedy_id) == ("answered", "upheld", "r2")
    assert found.late(AT + timedelta(days=900)) == ()
    filed, done = (
        next(entry for entry in entries if entry.kind == kind) for kind in ("contest_filed", "contest_answered")
    )
    assert filed.body["acknowledge_by"] == "2026-11-27T23:59:59Z"
    assert filed.body["answer_by"] == "2026-12-24T23:59:59Z"
    assert done.body["remedy_id"] == "r2"
    submitted = next(entry for entry in entries if entry.subject == "r2")
    assert submitted.body["corrects"] == receipt.id


def test_nothing_personal_reaches_the_log_and_all_of_it_can_be_erased(store: Store) -> None:
    with store.change() as connection:
        published(connection)
        receipt = file_contest(connection, SETTINGS, "r1", FIGURE, TEXT, AT)
        answer(connection, SETTINGS, receipt.id, NOOR, AT, outcome="rejected", summary=SUMMARY, reasons=REASONS)
        everything = b"".join(bytes(data) for data in connection.execute(select(OUTBOX.c.data)).scalars())
        for secret in (b"Amina", b"Karimi", b"4711", b"example.org/a", receipt.secret.encode()):
            assert secret not in everything.replace(b"havre.example/ada", b"")
        [commitment] = connection.execute(select(CONTESTS.c.commitment)).scalars()
        assert commitment.encode() in everything
        erase(connection, receipt.id, AT)
        erase(connection, receipt.id, AT + timedelta(days=1))
        assert written_text(connection, receipt.id) is None
        assert b"".join(bytes(data) for data in connection.execute(select(OUTBOX.c.data)).scalars()) == everything
        found, text = follow(connection, SETTINGS, receipt.code)
        assert (text, found.erased_at, found.summary) == (None, AT, SUMMARY)
        tables = [table.name for table in CONTESTS.metadata.sorted_tables]
        for name in tables:
            rows = str(connection.exec_driver_sql(f"SELECT * FROM {name}").all())
            assert "Amina" not in rows
            assert "amina@" not in rows


def test_the_commitment_opens_with_its_salt_and_without_it_to_nobody() -> None:
    salt = bytes(range(32)).hex()
    plain = rfc8785.dumps({"why": TEXT.why, "evidence": TEXT.evidence, "contact": TEXT.contact})
    assert commitment_of(TEXT, salt) == sha256(bytes(range(32)) + plain).hexdigest()
    assert commitment_of(TEXT, salt) != commitment_of(TEXT, salt[::-1])
    assert commitment_of(TEXT, salt) != sha256(plain).hexdigest()


@pytest.mark.parametrize(
    ("filed", "acknowledge_by", "answer_by"),
    [
        ((2026, 11, 24), "2026-11-27", "2026-12-24"),
        ((2027, 1, 31), "2027-02-03", "2027-02-28"),
        ((2028, 1, 30), "2028-02-02", "2028-02-29"),
        ((2026, 12, 31), "2027-01-03", "2027-01-31"),
        ((2027, 2, 28), "2027-03-03", "2027-03-28"),
    ],
)
def test_times_end_on_the_same_date_or_the_last_of_the_month(
    store: Store, filed: tuple[int, int, int], acknowledge_by: str, answer_by: str
) -> None:
    at = datetime(*filed, 15, 30, tzinfo=UTC)
    with store.change() as connection:
        published(connection)
        file_contest(connection, SETTINGS, "r1", FIGURE, TEXT, at)
    found = only(store)
    assert f"{found.acknowledge_by:%Y-%m-%d %H:%M:%S}" == f"{acknowledge_by} 23:59:59"
    assert f"{found.answer_by:%Y-%m-%d %H:%M:%S}" == f"{answer_by} 23:59:59"
    assert found.late(found.acknowledge_by) == ()
    assert found.late(found.acknowledge_by + timedelta(seconds=1)) == ("acknowledgement",)
    assert found.late(found.answer_by) == ("acknowledgement",)
    assert found.late(found.answer_by + timedelta(seconds=1)) == ("acknowledgement", "answer")
    # Who is answered in time needs no acknowledgement.
    assert replace(found, answered_at=found.acknowledge_by).late(found.answer_by + timedelta(days=90)) == ()


def test_what_came_too_late_stays_late(store: Store) -> None:
    with store.change() as connection:
        published(connection)
        receipt = file_contest(connection, SETTINGS, "r1", FIGURE, TEXT, AT)
        acknowledge(connection, SETTINGS, receipt.id, NOOR, AT + timedelta(days=5))
    assert only(store).late(AT + timedelta(days=6)) == ("acknowledgement",)


def test_a_wrong_receipt_tells_nothing(store: Store) -> None:
    with store.change() as connection:
        published(connection)
        receipt = file_contest(connection, SETTINGS, "r1", FIGURE, TEXT, AT)
        wrong = (receipt.id, f"{receipt.id}.", f"{receipt.id}.{'0' * 32}", f"0000.{receipt.secret}", "", ".")
        told = set()
        for code in wrong:
            with pytest.raises(RecordError) as caught:
                follow(connection, SETTINGS, code)
            told.add(str(caught.value))
        assert len(told) == 1


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (ContestText(""), "what is wrong"),
        (ContestText("  \n"), "what is wrong"),
        (ContestText("x" * 10_000_000), "What is wrong has"),
        (ContestText("x", "y" * (MOST_EVIDENCE + 1)), "evidence"),
        (ContestText("x", contact="z" * 501), "way to reach you"),
        (ContestText("bell \x07"), "U\\+0007"),
        (ContestText("turned \u202e round"), "U\\+202E"),
        (ContestText("null \x00"), "U\\+0000"),
        (ContestText("x", "left to right \u200e"), "U\\+200E"),
        (ContestText("x", contact="half of a letter \ud800"), "U\\+D800"),
        (ContestText("escape \x1b[2J"), "U\\+001B"),
    ],
)
def test_what_is_no_text_of_bounded_length_is_not_kept(store: Store, text: ContestText, part: str) -> None:
    with store.change() as connection:
        published(connection)
        with pytest.raises(RecordError, match=part):
            file_contest(connection, SETTINGS, "r1", FIGURE, text, AT)
        assert connection.execute(select(func.count()).select_from(CONTESTS)).scalar_one() == 0


def test_html_is_kept_as_it_was_written_and_shown_as_text(store: Store) -> None:
    text = ContestText("<script>alert('x')</script> & \"more\"" + "é" * (MOST_WHY - 100))
    with store.change() as connection:
        published(connection)
        receipt = file_contest(connection, SETTINGS, "r1", FIGURE, text, AT)
        kept = written_text(connection, receipt.id)
    assert kept == text
    assert shown_text(text.why).startswith("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &#34;more&#34;")


def filed_or_refusal(store: Store, at: datetime) -> str:
    try:
        with store.change() as connection:
            file_contest(connection, SETTINGS, "r1", FIGURE, TEXT, at, source="192.0.2.1")
    except RecordError as error:
        return str(error)
    return ""


def test_a_flood_is_slowed_and_nothing_accepted_is_lost(store: Store) -> None:
    accepted, refused = 0, 0
    with store.change() as connection:
        published(connection)
    for number in range(40):
        told = filed_or_refusal(store, AT + timedelta(seconds=number))
        assert told == "" or "try again at 2026-11-24T13:00" in told
        accepted, refused = accepted + (told == ""), refused + (told != "")
    assert (accepted, refused) == (10, 30)
    with store.change() as connection:
        file_contest(connection, SETTINGS, "r1", FIGURE, TEXT, AT, source="192.0.2.2")
        file_contest(connection, SETTINGS, "r1", FIGURE, TEXT, AT + timedelta(hours=2), source="192.0.2.1")
        assert len(contests(connection, SETTINGS)) == accepted + 2
        rows = str(connection.exec_driver_sql("SELECT * FROM contest_sources").all())
        assert "192.0.2" not in rows


def test_ten_thousand_a_day_from_everywhere_stop_at_the_limit(store: Store) -> None:
    few = replace(SETTINGS, contests_a_day=25)
    with store.change() as connection:
        published(connection)
        for number in range(25):
            file_contest(connection, few, "r1", FIGURE, TEXT, AT, source=str(number))
        with pytest.raises(RecordError, match="2026-11-25T12:00"):
            file_contest(connection, few, "r1", FIGURE, TEXT, AT, source="another")


def test_only_what_is_published_is_contested(store: Store) -> None:
    with store.change() as connection:
        submit(connection, "r1", DRAFT, ADA, AT)
        with pytest.raises(RecordError, match="not published"):
            file_contest(connection, SETTINGS, "r1", FIGURE, TEXT, AT)
        with pytest.raises(RecordError, match="no release"):
            file_contest(connection, SETTINGS, "r9", FIGURE, TEXT, AT)
        # What was published can be contested for ever, also the decision to take it back.
        approve(connection, "r1", DRAFT, NOOR, AT)
        mark_published(connection, "r1", "m" * 64, {}, NOOR, AT)
        published(connection, "r2", supersedes="r1")
        withdraw(connection, "r2", "Its source was taken back by the office.", NOOR, AT)
        for release in ("r1", "r2"):
            file_contest(connection, SETTINGS, release, "decision", TEXT, AT)


def test_who_answers_is_known_is_not_the_author_and_gives_reasons_and_remedy(store: Store) -> None:
    with store.change() as connection:
        published(connection)
        receipt = file_contest(connection, SETTINGS, "r1", FIGURE, TEXT, AT)
        good = {
            "outcome": "upheld",
            "summary": SUMMARY,
            "reasons": REASONS,
            "remedy": "correction",
            "remedy_id": "June: 5",
        }

        def told(person: object = NOOR, **change: object) -> str:
            with pytest.raises(RecordError) as caught:
                answer(connection, SETTINGS, receipt.id, person, AT, **{**good, **change})  # type: ignore[arg-type]
            return str(caught.value)

        assert "may act" in told(EVE)
        assert "another person" in told(ADA)
        assert "outcome" in told(outcome="maybe")
        assert "20 to" in told(summary="short")
        assert "remedy" in told(remedy=None)
        assert "remedy" in told(outcome="rejected")
        assert "text of the correction" in told(remedy_id=" ")
        assert "published" in told(remedy="withdrawal", remedy_id="r1")
        withdraw(connection, "r1", "It cannot be mended: the source was wrong.", ADA, AT)
        answer(connection, SETTINGS, receipt.id, NOOR, AT, **{**good, "remedy": "withdrawal", "remedy_id": "r1"})
        assert "answered" in told()
        with pytest.raises(RecordError, match="answered"):
            acknowledge(connection, SETTINGS, receipt.id, NOOR, AT)
        with pytest.raises(RecordError, match="no contest"):
            erase(connection, "nothing", AT)


def test_a_correction_is_an_entry_of_its_own(store: Store) -> None:
    with store.change() as connection:
        published(connection)
        receipt = file_contest(connection, SETTINGS, "r1", FIGURE, TEXT, AT)
        answer(
            connection, SETTINGS, receipt.id, NOOR, AT - timedelta(days=3), outcome="partly", summary=SUMMARY,
            reasons=REASONS, remedy="correction", remedy_id="June: 5 instead of 10",
        )  # fmt: skip
        last = posted(connection)[-1]
    assert (last.kind, last.subject, last.body["contest"]) == ("correction", "r1", receipt.id)
    # The clock had gone back: an answer is never before what it answers.
    assert only(store).answered_at == AT


@pytest.mark.parametrize(
    "about",
    ["Amina Karimi", "amina@example.org", "<b>release</b>", "", "release ", "x" * 9000, "a/b/SYR/DEU/2026-13",
     "Amina/lives/at/4711", "asylum applications/SYR/DEU/2026-12", "../../SYR/DEU/2026-12"],
)  # fmt: skip
def test_what_is_contested_is_public_and_so_never_a_text_of_ones_own(store: Store, about: str) -> None:
    with store.change() as connection:
        published(connection)
        with pytest.raises(RecordError, match="figure"):
            file_contest(connection, SETTINGS, "r1", about, TEXT, AT)
        assert connection.execute(select(func.count()).select_from(CONTESTS)).scalar_one() == 0


def test_only_figures_that_are_there_are_contested_where_they_are_known(store: Store) -> None:
    with store.change() as connection:
        published(connection)
        file_contest(connection, SETTINGS, "r1", FIGURE, TEXT, AT, figures=[FIGURE])
        file_contest(connection, SETTINGS, "r1", "decision", TEXT, AT, figures=[FIGURE])
        with pytest.raises(RecordError, match=f"Near matches: {FIGURE}"):
            file_contest(connection, SETTINGS, "r1", FIGURE.replace("SYR", "AFG"), TEXT, AT, figures=[FIGURE])


def answered(store: Store, **change: object) -> str:
    """Answer a contest about r1; give what is wrong with the answer."""
    with store.change() as connection:
        receipt = file_contest(connection, SETTINGS, "r1", FIGURE, TEXT, AT)
        good = {"outcome": "rejected", "summary": SUMMARY, "reasons": REASONS}
        with pytest.raises(RecordError) as caught:
            answer(connection, SETTINGS, receipt.id, NOOR, AT, **{**good, **change})  # type: ignore[arg-type]
        assert [entry.kind for entry in posted(connection)][-1] == "contest_filed"
    return str(caught.value)


@pytest.mark.parametrize(
    "words",
    [
        {"summary": "A person (amina@example.org) says that June is wrong."},
        {"reasons": "We wrote to amina@example.org about it and she agreed."},
        {"summary": "Turned \u202e round, so that it reads as something else."},
        {"reasons": "A bell rings here: \x07, and nobody knows for whom."},
        {"outcome": "upheld", "remedy": "correction", "remedy_id": "June: 5, says amina@example.org"},
        {"outcome": "upheld", "remedy": "correction", "remedy_id": "x" * 20_001},
    ],
)
def test_nothing_personal_and_nothing_but_text_is_answered_in_public(store: Store, words: dict[str, str]) -> None:
    with store.change() as connection:
        published(connection)
    assert any(part in answered(store, **words) for part in ("reached", "not text", "at most"))


def test_a_way_to_reach_somebody_is_not_repeated_in_public_whatever_it_looks_like(store: Store) -> None:
    with store.change() as connection:
        published(connection)
        text = ContestText("June was counted twice.", "", "Signal amina.k77")
        receipt = file_contest(connection, SETTINGS, "r1", FIGURE, text, AT)
        reasons = "We asked signal AMINA.K77, who agreed."
        with pytest.raises(RecordError, match="reached"):
            answer(
                connection, SETTINGS, receipt.id, NOOR, AT, outcome="rejected", summary=SUMMARY, reasons=reasons
            )  # fmt: skip


def test_a_long_correction_is_kept_whole(store: Store) -> None:
    text = "June 2026 reads 5 instead of 10. " * 100
    with store.change() as connection:
        published(connection)
        receipt = file_contest(connection, SETTINGS, "r1", FIGURE, TEXT, AT)
        answer(
            connection, SETTINGS, receipt.id, NOOR, AT, outcome="upheld", summary=SUMMARY, reasons=REASONS,
            remedy="correction", remedy_id=text,
        )  # fmt: skip
    assert only(store).remedy_id == text


def test_a_new_release_mends_a_contest_only_if_it_says_so_itself(store: Store) -> None:
    with store.change() as connection:
        published(connection)
        submit(connection, "r2", DRAFT, ADA, AT, supersedes="r1")
        submit(connection, "r3", DRAFT, ADA, AT, supersedes="r1", corrects="another contest")
    for release in ("r2", "r3"):
        told = answered(store, outcome="upheld", remedy="release", remedy_id=release)
        assert "does not tell that it corrects" in told


def test_the_author_does_not_answer_under_another_key_or_name(store: Store) -> None:
    same_name, same_key = new_key(ADA.name, bytes([9] * 32)), new_key("havre.example/other", bytes([1] * 32))
    settings = replace(SETTINGS, people=(*SETTINGS.people, same_name.verifier, same_key.verifier))
    with store.change() as connection:
        published(connection)
        receipt = file_contest(connection, settings, "r1", FIGURE, TEXT, AT)
        for person in (same_name, same_key):
            with pytest.raises(RecordError, match="another person"):
                answer(
                    connection, settings, receipt.id, person, AT, outcome="rejected", summary=SUMMARY, reasons=REASONS
                )


def test_who_was_erased_can_be_answered_and_follows_the_answer(store: Store) -> None:
    with store.change() as connection:
        published(connection)
        receipt = file_contest(connection, SETTINGS, "r1", FIGURE, TEXT, AT)
        erase(connection, receipt.id, AT)
        answer(connection, SETTINGS, receipt.id, NOOR, AT, outcome="rejected", summary=SUMMARY, reasons=REASONS)
        found, text = follow(connection, SETTINGS, receipt.code)
    assert (found.state, text) == ("answered", None)


def test_two_who_answer_at_once_do_not_both(store: Store) -> None:
    with store.change() as connection:
        published(connection)
        receipt = file_contest(connection, SETTINGS, "r1", FIGURE, TEXT, AT)

    def one(_: int) -> str:
        try:
            with store.change() as connection:
                answer(connection, SETTINGS, receipt.id, NOOR, AT, outcome="rejected", summary=SUMMARY, reasons=REASONS)
        except RecordError as error:
            return error.problems[0].key
        return ""

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(one, range(4)))
    assert told.count("") == 1
    assert set(told) <= {"", "record.contest.state", "record.store.at_once"}
    with store.read() as connection:
        assert [entry.kind for entry in posted(connection)].count("contest_answered") == 1


def test_a_receipt_that_is_used_again_changes_nothing_more(store: Store) -> None:
    with store.change() as connection:
        published(connection)
        receipt = file_contest(connection, SETTINGS, "r1", FIGURE, TEXT, AT)
    for again in range(3):
        with store.change() as connection:
            found, text = follow(connection, SETTINGS, receipt.code)
            erase(connection, found.id, AT + timedelta(days=1 + again))
    with store.read() as connection:
        [entry] = [each for each in posted(connection) if each.kind.startswith("contest")]
        rows = connection.execute(select(CONTESTS.c.version, CONTESTS.c.erased_at)).all()
    # Erasing again erases nothing more, moves no time, and no step of it enters the log.
    assert (text, entry.kind) == (None, "contest_filed")
    assert rows == [(2, f"{AT + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}")]


def test_who_took_a_decision_does_not_answer_for_it_and_only_what_is_contested_is_withdrawn_for_it(
    store: Store,
) -> None:
    words = {"summary": SUMMARY, "reasons": REASONS}
    zoe = new_key("havre.example/zoe")
    settings = replace(SETTINGS, people=(*SETTINGS.people, zoe.verifier))
    with store.change() as connection:
        published(connection)
        published(connection, "r2")
        withdraw(connection, "r2", "Its source was taken back by the office.", NOOR, AT)
        decision = file_contest(connection, SETTINGS, "r1", "decision", TEXT, AT)
        figure = file_contest(connection, SETTINGS, "r1", FIGURE, TEXT, AT)
        with pytest.raises(RecordError, match="took the contested decision"):
            answer(connection, settings, decision.id, NOOR, AT, outcome="rejected", **words)
        answer(connection, settings, decision.id, zoe, AT, outcome="rejected", **words)
        with pytest.raises(RecordError, match="r2 is not the contested one, r1"):
            answer(connection, settings, figure.id, NOOR, AT, outcome="upheld", remedy="withdrawal", remedy_id="r2",
                   **words)  # fmt: skip
