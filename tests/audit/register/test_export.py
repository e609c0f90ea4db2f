"""Exports hold every claim with its source written out."""

import csv
import io
import json
import tomllib
from importlib.resources import files

import jsonschema

from havre.audit.register.export import COLUMNS, json_schema, to_csv, to_json, to_json_ld
from havre.audit.register.load import load_register

REGISTER = load_register()
ENTRIES = tuple(REGISTER.entries.values())
CLAIMS = tuple(REGISTER.claims)


def test_json_holds_every_claim_with_its_source() -> None:
    content = json.loads(to_json(REGISTER, ENTRIES))
    claims = [claim for entry in content["entries"] for claim in entry["claims"]]
    assert [claim["id"] for claim in claims] == [claim.id for claim in CLAIMS]
    assert all(claim["source"]["title"] and claim["source"]["publisher"] for claim in claims)


def test_csv_has_one_row_per_claim_and_no_formulas() -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv(REGISTER, ENTRIES))))
    assert tuple(rows[0]) == COLUMNS
    assert [row["claim"] for row in rows] == [claim.id for claim in CLAIMS]
    assert all(row["source_title"] and row["status"] and row["date"] for row in rows)
    low, high = next((row["value"], row["value_high"]) for row in rows if row["claim"] == "itflows.partners")
    assert (float(low), float(high)) == (13, 14)
    assert not [cell for row in rows for cell in row.values() if cell[:1] in ("=", "+", "@")]


def test_json_ld_loads_without_a_network_and_tells_both_languages() -> None:
    content = json.loads(to_json_ld(REGISTER, ENTRIES))
    assert content["@context"] == {"@vocab": "https://schema.org/", "havre": "urn:havre:register:"}
    claims = [claim for thing in content["@graph"] for claim in thing["subjectOf"]]
    assert len(claims) == len(CLAIMS)
    assert all([text["@language"] for text in claim["text"]] == ["en", "fr"] for claim in claims)
    assert all(claim["citation"]["name"] for claim in claims)


def test_the_published_schema_accepts_every_entry_and_refuses_one_without_a_source() -> None:
    schema = json.loads(json_schema())
    validator = jsonschema.Draft202012Validator(schema)
    for path in (files("havre.audit.register") / "entries").iterdir():
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        entry = raw | {"claims": [{"id": f"{raw['id']}.{key}", **claim} for key, claim in raw["claims"].items()]}
        assert list(validator.iter_errors(entry)) == []
        del entry["claims"][0]["source"]
        assert [error.validator for error in validator.iter_errors(entry)] == ["required"]


def test_exports_keep_the_day_of_a_statement_apart_from_the_time_of_which_it_speaks() -> None:
    graph = json.loads(to_json_ld(REGISTER, ENTRIES))["@graph"]
    claims = {claim["@id"]: claim for thing in graph for claim in thing["subjectOf"]}
    stock, rule, spent = (
        claims[f"havre:{name}"] for name in ("eurodac.stock-2022", "ai-act.annex-x", "eu-border-funding.frontex-2027")
    )
    assert (stock["datePublished"], stock["temporalCoverage"]) == ("2023-09-18", "2022")
    assert (rule["datePublished"], rule["havre:appliesFrom"]) == ("2026-07-27", "2030-12-31")
    assert (spent["havre:readOn"], spent["temporalCoverage"], "datePublished" in spent) == ("2026-10", "2027", False)
    rows = {row["claim"]: row for row in csv.DictReader(io.StringIO(to_csv(REGISTER, ENTRIES)))}
    assert (rows["eurodac.stock-2022"]["as_of"], rows["ees.unknown-threshold"]["value"]) == ("2022", "")
