"""The register that comes with Havre: its size, its two languages, and the corrections that it must hold."""

import json
import re
from datetime import date
from pathlib import Path

import pytest

from havre.audit.register.dates import first_day, last_day
from havre.audit.register.load import Register, load_register
from havre.audit.register.models import STALE_AFTER, Entry
from havre.texts import LANGUAGES

EXPECTED = {
    "itflows", "iborderctrl", "roborder", "eurodac", "cir", "mid", "sbms", "ees", "etias", "sis", "flora", "ebsi",
    "dialect",
}  # fmt: skip


@pytest.fixture(scope="module")
def register() -> Register:
    return load_register()


def test_it_holds_the_systems_and_at_least_150_claims(register: Register) -> None:
    assert {entry.id for entry in register.systems} >= EXPECTED
    assert len(register.systems) >= 14
    assert sum(1 for _ in register.claims) >= 150


def test_every_claim_has_source_date_status_and_both_languages(register: Register) -> None:
    for claim in register.claims:
        source = register.sources[claim.source]
        assert all((source.title, source.publisher, source.date, claim.date, claim.status, claim.verification)), (
            claim.id
        )
        assert claim.en != claim.fr, claim.id
    assert len({claim.id for claim in register.claims}) == sum(1 for _ in register.claims)


def test_every_source_is_used(register: Register) -> None:
    assert set(register.sources) == {claim.source for claim in register.claims}


def test_no_person_is_named(register: Register) -> None:
    told = [text for claim in register.claims for text in (claim.en, claim.fr)]
    assert not [text for text in told if re.search(r"\b[A-Z]\. [A-Z][a-z]+\b", text)]
    titles = [source.named(language) for source in register.sources.values() for language in LANGUAGES]
    assert not [title for title in titles if re.search(r"quotes [A-Z]\.|cite [A-Z]\.", title)]


def test_only_those_who_use_a_system_stand_as_its_deployer(register: Register) -> None:
    deployers = {claim.id: claim.value for claim in register.claims if claim.field == "actors.deployer" and claim.value}
    assert deployers == {"flora.authority": "Federal Office for Migration and Refugees (BAMF)"}
    assert register.claim("iborderctrl.funder").field == "actors.funder"
    points = {name: field.annex for name, field in register.vocabulary.fields.items() if field.annex}
    assert [name for name, point in points.items() if point == "C1"] == ["actors.deployer"]
    assert [name for name, point in points.items() if point == "A1"] == ["actors.provider"]
    assert [name for name, point in points.items() if point == "A10"] == ["place.states"]
    assert not {"status.project_start", "status.trial", "place.pilots", "actors.funder"} & set(points)


def test_every_statement_was_made_before_the_register_was_checked(register: Register) -> None:
    for entry in register.entries.values():
        assert all(first_day(claim.date) <= last_day(entry.checked_on) for claim in entry.claims)
    annex = register.claim("ai-act.annex-x")
    assert (annex.date, annex.applies_from, annex.value) == ("2026-07-27", "2030-12-31", "2030-12-31")
    spent = register.claim("eu-border-funding.frontex-2027")
    assert (spent.date_is, spent.as_of, spent.status) == ("read", "2027", "organisation")


def test_what_is_not_known_of_a_system_says_whether_anybody_looked(register: Register) -> None:
    absent = {claim.id: claim.status for claim in register.claims if claim.is_absent}
    assert absent["sbms.measured"] == absent["ees.measured"] == absent["cir.count"] == "not_found"
    assert absent["ai-act.template"] == "not_published"
    assert absent["ees.unknown-group-rates"] == absent["esp.unknown-error-rates"] == "not_recorded"
    for entry in register.systems:
        for name, topic in register.vocabulary.topics.items():
            if topic.is_asked_of(entry):
                assert topic.is_told_by(entry) != (f"{entry.id}.unknown-{name}" in absent), (entry.id, name)


def test_an_explanation_is_told_with_both_contested_days(register: Register) -> None:
    claims = [claim for claim in register.claims if claim.id.startswith("ai-act.explanation-")]
    days = {(claim.about, claim.applies_from) for claim in claims}
    for_all, annex_x = "art. 86, from when", "art. 86, from when, Annex X systems"
    assert days == {
        (for_all, "2026-08-02"), (for_all, "2027-12-02"), (annex_x, "2026-08-02"), (annex_x, "2030-12-31"),
    }  # fmt: skip
    assert all("contested" in claim.en and "contest" in claim.fr for claim in claims)
    text = register.claim("ai-act.explanation").en
    assert all(year in text for year in ("2026", "2027", "2030"))


