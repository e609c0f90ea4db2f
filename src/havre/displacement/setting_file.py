"""``simsetting.yml``: read into settings with every fault at its line, and written from settings.

Flee ignores keys that it does not know, so that a misspelt one does nothing. Strict reading refuses misspellings; keys
that are like none are told as a warning, since Flee's own files have some.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar, cast, get_args

from havre.displacement.findings import Findings, shown
from havre.displacement.near_names import misspelt, near
from havre.displacement.setting_values import UNREADABLE, Entry, ValueReader
from havre.displacement.settings import ConflictSpawning, FloodSpawning, Settings
from havre.errors import Problem, Term

if TYPE_CHECKING:
    import yaml

    Loaded = tuple[yaml.SafeLoader, yaml.Node | None]

Section = TypeVar("Section")
LARGEST = 1_000_000
"""Bytes of a settings file."""
OPTIMISATIONS = "optimisations"
UNREAD: Mapping[str, str] = MappingProxyType(
    {
        "camps_are_sinks": "camps_are_sicks",
        "flood_spawn_mode": "flood_driven_spawn_mode",
        "flood_driven_spawning": "flood_driven_spawn_mode",
    }
)
"""Keys of Flee's manual and files that Flee does not read, with those that it reads instead."""
_RATIO = "pop_ratio"
_PER_LEVEL = (0.0, 100.0, 200.0, 300.0, 500.0)
_PER_CONFLICT_DAY = 0.01


@dataclass(frozen=True)
class _Optimisations:
    hasten: int = 1


def read_settings(path: Path, *, lenient: bool = False) -> tuple[Settings, tuple[Problem, ...]]:
    """Read a settings file.

    Parameters
    ----------
    lenient : read what Flee would read, with warnings

    Returns
    -------
    The settings, and what is odd about the file.

    Raises
    ------
    DisplacementError : the file cannot be read, or has faults; all are told
    """
    findings = Findings(lenient=lenient)
    settings = settings_of(path, findings)
    findings.check()
    return settings, findings.warnings


def settings_of(path: Path, findings: Findings) -> Settings:
    """Read a settings file and take note of its faults; what cannot be read keeps its default."""
    loaded = _load(path, findings)
    if loaded is None:
        return Settings()
    loader, root = loaded
    values = ValueReader(str(path), loader, findings)
    if root is None or values.is_nothing(Entry("", "", 1, root)):
        findings.wrong(Problem.of("displacement.flee.file.empty", file=path), flee_runs=True)
        return Settings()
    reader = _Sections(values, loader, findings)
    settings = reader.read(root)
    spawn = settings.spawn_rules
    if spawn.conflict_zone_spawning_only and spawn.flood_zone_spawning_only:
        findings.wrong(Problem.of("displacement.flee.settings.both_zones", file=path))
    return settings


def settings_text(settings: Settings) -> str:
    """Write settings as the text of a settings file; keys that Flee does not read only where they are set."""
    import yaml

    written = _written(settings)
    written[OPTIMISATIONS] = {"hasten": written.pop("hasten")}
    return yaml.safe_dump(written, sort_keys=False, allow_unicode=True)


def _written(section: object) -> dict[str, object]:
    """Give the fields of a section in their order; one that is ``None`` is a key that is not there."""
    found: dict[str, object] = {}
    for each in fields(section):  # type: ignore[arg-type]  # sections are dataclasses
        value = getattr(section, each.name)
        if value is None or (each.name in (*UNREAD, *UNREAD.values()) and value is False):
            continue
        if is_dataclass(value):
            value = _written(value)
        found[each.name] = list(value) if isinstance(value, tuple) else value
    return found


