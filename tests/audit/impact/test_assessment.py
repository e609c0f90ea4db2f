"""Assessments: filled in from register and audit, with sources; unknown stays unknown; readers see all of it."""

import json
import re
from io import BytesIO
from xml.etree import ElementTree as ET
from zipfile import ZIP_STORED, ZipFile

import pytest

from havre.audit.impact.articles import article_text, split_articles
from havre.audit.impact.assessment import Assessment, Row
from havre.audit.impact.load import KINDS
from havre.audit.impact.models import Kind
from havre.audit.impact.odt import render_odt
from havre.audit.impact.page import lay_out
from havre.audit.impact.render import render_html, render_json
from havre.audit.register.load import load_register
from havre.texts import LANGUAGES, Language
from tests.audit.impact.assessments import DAY, answered, assessed

_ODF = "{urn:oasis:names:tc:opendocument:xmlns:"
MANIFEST, STYLE, TEXT = (f"{_ODF}{name}:1.0}}" for name in ("manifest", "style", "text"))
LINK = "{http://www.w3.org/1999/xlink}"


def row(assessment: Assessment, name: str) -> Row:
    return next(row for row in assessment.rows if row.question.id == name)


def test_register_and_audit_fill_in_with_claims() -> None:
    made = assessed()
    wrong = row(made, "d-mostly-wrong").prefilled.suggested[0]
    assert (wrong.answer, wrong.figure) == ("yes", "mostly_wrong")
    assert "iborderctrl.sensitivity-disputed" in {claim.id for claim in wrong.claims}
    # What nobody has looked for is no answer; what was looked for in vain is one.
    assert row(made, "d-group-rates").prefilled.suggested == ()
    measured = row(assessed(system="sbms"), "d-published").prefilled.suggested[0]
    assert (measured.answer, [claim.id for claim in measured.claims]) == ("no", ["sbms.measured"])
    assert row(made, "b-uses").state == "unrecorded"
    assert row(made, "e-stop").state == "open"
    assert row(made, "a-purpose").state == "filled"
    assert row(assessed(system="sbms"), "d-beyond-test").answers == (("yes",),)


def test_no_system_is_given_an_answer_without_claims() -> None:
    for kind in KINDS:
        for entry in load_register().systems:
            for each in assessed(kind=kind, system=entry.id).rows:
                assert all(suggested.claims for suggested in each.prefilled.suggested)


def test_answers_stand_beside_the_register_and_none_outweighs_another() -> None:
    made = assessed(answered(d_group_rates="yes", e_before="yes"), answered(by="B", d_group_rates="no", e_before="no"))
    assert row(made, "d-group-rates").differs
    assert row(made, "e-before").answers == (("yes",), ("no",))
    by_id = {(score.rule.rule, score.rule.id): score for score in made.scores}
    assert by_id["warning", "groups-unknown"].known is None
    assert by_id["count", "oversight"].counts == (0, 0, 5, 1)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_tells_every_question_and_loads_nothing(kind: Kind, lang: Language) -> None:
    made = assessed(kind=kind, system="sbms")
    html = render_html(made, lang)
    assert f'lang="{lang}"' in html
    assert not re.search(r"<script|<link|@import|src=\"http", html)
    text = html.replace("&#39;", "'").replace("&amp;", "&")
    assert all(question.text(lang) in text for question in made.questionnaire.questions.values())
    other: Language = "fr" if lang == "en" else "en"
    assert not any(question.text(other) in text for question in made.questionnaire.questions.values())
    # Every number in brackets has its source below, and every source is cited.
    cited = {int(number) for number in re.findall(r'href="#source-(\d+)"', html)}
    assert cited == {int(number) for number in re.findall(r'id="source-(\d+)"', html)}
    assert ("Rien n’est consigné" if lang == "fr" else "Nothing recorded") in html


def test_text_of_answers_is_no_markup() -> None:
    html = render_html(assessed(answered(a_purpose="<b>x</b>", by="<i>")), "en")
    assert "<b>x</b>" not in html
    assert "<i>" not in html