def test_what_a_court_said_is_kept_apart_from_what_the_editors_take_from_it(register: Register) -> None:
    assert "clicks" not in register.claim("data-protection.schufa").en
    taken = register.claim("data-protection.schufa-reading")
    assert (taken.status, taken.rests_on) == ("reading", ("data-protection.schufa",))
    article = register.claim("itflows.service-article")
    assert (article.status, article.refuted_by) == ("disputed", ())  # nothing was found that says otherwise
    assert "press" in register.claim("eurodac.stock-recent").en
    growth = register.claim("eu-border-funding.security-growth-computed")
    before, after = (register.claim(f"eu-border-funding.{name}").number for name in ("security-before", "security"))
    assert before
    assert after
    assert growth.number == round(after / before - 1, 2)


def test_both_judgments_on_iborderctrl_are_told_with_their_outcome(register: Register) -> None:
    outcomes = {claim.id: claim.en for claim in register.claims if claim.field == "litigation.outcome"}
    assert outcomes["iborderctrl.case-first-outcome"].startswith("T-158/19: the refusal of access was annulled in part")
    assert outcomes["iborderctrl.case-appeal-outcome"].startswith("C-135/22 P: the appeal was dismissed")
    assert register.claim("iborderctrl.case-appeal-outcome").verification == "unverified"


def test_systems_and_contexts_are_counted_apart(register: Register) -> None:
    counts = register.counts()
    assert counts["systems"] + counts["contexts"] == len(register.entries)
    assert counts["claims"] + counts["shared"] + counts["unknown"] == sum(1 for _ in register.claims)
    assert counts["claims"] > 250


def test_names_fields_units_and_sections_are_in_both_languages(register: Register) -> None:
    words = register.vocabulary
    for parts in (words.sections, words.fields, words.units, words.annex):
        named = [part.model_dump() for part in parts.values()]
        assert all(part["en"].strip() and part["fr"].strip() for part in named)
    assert {field.split(".")[0] for field in words.fields} == set(words.sections)
    assert {field.annex for field in words.fields.values() if field.annex} <= set(words.annex)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("eurodac.origin-article", {"eurodac.origin", "eurodac.recast-purpose"}),
        ("sbms.created-article", {"sbms.start"}),
        ("sbms.people-article", {"sbms.people-2020", "sbms.templates-2025"}),
        ("data-protection.art22-article", {"data-protection.art22", "data-protection.art22-guarantee"}),
        ("eu-border-funding.h2020-article", {"eu-border-funding.h2020"}),
    ],
)
def test_what_the_article_got_wrong_stands_refuted_beside_what_is_right(
    register: Register, wrong: str, right: set[str]
) -> None:
    claim = register.claim(wrong)
    assert (claim.status, claim.source) == ("refuted", "article")
    assert set(claim.refuted_by) == right


def test_values_that_must_not_be_repeated_as_fact(register: Register) -> None:
    people, templates = register.claim("sbms.people-2020"), register.claim("sbms.templates-2025")
    assert (people.value, people.unit) == (400_000_000, "persons")
    assert (templates.value, templates.unit) == (400_000_000, "templates")
    assert register.claim("sbms.start").value == "2025-05-19"
    assert {claim.value for claim in register.claims if claim.id.startswith("iborderctrl.sample-")} == {30, 32}
    assert register.claim("iborderctrl.sensitivity-disputed").status == "disputed"
    assert register.claim("iborderctrl.sensitivity-disputed").verification == "unverified"
    assert register.claim("flora.dublin").status == "promised"
    assert register.claim("iborderctrl.not-banned").value == "not banned"


def test_the_contested_window_of_the_ai_act_is_shown_in_both_readings(register: Register) -> None:
    readings = {claim.reading: claim.applies_from for claim in register.claims if claim.id.startswith("ai-act.window-")}
    assert readings == {"letter of art. 113": "2026-08-02", "class must exist first": "2027-12-02"}


def test_an_entry_grows_stale_from_the_end_of_the_month_in_which_it_was_checked(register: Register) -> None:
    entry: Entry = register.entries["sbms"].model_copy(update={"checked_on": "2026-10"})
    assert not entry.is_stale(date(2026, 10, 3))
    assert not entry.is_stale(date(2027, 5, 2))
    assert entry.is_stale(date(2027, 5, 3))
    assert (date(2027, 5, 3) - date(2026, 10, 31)).days == STALE_AFTER + 1


def test_no_claim_names_a_private_place_on_a_disk(register: Register) -> None:
    text = json.dumps([claim.model_dump(mode="json") for claim in register.claims])
    assert "/work" not in text
    assert "/tmp" not in text  # noqa: S108 - the text, not a file


def test_the_guide_tells_the_numbers_of_the_register(register: Register) -> None:
    counts = register.counts()
    told = (
        "{systems} systems with {claims} claims, {contexts} contexts that they share (law, money, tests) with {shared}"
    )
    guide = (Path(__file__).parents[3] / "docs" / "register.md").read_text(encoding="utf-8")
    assert told.format(**counts) in guide
    assert f"{counts['unknown']} notes of what is not known" in guide
