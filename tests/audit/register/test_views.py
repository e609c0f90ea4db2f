"""What stands side by side, what contradicts, and what the public register leaves out."""

from havre.audit.register.load import load_register
from havre.audit.register.views import annex_rows, claims_of, groups_of, sections_of


def conflicts(system: str) -> set[tuple[str, str | None]]:
    return {
        (group.field, group.about) for group in groups_of(load_register().entries[system].claims) if group.conflicts
    }


def test_values_that_contradict_stand_side_by_side() -> None:
    assert ("accuracy.sample", None) in conflicts("iborderctrl")
    assert ("scale.people", None) in conflicts("ees")
    assert ("scale.refusals", None) in conflicts("ees")
    assert ("scale.size", None) in conflicts("sbms")
    assert conflicts("sis") == set()


def test_every_claim_stands_in_exactly_one_group_of_one_section() -> None:
    register = load_register()
    for entry in register.systems:
        shown = [c for _, groups in sections_of(register, entry.claims) for group in groups for c in group.claims]
        assert sorted(c.id for c in shown) == sorted(c.id for c in entry.claims)


def test_a_system_carries_the_claims_of_its_contexts_if_wanted() -> None:
    register = load_register()
    entry = register.entries["sbms"]
    more = {claim.entry for claim in claims_of(register, entry, with_contexts=True)}
    assert more == {"sbms", "ai-act", "data-protection", "biometric-tests"}


def test_annex_viii_shows_what_the_section_that_is_not_public_leaves_out() -> None:
    rows = {row.point: row for row in annex_rows(load_register(), load_register().entries["eurodac"])}
    assert {point for point, row in rows.items() if not row.asked} == {
        "A6", "A8", "A9", "A11", "A12", "A13", "C4", "C5",
    }  # fmt: skip
    assert {claim.id for claim in rows["A6"].claims} == {"eurodac.data", "eurodac.security-flag"}
    assert all(claim.status != "refuted" for row in rows.values() for claim in row.claims)


def test_annex_viii_takes_no_funder_for_a_deployer_and_no_trial_for_service() -> None:
    register = load_register()
    rows = {row.point: row.claims for row in annex_rows(register, register.entries["iborderctrl"])}
    assert [point for point, claims in rows.items() if claims] == ["A4", "A5", "A6"]
    flora = {row.point: row.claims for row in annex_rows(register, register.entries["flora"])}
    assert [claim.value for claim in flora["C1"]] == ["Federal Office for Migration and Refugees (BAMF)"]
