"""A release goes its way step by step, author and reviewer differ, and every step is signed and logged."""

from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havre.errors import RecordError
from havre.record.log.keys import Signer
from havre.record.review import (
    add_note,
    all_standing,
    approve,
    latest_published,
    mark_published,
    override,
    refuse,
    reviewed,
    standing,
    submit,
    withdraw,
)
from havre.record.statements import check_statement
from havre.record.store.database import Store
from tests.record.record_case import ADA, AT, DRAFT, EVE, NOOR, OVERRIDE, posted, published

REASON = "The forecast of June was wrong by half."


def test_from_draft_to_superseded_and_withdrawn(store: Store) -> None:
    with store.change() as connection:
        submit(connection, "r1", DRAFT, ADA, AT)
        assert standing(connection, "r1").state == "in_review"
        override(connection, "r1", replace(OVERRIDE, stated=1.0), NOOR, AT)
        override(connection, "r1", OVERRIDE, NOOR, AT)
        add_note(connection, "r1", "The source was late.", NOOR, AT)
        approve(connection, "r1", DRAFT, NOOR, AT)
        assert standing(connection, "r1").state == "approved"
        review = reviewed(connection, "r1")
        assert review.overrides == (OVERRIDE,)
        assert (review.author, review.reviewer, review.notes) == (ADA.name, NOOR.name, ("The source was late.",))
        check_statement(review, "r1")
        mark_published(connection, "r1", "m" * 64, {"model-output/a.parquet": "f" * 64}, NOOR, AT)
        published(connection, "r2", supersedes="r1")
        assert (standing(connection, "r1").state, standing(connection, "r1").superseded_by) == ("superseded", "r2")
        found = latest_published(connection)
        assert found is not None
        assert found.id == "r2"
        withdraw(connection, "r2", REASON, ADA, AT)
        assert [each.state for each in all_standing(connection)] == ["superseded", "withdrawn"]
        assert latest_published(connection) is None
        kinds = [entry.kind for entry in posted(connection)]
    assert kinds == [
        "release_submitted", "release_reviewed", "figure_overridden", "release_published", "forecast_registered",
        "release_submitted", "release_reviewed", "release_published", "forecast_registered", "release_superseded",
        "release_withdrawn",
    ]  # fmt: skip


def test_nobody_reviews_what_they_made(store: Store) -> None:
    renamed, rekeyed = Signer("havre.example/other-name", ADA.private), Signer(ADA.name, EVE.private)
    with store.change() as connection:
        submit(connection, "r1", DRAFT, ADA, AT)
        for who in (ADA, renamed, rekeyed):
            with pytest.raises(RecordError, match="cannot review"):
                approve(connection, "r1", DRAFT, who, AT)
            with pytest.raises(RecordError, match="cannot review"):
                refuse(connection, "r1", REASON, who, AT)
            with pytest.raises(RecordError, match="cannot review"):
                override(connection, "r1", OVERRIDE, who, AT)
            with pytest.raises(RecordError, match="cannot review"):
                add_note(connection, "r1", "note", who, AT)
        assert standing(connection, "r1").state == "in_review"


def test_another_draft_than_the_submitted_one_is_not_approved(store: Store) -> None:
    with store.change() as connection:
        submit(connection, "r1", DRAFT, ADA, AT)
        with pytest.raises(RecordError, match="changed"):
            approve(connection, "r1", "e" * 64, NOOR, AT)
        refuse(connection, "r1", REASON, NOOR, AT)
        with pytest.raises(RecordError, match="refused"):
            approve(connection, "r1", DRAFT, NOOR, AT)
        assert posted(connection)[-1].body["reason"] == REASON


def test_steps_out_of_turn_are_refused(store: Store) -> None:
    with store.change() as connection:
        with pytest.raises(RecordError, match="no release"):
            standing(connection, "r1")
        submit(connection, "r1", DRAFT, ADA, AT)
        with pytest.raises(RecordError, match="already"):
            submit(connection, "r1", DRAFT, ADA, AT)
        with pytest.raises(RecordError, match="in review"):
            submit(connection, "r2", DRAFT, ADA, AT, supersedes="r1")
        with pytest.raises(RecordError, match="in review"):
            mark_published(connection, "r1", "m" * 64, {}, NOOR, AT)
        with pytest.raises(RecordError, match="in review"):
            withdraw(connection, "r1", REASON, ADA, AT)
        with pytest.raises(RecordError, match="approved"):
            reviewed(connection, "r1")
        approve(connection, "r1", DRAFT, NOOR, AT)
        with pytest.raises(RecordError, match="approved"):
            add_note(connection, "r1", "too late", NOOR, AT)


@pytest.mark.parametrize("change", [{"reason": "short"}, {"reason": f"short{' ' * 40}"}, {"stated": -1.0},
                                    {"stated": 1.5}, {"stated": float("nan")}, {"stated": float("inf")},
                                    {"reason": "x" * 20_001}])  # fmt: skip
