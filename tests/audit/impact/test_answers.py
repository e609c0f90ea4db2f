"""Answer files: what is read, and every problem at once."""

import json
from pathlib import Path
from typing import Any

import pytest

from havre.audit.impact.answers import parse_answers, read_all_answers, read_answers
from havre.audit.impact.blank import blank_answers
from havre.audit.impact.load import KINDS, load_questionnaire
from havre.audit.impact.models import Kind
from havre.errors import FileError, HavreError, RegisterError
from havre.texts import LANGUAGES
from tests.audit.impact.assessments import DAY, Answer, answered, assessed, content

FRIA = load_questionnaire("fria")


def keys(error: HavreError) -> list[str]:
    return [problem.key for problem in error.problems]


def refused(table: dict[str, Any]) -> list[str]:
    with pytest.raises(RegisterError) as caught:
        parse_answers(table, "a.toml", FRIA, "iborderctrl")
    assert "a.toml" in caught.value.message("fr")
    return keys(caught.value)


def test_answers_of_every_kind() -> None:
    made = answered(
        a_purpose=" why ", e_before="OUI", e_stop=False, a_decision="sorts", c_groups=["children", "asylum"],
        b_uses=1.5e6, b_start="2026-10", f_published={"answer": "yes", "source": "letter", "note": ""},
    )  # fmt: skip
    values = {name: given.values for name, given in made.answers.items()}
    assert values == {
        "a-purpose": ("why",), "e-before": ("yes",), "e-stop": ("no",), "a-decision": ("sorts",),
        "c-groups": ("children", "asylum"), "b-uses": ("1500000",), "b-start": ("2026-10",), "f-published": ("yes",),
    }  # fmt: skip
    assert (made.answers["f-published"].source, made.answers["f-published"].note) == ("letter", None)


@pytest.mark.parametrize("said", ["", "unknown", "Inconnu", "not published", " "])
def test_unknown_is_no_answer(said: str) -> None:
    assert answered(e_before=said, b_uses=said).answers["b-uses"].values == ()


def test_all_problems_are_told_at_once() -> None:
    table = content(e_befor="yes", e_stop="perhaps", a_decision="none of it", b_uses=-1, b_start="soon", f_review=3.5)
    table |= {"version": 9, "role": "king", "colour": "blue", "by": " "}
    found = refused(table)
    assert found.count("impact.head") == 3
    assert found.count("impact.wrong_kind") == 4
    assert {"impact.unknown_field", "impact.unknown_question", "impact.not_an_option"} < set(found)


@pytest.mark.parametrize(
    ("name", "value"),
    [("e-before", 1), ("e-before", ["yes"]), ("a-purpose", 3), ("a-purpose", True), ("b-uses", True),
     ("b-uses", "many"), ("b-uses", float("nan")), ("b-uses", 10**400), ("b-start", "2026-13-01"), ("b-start", 1e9),
     ("a-decision", ["sorts", "part"]), ("c-groups", ["none", "children"]), ("c-groups", [3]), ("c-groups", "child")],
)  # fmt: skip
def test_answers_of_a_wrong_kind(name: str, value: Answer) -> None:
    table = content()
    table["answers"][name] = value
    assert set(refused(table)) <= {"impact.wrong_kind", "impact.not_an_option"}


@pytest.mark.parametrize(
    ("answers", "key"),
    [
        ({"e-before": "no", "e-two": "yes"}, "impact.contradiction"),
        ({"c-refuse": "yes", "c-told": "no"}, "impact.contradiction"),
        ({"b-start": "2026-05-02", "b-end": "2026-05-01"}, "impact.order"),
        ({"life-touched": "no", "life-gravity": "grave"}, "impact.not_asked"),
        ({"c-groups": ["asylum"], "f-children": "yes"}, "impact.not_asked"),
    ],
)
def test_answers_that_contradict_each_other(answers: dict[str, Answer], key: str) -> None:
    assert refused(content() | {"answers": answers}) == [key]


def test_an_answer_without_the_one_it_hangs_on_is_no_contradiction() -> None:
    made = answered(life_gravity="grave", b_start="2026", b_end="2026-05-01")
    assert made.values("life-gravity") == ("grave",)


def test_files(tmp_path: Path) -> None:
    with pytest.raises(FileError):
        read_answers(tmp_path / "none.toml", FRIA, "iborderctrl")
    path = tmp_path / "a.json"
    path.write_text(json.dumps(content(e_before="yes")), encoding="utf-8-sig")
    assert read_answers(path, FRIA, "iborderctrl").values("e-before") == ("yes",)
    for text in (b"\xff", b"{", b"[]", b'{"answers": {"e-before": "yes", "e-before": "no"}}', b"[" * 100_000):
        path.write_bytes(text)
        with pytest.raises(FileError):
            read_answers(path, FRIA, "iborderctrl")
    (tmp_path / "b.toml").write_text("x = 1\nx = 2")
    with pytest.raises(RegisterError) as caught:
        read_all_answers([path, tmp_path / "b.toml", tmp_path / "none.toml"], FRIA, "iborderctrl")
    assert keys(caught.value) == ["file.damaged", "file.damaged", "file.missing"]


def test_half_a_letter_is_in_no_file(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(content(a_deployer="\ud800")))
    with pytest.raises(FileError) as caught:
        read_answers(path, FRIA, "iborderctrl")
    assert keys(caught.value) == ["file.damaged"]


def test_answers_about_another_system_or_questionnaire() -> None:
    assert refused(content(system="sbms")) == ["impact.head"]
    assert "impact.head" in refused(content("dpia"))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_blank_file_asks_everything_and_can_be_read(kind: Kind, lang: str, tmp_path: Path) -> None:
    questionnaire = load_questionnaire(kind)
    text = blank_answers(questionnaire, "fr" if lang == "fr" else "en", DAY, assessed(kind=kind))
    assert "iborderctrl.purpose" in text
    path = tmp_path / "blank.toml"
    path.write_text(text.replace('by = ""', 'by = "X"'), encoding="utf-8")
    made = read_answers(path, questionnaire, "iborderctrl")
    assert list(made.answers) == list(questionnaire.questions)
    assert not any(given.values for given in made.answers.values())
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RegisterError):
        read_answers(path, questionnaire, "iborderctrl")
