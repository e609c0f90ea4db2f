"""Whoever has an old folder finds out from the log what became of it, and the list says the same to a site."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from havre.errors import FileError, RecordError
from havre.record.contest import answer, contest_of, contests, file_contest
from havre.record.contest_figures import contestable_figures
from havre.record.contest_list import ListPage, plain_contest, plain_list, render_contests
from havre.record.contest_log import entries_of, what_became
from havre.record.contest_texts import ContestText
from havre.record.draft import draft_digest
from havre.record.log.reading import folder_files
from havre.record.publication import Record, open_record, publish
from havre.record.review import refuse, submit, withdraw
from havre.record.verify import verify_release
from tests.record.log.log_case import KEY, OTHER
from tests.record.published_case import WORDS, approved, drafted, made_record
from tests.record.record_case import ADA, AT, NOOR
from tests.record.track_case import LOGGED, logged_release
from tests.small_panel import APPLICATIONS

FIGURE = f"{APPLICATIONS}/SYR/DEU/2021-02"
WORDS_OF_ANSWER = {"summary": "A person says that June is wrong.", "reasons": "The source was corrected since then."}
TEXT = ContestText("Amina Karimi was counted twice.", contact="amina@example.org")


@pytest.fixture
def record(tmp_path: Path, address: str | None) -> Path:
    """A contest upheld by a new release, one by a correction, one by a withdrawal, and one rejected."""
    folder = tmp_path / "record"
    made_record(folder, address)
    with open_record(folder, address) as held:
        logged_release(held)
        ids = filed(held, 4)
        logged_release(held, "r-2", LOGGED + timedelta(days=3), supersedes="r-1", corrects=ids[0])
        with held.store.change() as connection:
            withdraw(connection, "r-1", "Its source was withdrawn by the provider.", NOOR, LOGGED + timedelta(days=4))
            remedies = (("release", "r-2"), ("correction", "June: 5 instead of 10."), ("withdrawal", "r-1"))
            for number, (remedy, told) in enumerate(remedies):
                answer(connection, held.settings, ids[number], NOOR, LOGGED + timedelta(days=5), outcome="upheld",
                       remedy=remedy, remedy_id=told, **WORDS_OF_ANSWER)  # fmt: skip
            answer(connection, held.settings, ids[3], NOOR, LOGGED + timedelta(days=5), outcome="rejected",
                   **WORDS_OF_ANSWER)  # fmt: skip
        held.flush([KEY])
    return folder


def filed(held: Record, number: int) -> list[str]:
    with held.store.change() as connection:
        return [
            file_contest(connection, held.settings, "r-1", FIGURE, TEXT, LOGGED + timedelta(hours=hour)).id
            for hour in range(number)
        ]


def test_every_link_stands_in_the_store_and_in_the_log_both_ways(record: Path, address: str | None) -> None:
    with open_record(record, address) as held:
        with held.store.read() as connection:
            found = {each.remedy: each for each in contests(connection, held.settings)}
        became = {each.release: each for each in what_became(held.log.entries())}
        upheld = found["release"]
        # From the contest to the release, and from the release to the contest, in store, manifest and log.
        assert (upheld.release, upheld.remedy_id) == ("r-1", "r-2")
        assert json.loads((held.release("r-2") / "manifest.json").read_bytes())["review"]["corrects"] == upheld.id
        assert [step.told["contest"] for step in became["r-2"].steps if step.kind == "corrects"] == [upheld.id]
        steps = [(step.kind, step.told.get("contest")) for step in became["r-1"].steps]
        assert steps == [
            ("superseded", None),
            ("withdrawn", None),
            ("upheld", found["release"].id),
            ("upheld", found["correction"].id),
            ("correction", found["correction"].id),
            ("upheld", found["withdrawal"].id),
        ]
        # The old folder is as it was published, and its id is all that is needed.
        assert verify_release(held.release("r-1"), [KEY.verifier]).release == "r-1"


def test_a_reader_with_the_log_alone_checks_what_it_tells(record: Path) -> None:
    log = record / "log"
    entries = entries_of(folder_files(log), [KEY.verifier], "log")
    assert {each.release for each in what_became(entries)} == {"r-1", "r-2"}
    with pytest.raises(RecordError):
        entries_of(folder_files(log), [OTHER.verifier], "log")
    for bundle in [path for path in (log / "tile" / "entries").rglob("*") if path.is_file()]:
        bundle.write_bytes(bundle.read_bytes().replace(b"June: 5 instead", b"June: 6 instead"))
    with pytest.raises(RecordError, match="root"):
        entries_of(folder_files(log), [KEY.verifier], "log")


def test_the_list_holds_what_is_public_and_nothing_else(record: Path, address: str | None) -> None:
    with open_record(record, address) as held, held.store.read() as connection:
        found, became = contests(connection, held.settings), what_became(held.log.entries())
    late = replace(found[0], acknowledged_at=None, answered_at=None, outcome=None, state="filed")
    at = AT.replace(year=2021, month=6)
    plain = plain_list([late, *found[1:]], became, at)
    text = json.dumps(plain) + render_contests([late, *found[1:]], became, at)
    for private in ("Amina", "Karimi", "amina@"):
        assert private not in text
    first, second = plain["contests"][0], plain["contests"][1]  # type: ignore[index]
    assert first["late"] == ["acknowledgement", "answer"]
    assert (first["age_days"], second["age_days"]) == ((at - LOGGED).days, 4)
    assert (second["late"], second["outcome"]) == (["acknowledgement"], "upheld")


def test_the_page_marks_what_is_late_in_both_languages_and_runs_nothing(record: Path, address: str | None) -> None:
    with open_record(record, address) as held, held.store.read() as connection:
        found, became = contests(connection, held.settings), what_became(held.log.entries())
    hostile = replace(found[0], summary="<script>alert(1)</script>")
    page = render_contests([hostile, *found[1:]], became, AT)
    english, french = page.split('<div class="page" data-language="fr"')
    assert "acknowledged late or not at all" in english
    assert "accusé de réception tardif" in french
    assert "June: 5 instead of 10." in english
    assert "upheld" not in french
    assert "&lt;script&gt;" in page
    assert re.search(r"<script|src=|https?://", page) is None


def test_the_figures_of_a_release_are_named_hidden_ones_too(tmp_path: Path) -> None:
    made_record(tmp_path / "record")
    with open_record(tmp_path / "record") as held:
        approved(held, "r-1")
        folder = publish(held, "r-1", NOOR, [KEY], WORDS, AT)
    figures = contestable_figures(folder)
    assert "germany/SYR/DEU/2021-01" in figures
    assert "germany/ERI/DEU/2021-01" in figures
    assert len(figures) == 11 * 12
    with pytest.raises(FileError):
        contestable_figures(tmp_path)
    (tmp_path / "forecast.csv").write_text("a,b\n1,2\n")
    with pytest.raises(RecordError, match=r"forecast\.csv"):
        contestable_figures(tmp_path)


def test_nothing_became_of_a_release_of_which_nothing_is_told(tmp_path: Path) -> None:
    made_record(tmp_path / "record")
    with open_record(tmp_path / "record") as held:
        logged_release(held, author=ADA)
        assert what_became(held.log.entries()) == ()
    assert "Nothing was contested" in render_contests([], (), AT)


def test_a_withdrawal_names_the_contest_that_led_to_it_and_a_refused_remedy_is_shown(tmp_path: Path) -> None:
    made_record(tmp_path / "record")
    with open_record(tmp_path / "record") as held:
        logged_release(held)
        drafted(held, "r-2")
        digest = draft_digest(held.draft("r-2"))
        with held.store.change() as connection:
            receipts = [file_contest(connection, held.settings, "r-1", "release", TEXT, AT) for _ in range(2)]
            first, second = (each.id for each in receipts)
            submit(connection, "r-2", digest, ADA, AT, corrects=first)
            answer(connection, held.settings, first, NOOR, AT, outcome="upheld", remedy="release", remedy_id="r-2",
                   **WORDS_OF_ANSWER)  # fmt: skip
            assert contest_of(connection, held.settings, first).is_owed is False
            refuse(connection, "r-2", "The input of May is missing in the panel.", NOOR, AT)
            found = contest_of(connection, held.settings, first)
            with pytest.raises(RecordError, match="no contest nobody of the release r-1"):
                withdraw(connection, "r-1", "Contested and found to be wrong.", NOOR, AT, contest="nobody")
            withdraw(connection, "r-1", "Contested and found to be wrong.", NOOR, AT, contest=second)
        held.flush([KEY])
        [became] = what_became(held.log.entries())
    assert found.is_owed
    assert plain_contest(found, AT)["remedy_state"] == "refused"
    assert "Nouvelle publication : r-2 (refusée). Elle a été refusée" in ListPage("fr", AT).remedy(found)
    page = render_contests([found], [became], AT)
    assert page.count("r-2 (refused)") == page.count("r-2 (refusée)") == 1
    assert [(step.kind, step.told["contest"]) for step in became.steps] == [
        ("upheld", first), ("owed", first), ("withdrawn", second)]  # fmt: skip
    told = ListPage("en", AT).steps(became)
    assert "still owed" in told[1]
    assert f"withdrawn after contest {second}" in told[2]