def test_an_override_needs_a_count_and_a_reason(store: Store, change: dict[str, object]) -> None:
    with store.change() as connection:
        submit(connection, "r1", DRAFT, ADA, AT)
        with pytest.raises(RecordError):
            override(connection, "r1", replace(OVERRIDE, **change), NOOR, AT)  # type: ignore[arg-type]


def test_a_clock_that_goes_back_does_not_turn_the_order(store: Store) -> None:
    with store.change() as connection:
        submit(connection, "r1", DRAFT, ADA, AT)
        approve(connection, "r1", DRAFT, NOOR, AT - timedelta(days=2))
        assert standing(connection, "r1").changed_at == AT


def test_of_two_reviewers_at_once_one_wins(store: Store) -> None:
    with store.change() as connection:
        submit(connection, "r1", DRAFT, ADA, AT)
    ready, told = Barrier(2), []

    def decide(approves: bool) -> None:  # noqa: FBT001 - a test
        ready.wait()
        try:
            with store.change() as connection:
                if approves:
                    approve(connection, "r1", DRAFT, NOOR, AT)
                else:
                    refuse(connection, "r1", REASON, NOOR, AT)
            told.append("done")
        except RecordError as error:
            told.append(str(error))

    threads = [Thread(target=decide, args=(approves,)) for approves in (True, False)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told.count("done") == 1
    with store.read() as connection:
        kinds = [entry.kind for entry in posted(connection)]
        state = standing(connection, "r1").state
    assert len(kinds) == 2
    assert kinds[1] == {"approved": "release_reviewed", "refused": "release_refused"}[state]


@given(
    st.sampled_from(
        [
            "reviewer",
            "draft",
            "notes",
            "overrides",
            "signature",
            "statement",
            "reviewed_at",
            "author",
            "author_verifier",
            "supersedes",
            "corrects",
        ]
    )
)
def test_what_was_signed_is_what_is_told(part: str) -> None:
    from havre.record.reviewed import Reviewed
    from havre.record.statements import Origin, sign_statement

    origin = Origin(ADA.verifier.text, "r0", "c0")
    signed = sign_statement("r1", DRAFT, "approved", NOOR, AT, None, [OVERRIDE], ["note"], origin)
    review = Reviewed(ADA.name, NOOR.name, AT, DRAFT, ("note",), (OVERRIDE,), statement=signed.text,
                      signature=signed.signature, verifier=NOOR.verifier.text, author_verifier=ADA.verifier.text,
                      supersedes="r0", corrects="c0")  # fmt: skip
    check_statement(review, "r1")
    changes: dict[str, object] = {
        "reviewer": "havre.example/eve", "draft": "e" * 64, "notes": (), "overrides": (replace(OVERRIDE, stated=1.0),),
        "signature": signed.signature[:-4] + "AAA=", "statement": signed.text.replace("note", "Note"),
        "reviewed_at": AT + timedelta(seconds=1), "author": "havre.example/zoe",
        "author_verifier": EVE.verifier.text, "supersedes": None, "corrects": "c1",
    }  # fmt: skip
    with pytest.raises(RecordError):
        check_statement(replace(review, **{part: changes[part]}), "r1")  # type: ignore[arg-type]
    with pytest.raises(RecordError):
        check_statement(review, "r2")


def test_nothing_personal_and_nothing_but_text_enters_the_log_by_a_review(store: Store) -> None:
    hostile = ("Mail jane@doe.org, tel +33612345678, please.", "Turned \u202e round and \x1b[31m red for a while.")
    with store.change() as connection:
        submit(connection, "r1", DRAFT, ADA, AT)
        for text in hostile:
            with pytest.raises(RecordError):
                override(connection, "r1", replace(OVERRIDE, reason=text), NOOR, AT)
            with pytest.raises(RecordError):
                add_note(connection, "r1", text, NOOR, AT)
            with pytest.raises(RecordError):
                refuse(connection, "r1", text, NOOR, AT)
        approve(connection, "r1", DRAFT, NOOR, AT)
        mark_published(connection, "r1", "m" * 64, {}, NOOR, AT)
        for text in hostile:
            with pytest.raises(RecordError):
                withdraw(connection, "r1", text, NOOR, AT)
        assert [entry.kind for entry in posted(connection)][:2] == ["release_submitted", "release_reviewed"]
        assert standing(connection, "r1").state == "published"


def test_what_was_withdrawn_meanwhile_is_not_superseded(store: Store) -> None:
    with store.change() as connection:
        published(connection)
        submit(connection, "r2", DRAFT, ADA, AT, supersedes="r1")
        approve(connection, "r2", DRAFT, NOOR, AT)
        withdraw(connection, "r1", "Its source was taken back by the office.", NOOR, AT)
        mark_published(connection, "r2", "m" * 64, {}, NOOR, AT)
        assert standing(connection, "r1").state == "withdrawn"
        assert "release_superseded" not in [entry.kind for entry in posted(connection)]
