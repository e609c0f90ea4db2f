"""Reads the register from its files and refuses it with every problem at once."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from havre.audit.register.models import Claim, Entry, Source
from havre.audit.register.vocabulary import Vocabulary
from havre.errors import Problem, RegisterError, check_none

Model = TypeVar("Model", bound=BaseModel)
THIS_REGISTER = "register"
"""The source that says that nothing is recorded here: the register itself."""
NEAR = 0.6
"""How like a word must be to be called a near match; 1 is the same."""


@dataclass(frozen=True)
class Register:
    """All entries with their sources and vocabulary; entries and claims by identifier."""

    entries: Mapping[str, Entry]
    sources: Mapping[str, Source]
    vocabulary: Vocabulary

    @property
    def systems(self) -> tuple[Entry, ...]:
        """The entries that are systems."""
        return tuple(entry for entry in self.entries.values() if entry.kind == "system")

    @property
    def contexts(self) -> tuple[Entry, ...]:
        """The entries that several systems share: law, money, tests."""
        return tuple(entry for entry in self.entries.values() if entry.kind == "context")

    @property
    def claims(self) -> Iterator[Claim]:
        """Every claim of every entry."""
        return (claim for entry in self.entries.values() for claim in entry.claims)

    def counts(self) -> Mapping[str, int]:
        """Count systems and contexts, their claims, and beside them what is not known."""
        told = {
            name: [claim for entry in entries for claim in entry.claims]
            for name, entries in (("claims", self.systems), ("shared", self.contexts))
        }
        return {
            "systems": len(self.systems),
            "contexts": len(self.contexts),
            **{name: sum(not claim.is_absent for claim in claims) for name, claims in told.items()},
            "unknown": sum(claim.is_absent for claim in self.claims),
            "sources": len(self.sources),
        }

    def claim(self, identifier: str) -> Claim:
        """Give a claim by its identifier.

        Raises
        ------
        KeyError : there is no such claim
        """
        entry = self.entries[identifier.split(".", maxsplit=1)[0]]
        found = next((claim for claim in entry.claims if claim.id == identifier), None)
        if found is None:
            raise KeyError(identifier)
        return found

    def system(self, name: str) -> Entry:
        """Give an entry by its identifier or its name, in any case.

        Raises
        ------
        RegisterError : there is no such entry
        """
        word = name.strip().casefold()
        for entry in self.entries.values():
            if word in (entry.id, entry.name.en.casefold(), entry.name.fr.casefold()):
                return entry
        near = ", ".join(self.near(name)) or "–"
        raise RegisterError("register.unknown_system", name=name, known=", ".join(self.entries), near=near)

    def near(self, name: str) -> list[str]:
        """Give the identifiers of entries whose identifier or name is like a word, the nearest first."""
        words = {entry.id: entry.id for entry in self.entries.values()}
        for entry in self.entries.values():
            words |= {each.casefold(): entry.id for each in (entry.name.en, entry.name.fr)}
        found = get_close_matches(name.strip().casefold(), words, n=4, cutoff=NEAR)
        return list(dict.fromkeys(words[each] for each in found))


@cache
def load_register() -> Register:
    """Read the register that comes with Havre; errors as :func:`read_register`."""
    return read_register(files(__package__))


def read_register(folder: Traversable) -> Register:
    """Read and check a register from a folder laid out as this package.

    Raises
    ------
    RegisterError : every file that cannot be read, and every claim that lacks something or refers to nothing
    """
    from havre.audit.register.checks import check_register

    problems: list[Problem] = []
    paths = sorted((folder / "entries").iterdir(), key=lambda path: path.name)
    tables = {path.name: _read_toml(path, problems) for path in paths if path.name.endswith(".toml")}
    named = {name: _read_toml(folder / name, problems) for name in ("sources.toml", "fields.toml", "annex_viii.toml")}
    entries = [_make(Entry, _with_ids(table), name, problems) for name, table in tables.items()]
    sources = {
        key: found
        for key, table in named["sources.toml"].items()
        if (found := _make(Source, table, f"sources.toml [{key}]", problems))
    }
    words = {**named["fields.toml"], "annex": named["annex_viii.toml"]}
    vocabulary = _make(Vocabulary, words, "fields.toml", problems)
    check_none(problems, RegisterError)
    if vocabulary is None:  # it would have been a problem above
        raise RegisterError("register.syntax", path="fields.toml", reason="?")
    register = Register({entry.id: _told(entry, vocabulary) for entry in entries if entry}, sources, vocabulary)
    check_register(register)
    return register


def _told(entry: Entry, vocabulary: Vocabulary) -> Entry:
    """Add a claim for each topic on which the entry says that nothing is recorded."""
    topics = [(name, vocabulary.topics[name]) for name in entry.not_recorded if name in vocabulary.topics]
    claims = [
        Claim(
            id=f"{entry.id}.unknown-{name}",
            field=topic.fields[0],
            about=topic.en,
            status="not_recorded",
            verification="nothing",
            source=THIS_REGISTER,
            date=entry.checked_on,
            date_is="read",
            en=topic.unknown.en,
            fr=topic.unknown.fr,
        )
        for name, topic in topics
    ]
    return entry.model_copy(update={"claims": (*entry.claims, *claims)})


def _read_toml(path: Traversable, problems: list[Problem]) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        problems.append(Problem.of("register.syntax", path=path.name, reason=str(error).splitlines()[0]))
        return {}


def _with_ids(table: Mapping[str, Any]) -> dict[str, Any]:
    """Give each claim its full identifier from the entry's and its own key."""
    claims = table.get("claims", {})
    if not isinstance(claims, Mapping):
        return dict(table)
    return {**table, "claims": [{"id": f"{table.get('id')}.{key}", **claim} for key, claim in claims.items()]}


def _make(kind: type[Model], table: Mapping[str, Any], path: str, problems: list[Problem]) -> Model | None:
    if not table:
        return None
    try:
        return kind.model_validate(table)
    except ValidationError as error:
        found = [dict(each) for each in error.errors(include_url=False)]
        # A claim that is faulty makes its list too short as well, which says nothing more.
        told = [each for each in found if each["type"] != "too_short"] or found
        problems += [_problem(each, table, path) for each in told]
        return None


def _problem(error: Mapping[str, Any], table: Mapping[str, Any], path: str) -> Problem:
    loc = [part for part in error["loc"] if part not in ("screening", "questions", "identification")]
    if len(loc) > 1 and loc[0] == "claims":
        loc[1] = table["claims"][loc[1]]["id"]
    place = ".".join(str(part) for part in loc[:-1]) if len(loc) > 1 else ""
    where = f"{path}: {place}" if place else path
    name = str(loc[-1]) if loc else ""
    if error["type"] == "missing":
        return Problem.of("register.lacks", place=where, field=name)
    if error["type"] == "extra_forbidden":
        return Problem.of("register.unknown_field", place=where, field=name)
    if error["type"] == "literal_error":
        return Problem.of("register.not_one_of", place=where, field=name, expected=error["ctx"]["expected"])
    return Problem.of(
        "register.wrong_value", place=where, field=name, reason=error["msg"].removeprefix("Value error, ")
    )