@pytest.mark.parametrize("lang", LANGUAGES)
def test_opendocument_holds_the_same_as_the_page(lang: Language) -> None:
    odfdo = pytest.importorskip("odfdo")
    page = lay_out(assessed(answered(a_purpose="sort & send")), lang)
    document = odfdo.Document(BytesIO(render_odt(page, DAY)))
    assert document.language == {"en": "en-GB", "fr": "fr-FR"}[lang]
    tables = [table for part in page.parts for table in part.tables]
    assert [table.height for table in document.body.tables] == [len(table.rows) + 1 for table in tables]
    headings = [str(heading).strip() for heading in document.body.headers]
    assert headings == [page.notice.title, *(part.title for part in page.parts), page.sources_title]
    assert "sort & send" in document.get_formatted_text()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_opendocument_is_whole_and_the_same_each_time(lang: Language) -> None:
    page = lay_out(assessed(answered(a_purpose="one\x0b\ntwo")), lang)
    content = render_odt(page, DAY)
    assert render_odt(page, DAY) == content
    # What people wrote is text, and no sign that XML cannot hold comes into the file.
    odd = lay_out(assessed(answered(a_deployer="</text:p>&\x01\x00\ufffe<b>")), "en")
    with ZipFile(BytesIO(render_odt(odd, DAY))) as archive:
        told = "".join(ET.fromstring(archive.read("content.xml")).itertext())  # noqa: S314 - our own
    assert "</text:p>&\ufffd\ufffd\ufffd<b>" in told
    with ZipFile(BytesIO(content)) as archive:
        names = archive.namelist()
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", ZIP_STORED)
        assert archive.read("mimetype") == b"application/vnd.oasis.opendocument.text"
        files = {name: ET.fromstring(archive.read(name)) for name in names[1:]}  # noqa: S314 - our own
    listed = {each.get(f"{MANIFEST}full-path") for each in files["META-INF/manifest.xml"]}
    assert listed == {"/", *names} - {"mimetype", "META-INF/manifest.xml"}
    assert len(listed) == 4
    body = files["content.xml"]
    # Every style that is used is defined, every link within the document has its mark, and no paragraph is a spacer.
    used = {value for each in body.iter() for key, value in each.items() if key.endswith("}style-name")}
    assert used <= {each.get(f"{STYLE}name") for name in files for each in files[name].iter(f"{STYLE}style")}
    marks = {each.get(f"{TEXT}name") for each in body.iter() if each.tag.startswith(f"{TEXT}bookmark")}
    links = {each.get(f"{LINK}href") or "" for each in body.iter(f"{TEXT}a")}
    assert {link[1:] for link in links if link.startswith("#")} <= marks
    assert any(link.startswith("https://") for link in links)
    empty = [each for each in body.iter(f"{TEXT}p") if not "".join(each.itertext()).strip()]
    assert {each.get(f"{TEXT}style-name") for each in empty} <= {"Answer", "Table_20_Contents"}


def test_articles_that_were_not_read_are_marked_everywhere() -> None:
    for kind in KINDS:
        made = assessed(kind=kind)
        page = render_html(made, "en")
        for question in made.questionnaire.questions.values():
            to_check = split_articles(question.article)[1]
            marked = article_text(to_check, "en")
            assert not to_check or f"to be checked against the Official Journal: {marked}" in page
        assert ("These articles were not read" in page) == (kind == "dpia")
    assert split_articles("AI Act 26(11), 50(3)") == ("AI Act 26(11), 50(3)", "")
    assert split_articles("GDPR recital 38, Charter 24") == ("", "GDPR recital 38, Charter 24")


def test_json_tells_what_made_each_score() -> None:
    found = json.loads(render_json(assessed(answered(life_touched="no")), "fr"))
    life = next(score for score in found["scores"] if score["id"] == "life")
    assert (life["known"], life["made_from"][0]["answers"]) == ("none", [["no"]])
    assert [one["asked"] for one in life["made_from"]] == [True, False, False, False]
    question = next(one for one in found["questions"] if one["id"] == "life-gravity")
    assert question["state"] == "not_asked"
    assert sum(found["counts"].values()) == len(found["questions"])
