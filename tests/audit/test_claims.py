"""Claims stand side by side, each with its source and date."""

from pathlib import Path
from typing import Any

import pytest

from havre.audit.claims import groups_that_differ, parse_claims, read_claims
from havre.audit.rates import Rate
from havre.audit.screening import Screening
from havre.errors import AuditError, FileError

GOOD = {
    "name": "paper",
    "sensitivity": "11/15",
    "specificity": "76%@15",
    "source": "doi:x",
    "date": "2018",
    "status": "measured",
}


def parse(*rows: dict[str, Any]) -> Any:
    return parse_claims({"system": "S", "claim": list(rows)}, "claims.toml")


def test_conflicting_claims_are_kept_apart_and_named() -> None:
    hoped = {**GOOD, "name": "hoped", "sensitivity": "0.999", "status": "promised"}
    found = parse(GOOD, hoped)
    assert [claim.name for claim in found.claims] == ["paper", "hoped"]
    assert found.contradictions() == [("paper", "hoped")]
    assert parse(GOOD, {**GOOD, "name": "press", "sensitivity": "0.76"}).contradictions() == []


def test_bare_rates_that_differ_by_more_than_rounding_are_named_where_no_sample_could_tell() -> None:
    bare = {**GOOD, "sensitivity": "76%", "specificity": "76%"}
    others = {"rounded": "75.6%", "less": "73.66%", "counted": "11/15"}
    rows = [{**bare, "name": name, "sensitivity": rate} for name, rate in others.items()]
    assert parse(bare, *rows).disagreements() == [("paper", "less"), ("rounded", "less")]
    assert parse(GOOD, {**GOOD, "name": "hoped", "sensitivity": "0.999"}).disagreements() == []


def test_groups_that_were_not_published_are_a_result() -> None:
    assert parse(GOOD).claims[0].groups is None
    found = parse({**GOOD, "groups": {"women": {"specificity": "500/1000"}, "men": {"specificity": "700/1000"}}})
    assert found.claims[0].groups["women"].sensitivity.share == pytest.approx(11 / 15)
    assert groups_that_differ(found.claims[0].groups) == [("women", "men", "specificity")]
    fewer = {"women": {"sensitivity": "30/50"}, "men": {"sensitivity": "50/50"}}
    assert groups_that_differ(parse({**GOOD, "groups": fewer}).claims[0].groups) == [("women", "men", "sensitivity")]
    assert groups_that_differ({"a": Screening(Rate(1), Rate(1)), "b": Screening(Rate(1), Rate(0))}) == []


@pytest.mark.parametrize("field", ["source", "date", "status", "name", "sensitivity"])
def test_a_claim_that_lacks_something_is_refused(field: str) -> None:
    with pytest.raises(AuditError, match=f"lacks “{field}”"):
        parse({name: value for name, value in GOOD.items() if name != field})


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(AuditError) as caught:
        parse({**GOOD, "status": "sure", "date": "soon"}, {**GOOD, "sensitivity": "140%", "groups": "unknown"})
    assert [problem.key for problem in caught.value.problems] == [
        "audit.claim_status", "audit.claim_date", "audit.claim_rate", "audit.share", "audit.claim_groups"
    ]  # fmt: skip


def test_files(tmp_path: Path) -> None:
    with pytest.raises(FileError):
        read_claims(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_bytes(b"system = '\xe9'")
    with pytest.raises(FileError, match="TOML"):
        read_claims(tmp_path / "bad.toml")
    (tmp_path / "empty.toml").write_text("system = 'S'")
    with pytest.raises(AuditError, match="no claim"):
        read_claims(tmp_path / "empty.toml")