def _load(path: Path, findings: Findings) -> "Loaded | None":
    import yaml

    try:
        if not path.is_file():
            key = "displacement.flee.settings.no_file" if path.exists() else "displacement.flee.settings.missing"
            findings.cannot_read(Problem.of(key, file=path))
            return None
        content = path.read_bytes() if path.stat().st_size <= LARGEST else None
    except OSError as error:
        reason = error.strerror or str(error)
        findings.cannot_read(Problem.of("displacement.flee.file.unreadable", file=path, reason=reason))
        return None
    if content is None:
        findings.cannot_read(Problem.of("displacement.flee.settings.too_large", file=path, most=LARGEST))
        return None
    try:
        loader = yaml.SafeLoader(content.decode("utf-8-sig"))
        return loader, loader.get_single_node()
    except UnicodeDecodeError as error:
        row, byte = content.count(b"\n", 0, error.start) + 1, f"0x{content[error.start]:02X}"
        findings.cannot_read(Problem.of("displacement.flee.file.encoding", file=path, row=row, value=byte))
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or getattr(error, "reason", None) or type(error).__name__
        row = mark.line + 1 if mark else 1
        findings.cannot_read(Problem.of("displacement.flee.settings.syntax", file=path, row=row, reason=shown(reason)))
    return None


