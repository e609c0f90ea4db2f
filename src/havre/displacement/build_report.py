"""The report of an instance that was built: from which tables, by which assumptions, and which rows were left out.

English and French for people, JSON for programs. The same tables and options give the same bytes.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import date
from typing import Any

from havre.displacement.build_cells import CAMPS
from havre.displacement.build_notes import Built, Note
from havre.displacement.build_options import BuildOptions, BuildSources, TableFile, TableName
from havre.texts import LANGUAGES, Language, say

REPORTS: Mapping[Language, str] = {"en": "build-report.md", "fr": "build-report.fr.md"}
JSON_REPORT = "build-report.json"


def report_files(built: Built, sources: BuildSources, options: BuildOptions) -> dict[str, str]:
    """Write the report: text by name of the file.

    Raises
    ------
    OSError : a table cannot be read any more
    """
    hashes = {name: hashlib.sha256(table.path.read_bytes()).hexdigest() for name, table in sources.files().items()}
    texts = {REPORTS[language]: report_text(built, sources, hashes, language) for language in LANGUAGES}
    return {**texts, JSON_REPORT: report_json(built, sources, hashes, options)}


def report_text(built: Built, sources: BuildSources, hashes: Mapping[TableName, str], language: Language) -> str:
    """Write the report for people, as Markdown."""

    def told(key: str, **facts: object) -> str:
        return say("displace_build", key, language, **facts)

    instance = built.instance
    camps = sum(place.location_type in CAMPS for place in instance.locations)
    size = told(
        "report.size",
        start=instance.start,
        length=instance.length,
        places=len(instance.locations),
        camps=camps,
        zones=len(instance.conflicts.names),
        roads=len(instance.routes),
    )
    parts = [f"# {told('report.title', name=_plain(instance.name))}", size]
    parts += _section(built.terms, told("report.terms"), language)
    for kind in ("warned", "assumed", "told"):
        notes = [note for note in built.assumptions if note.kind == kind]
        parts += _section(notes, told(f"report.{kind}"), language)
    parts += [f"## {told('report.rows')}", "\n".join(_row_lines(built, language))]
    parts += [f"## {told('report.sources')}", "\n".join(_source_lines(sources, hashes, language))]
    return "\n\n".join(parts) + "\n"


def _section(notes: "list[Note] | tuple[Note, ...]", heading: str, language: Language) -> Iterator[str]:
    if notes:
        yield f"## {heading}"
        yield "\n".join(f"- {_plain(note.sentence(language))}" for note in notes)


def _row_lines(built: Built, language: Language) -> Iterator[str]:
    for count in built.counts:
        table = say("displace_build", f"table.{count.table}", language)
        yield "- " + say("displace_build", "report.read", language, table=table, read=count.read, used=count.used)
        for reason, number in count.dropped.items():
            why = say("displace_build", f"dropped.{reason}", language)
            yield "  - " + say("displace_build", "report.dropped", language, count=number, reason=why)


def _source_lines(sources: BuildSources, hashes: Mapping[TableName, str], language: Language) -> Iterator[str]:
    for name, table in sources.files().items():
        facts = {
            "table": say("displace_build", f"table.{name}", language),
            "file": _plain(table.path.name),
            "source": _plain(table.source) or say("displace_build", "report.no_source", language),
            "licence": _plain(table.licence) or say("displace_build", "report.no_licence", language),
            "hash": hashes[name],
        }
        yield "- " + say("displace_build", "report.source", language, **facts)


def _plain(text: str) -> str:
    """Keep text of a table from being taken for Markdown or HTML."""
    for sign in "\\`*_[]<>|":
        text = text.replace(sign, "\\" + sign)
    return " ".join(text.split())


def report_json(built: Built, sources: BuildSources, hashes: Mapping[TableName, str], options: BuildOptions) -> str:
    """Write the report for programs."""
    instance = built.instance
    content = {
        "instance": {
            "name": instance.name,
            "start": instance.start,
            "length": instance.length,
            "places": len(instance.locations),
            "camps": [place.name for place in instance.locations if place.location_type in CAMPS],
            "conflict_zones": list(instance.conflicts.names),
            "roads": len(instance.routes),
        },
        "options": {each.name: getattr(options, each.name) for each in fields(options) if each.name != "settings"},
        "sources": {name: _source(table, hashes[name]) for name, table in sources.files().items()},
        "rows": {
            count.table: {"read": count.read, "used": count.used, "dropped": dict(count.dropped)}
            for count in built.counts
        },
        "terms": [_note(note) for note in built.terms],
        "notes": [_note(note) for note in built.assumptions],
    }
    return json.dumps(content, ensure_ascii=False, indent=2, default=_as_json) + "\n"


def _source(table: TableFile, digest: str) -> dict[str, str]:
    return {"file": table.path.name, "source": table.source, "licence": table.licence, "sha256": digest}


def _note(note: Note) -> dict[str, object]:
    said: dict[str, object] = {language: note.sentence(language) for language in LANGUAGES}
    return {"kind": note.kind, "key": note.key, "fields": dict(note.fields), **said}


def _as_json(value: Any) -> object:
    return value.isoformat() if isinstance(value, date) else str(value)
