"""The register as JSON, CSV and JSON-LD, complete: every claim with its source written out.

References
----------
W3C, JSON-LD 1.1, https://www.w3.org/TR/json-ld11/. schema.org, https://schema.org/Claim.
"""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from typing import Any

from havre.audit.register.load import Register
from havre.audit.register.models import Claim, Entry

FORMAT = "havre-register/2"
COLUMNS = (
    "entry", "kind", "name_en", "name_fr", "checked_on", "claim", "field", "about", "value", "value_high", "unit",
    "status", "verification", "date", "date_is", "as_of", "where", "reading", "applies_from", "sample", "rests_on",
    "refuted_by", "text_en", "text_fr", "source_title", "source_publisher", "source_kind", "source_date", "source_url",
)  # fmt: skip
SCHEMA_ORG = "https://schema.org/"


def to_json(register: Register, entries: Iterable[Entry]) -> str:
    """Write entries as JSON: claims in full, the source of each beside it."""
    content = {
        "format": FORMAT,
        "entries": [
            {
                **entry.model_dump(mode="json", exclude={"claims"}, exclude_none=True),
                "claims": [_claim(claim, register) for claim in entry.claims],
            }
            for entry in entries
        ],
    }
    return _dump(content)


def to_csv(register: Register, entries: Iterable[Entry]) -> str:
    """Write entries as CSV, one row per claim; lists are joined by spaces."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for entry in entries:
        for claim in entry.claims:
            row = _row(entry, claim, register)
            writer.writerow([_cell(row.get(column)) for column in COLUMNS])
    return text.getvalue()


def to_json_ld(register: Register, entries: Iterable[Entry]) -> str:
    """Write entries as JSON-LD with the words of schema.org; what it has no word for stands in ``havre:``."""
    graph = [_thing(entry, register) for entry in entries]
    return _dump({"@context": {"@vocab": SCHEMA_ORG, "havre": "urn:havre:register:"}, "@graph": graph})


def json_schema() -> str:
    """Write the JSON Schema of an entry as the loader checks it, with identifiers already given to claims."""
    return _dump({"$schema": "https://json-schema.org/draft/2020-12/schema", **Entry.model_json_schema()})


def _claim(claim: Claim, register: Register) -> dict[str, Any]:
    source = register.sources[claim.source].model_dump(mode="json", exclude_none=True)
    return {**claim.model_dump(mode="json", exclude_none=True), "source": {"id": claim.source, **source}}


def _row(entry: Entry, claim: Claim, register: Register) -> Mapping[str, object]:
    source = register.sources[claim.source]
    low, high = claim.value if isinstance(claim.value, tuple) else (claim.value, None)
    return {
        **claim.model_dump(),
        "entry": entry.id, "kind": entry.kind, "name_en": entry.name.en, "name_fr": entry.name.fr,
        "checked_on": entry.checked_on, "claim": claim.id, "value": low, "value_high": high,
        "text_en": claim.en, "text_fr": claim.fr, "source_title": source.title, "source_kind": source.kind,
        "source_publisher": source.publisher, "source_date": source.date, "source_url": source.url,
    }  # fmt: skip


def _cell(value: object) -> object:
    if value is None:
        return ""
    text = " ".join(str(part) for part in value) if isinstance(value, tuple) else value
    # A spreadsheet would take such a text for a formula.
    return f"'{text}" if isinstance(text, str) and text[:1] in "=+-@\t\r" and text else text


def _thing(entry: Entry, register: Register) -> dict[str, Any]:
    return {
        "@id": f"havre:{entry.id}",
        "@type": "Thing",
        "name": _both(entry.name.en, entry.name.fr),
        "havre:checkedOn": entry.checked_on,
        "havre:includes": [{"@id": f"havre:{name}"} for name in entry.includes],
        "subjectOf": [_ld_claim(claim, register) for claim in entry.claims],
    }


def _ld_claim(claim: Claim, register: Register) -> dict[str, Any]:
    source = register.sources[claim.source]
    work = {
        "@type": "CreativeWork",
        "name": source.title,
        "publisher": {"@type": "Organization", "name": source.publisher},
    }
    if source.url:
        work["url"] = source.url
    if source.date != "undated":
        work["datePublished"] = source.date
    found = {
        "@id": f"havre:{claim.id}",
        "@type": "Claim",
        "text": _both(claim.en, claim.fr),
        "creativeWorkStatus": claim.status,
        "datePublished": claim.date if claim.date_is == "stated" else None,
        "temporalCoverage": claim.as_of,
        "havre:readOn": claim.date if claim.date_is == "read" else None,
        "havre:appliesFrom": claim.applies_from,
        "citation": work,
        "havre:verification": claim.verification,
        "havre:value": _property_value(claim),
        "havre:restsOn": [{"@id": f"havre:{target}"} for target in claim.rests_on],
        "havre:refutedBy": [{"@id": f"havre:{target}"} for target in claim.refuted_by],
    }
    return {key: value for key, value in found.items() if value}


def _property_value(claim: Claim) -> dict[str, Any]:
    found: dict[str, Any] = {"@type": "PropertyValue", "propertyID": claim.field, "name": claim.about}
    if isinstance(claim.value, tuple):
        found |= {"minValue": claim.value[0], "maxValue": claim.value[1]}
    elif claim.value is not None:
        found["value"] = claim.value
    if claim.unit not in (None, "text"):
        found["unitText"] = claim.unit
    return {key: value for key, value in found.items() if value is not None}


def _both(english: str, french: str) -> list[dict[str, str]]:
    return [{"@language": "en", "@value": english}, {"@language": "fr", "@value": french}]


def _dump(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"
