"""The register that comes with Havre: its size, its two languages, and the corrections that it must hold."""

import json
from datetime import date

import pytest

from havre.audit.register.load import Register, load_register
from havre.audit.register.models import STALE_AFTER, Entry

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
        ("itflows.service-article", {"itflows.last-period", "itflows.service-found"}),
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