class _Sections:
    """Reads the mappings of one file, each into its dataclass."""

    def __init__(self, values: ValueReader, loader: "yaml.SafeLoader", findings: Findings) -> None:
        self._values = values
        self._loader = loader
        self._findings = findings
        self._homes: dict[str, str] = {}
        for name, home in _homes():
            self._homes[name] = f"{self._homes[name]}, {home}" if name in self._homes else home

    def read(self, root: "yaml.Node") -> Settings:
        """Read the whole file."""
        entries = self._entries(Entry("", "", root.start_mark.line + 1, root))
        if entries is None:
            return Settings()
        optimisations = entries.pop(OPTIMISATIONS, None)
        settings = self._section(Settings, entries, also=(OPTIMISATIONS,), but=("hasten",))
        inner = self._entries(optimisations) if optimisations else None
        hasten = self._section(_Optimisations, inner).hasten if inner else 1
        return replace(settings, hasten=hasten)

    def _section(
        self, kind: type[Section], entries: dict[str, Entry], *, also: tuple[str, ...] = (), but: tuple[str, ...] = ()
    ) -> Section:
        known = {each.name: each.type for each in fields(kind) if each.name not in but}  # type: ignore[arg-type]
        values: dict[str, object] = {}
        for name, entry in entries.items():
            if name not in known:
                self._unknown(entry, (*known, *also))
                continue
            value = self._unread(known[name], entry) if name in UNREAD else self._value(known[name], entry)
            if value is not UNREADABLE:
                values[name] = value
        return kind(**self._by_mode(kind, values, entries))

    def _value(self, kind: object, entry: Entry) -> object:
        choices = get_args(kind)
        if type(None) in choices:
            kind = next(choice for choice in choices if choice is not type(None))
            if not is_dataclass(kind) and self._values.is_nothing(entry):
                return None
        if is_dataclass(kind):
            return self._inner(cast("type[object]", kind), entry, may_be_empty=type(None) not in choices)
        items = get_args(kind)
        return self._values.read_list(items[0], entry) if items else self._values.read(kind, entry)

    def _inner(self, kind: type[object], entry: Entry, *, may_be_empty: bool) -> object:
        # A section may have no keys at all; a rule that a mapping turns on needs the mapping.
        if may_be_empty and self._values.is_nothing(entry):
            return UNREADABLE
        entries = self._entries(entry)
        return UNREADABLE if entries is None else self._section(kind, entries)

    def _unread(self, kind: object, entry: Entry) -> object:
        """Read a key that Flee does not: Flee runs whatever stands there."""
        with self._findings.unused():
            value = self._value(kind, entry)
        if value is not False:
            facts = {"file": self._values.file, "row": entry.line, "key": entry.path}
            self._findings.warn(Problem.of("displacement.flee.settings.unread", read=UNREAD[entry.name], **facts))
        return value

    def _by_mode(self, kind: type[object], values: dict[str, object], entries: dict[str, Entry]) -> dict[str, object]:
        """Fill in and check what depends on the spawn mode."""
        mode = values.get("spawn_mode")
        if kind is ConflictSpawning:
            name = "displaced_per_conflict_day"
            displaced = values.get(name)
            if mode == _RATIO:
                values.setdefault(name, _PER_CONFLICT_DAY)
            elif isinstance(displaced, float) and displaced != int(displaced):
                self._values.wrong(entries[name], Term("displacement.flee.expected.whole_setting"), flee_runs=True)
                values[name] = float(int(displaced))
        elif kind is FloodSpawning and mode not in (None, _RATIO):
            values.setdefault("displaced_per_flood_day", _PER_LEVEL)
        return values

    def _entries(self, entry: Entry) -> dict[str, Entry] | None:
        """Give the keys of a mapping; of a key that stands twice the last, as Flee does."""
        import yaml

        node = entry.node
        if not isinstance(node, yaml.MappingNode):
            self._values.wrong(entry, Term("displacement.flee.expected.mapping"))
            return None
        found: dict[str, Entry] = {}
        for key, value in self._pairs(node):
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else "[…]"
            path = f"{entry.path}.{name}" if entry.path else name
            line = key.start_mark.line + 1
            if name in found:
                facts = {"file": self._values.file, "row": line, "key": shown(path), "first": found[name].line}
                self._findings.wrong(Problem.of("displacement.flee.settings.twice", **facts), flee_runs=True)
            found[name] = Entry(name, shown(path), line, value)
        return found

    def _pairs(self, node: "yaml.MappingNode") -> "list[tuple[yaml.Node, yaml.Node]]":
        """Give keys with values; of those merged in (``<<``) the ones that the mapping does not have itself."""
        import yaml

        own = [pair for pair in node.value if pair[0].tag != "tag:yaml.org,2002:merge"]
        if len(own) == len(node.value):
            return own
        names = {key.value for key, _ in own if isinstance(key, yaml.ScalarNode)}
        try:
            self._loader.flatten_mapping(node)
        except (yaml.YAMLError, RecursionError):
            problem = Problem.of(
                "displacement.flee.settings.merge", file=self._values.file, row=node.start_mark.line + 1
            )
            self._findings.wrong(problem)
            return own
        merged = {key.value: (key, value) for key, value in node.value if isinstance(key, yaml.ScalarNode)}
        return [*(pair for name, pair in merged.items() if name not in names), *own]

    def _unknown(self, entry: Entry, known: tuple[str, ...]) -> None:
        facts = {"file": self._values.file, "row": entry.line, "key": entry.path}
        if entry.name in self._homes:
            home = self._homes[entry.name]
            self._findings.warn(Problem.of("displacement.flee.settings.elsewhere", home=home, **facts))
        elif misspelt(entry.name, known):
            problem = Problem.of("displacement.flee.settings.misspelt", near=near(entry.name, known), **facts)
            self._findings.wrong(problem, flee_runs=True)
        else:
            everywhere = (*known, *self._homes)
            self._findings.warn(
                Problem.of("displacement.flee.settings.unknown", near=near(entry.name, everywhere), **facts)
            )


def _homes() -> Iterator[tuple[str, str]]:
    """Give every key with the path under which Flee reads it."""
    yield "hasten", f"{OPTIMISATIONS}.hasten"
    for section in fields(Settings):
        if section.name != "hasten":
            yield section.name, section.name
        if is_dataclass(section.type):
            for each in fields(section.type):
                yield each.name, f"{section.name}.{each.name}"
                inner = next((choice for choice in get_args(each.type) if is_dataclass(choice)), None)
                if inner is not None and each.name not in UNREAD:
                    for deep in fields(inner):
                        yield deep.name, f"{section.name}.{each.name}.{deep.name}"
