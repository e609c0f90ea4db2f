"""Single values of ``simsetting.yml``: what Flee's conversion makes of them, and where that is not what was meant.

Flee reads with Python's ``bool``, ``int`` and ``float``. A value of another type than the setting's is a fault where
the conversion changes its meaning (the text ``"False"`` is true), and a warning where it does not (``"0.3"``).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite
from re import ASCII
from re import compile as compile_pattern
from types import MappingProxyType
from typing import TYPE_CHECKING

from havre.displacement.findings import Findings, shown
from havre.displacement.flee_cells import LARGEST, NOT_NEGATIVE, NUMBER, SHARE, Kind
from havre.displacement.settings import SPAWN_MODES
from havre.errors import Problem, Term

if TYPE_CHECKING:
    import yaml

POSITIVE = Kind(Term("displacement.flee.expected.positive"), least=0, above=True)
MONTH = Kind(Term("displacement.flee.expected.month"), least=1, most=12)
ONE_OR_MORE = Kind(Term("displacement.flee.expected.one_or_more"), least=1)
AWARENESS = Kind(Term("displacement.flee.expected.awareness"), least=-1, most=3)
POWER = Kind(Term("displacement.flee.expected.power"), least=-20, most=20)
SPEEDS = frozenset({"max_move_speed", "max_walk_speed", "max_crossing_speed"})
FASTEST = 100_000.0
"""Kilometres a day: more than twice around the earth."""
RANGES: Mapping[str, Kind] = MappingProxyType(
    {
        "average_social_connectivity": NOT_NEGATIVE,
        "awareness_level": AWARENESS,
        "avg_religion_fraction": POSITIVE,
        "camp_movechance": SHARE,
        "camp_weight": NOT_NEGATIVE,
        "capacity_buffer": SHARE,
        "capacity_scaling": NOT_NEGATIVE,
        "conflict_movechance": SHARE,
        "conflict_spawn_decay": NOT_NEGATIVE,
        "conflict_spawn_decay_interval": ONE_OR_MORE,
        "conflict_weight": NOT_NEGATIVE,
        "distance_power": POWER,
        "home_distance_power": POWER,
        "movechance_pop_scale_factor": POWER,
        "pop_power_for_loc_weight": POWER,
        "weight_power": POWER,
        "default_conflict_intensity": NOT_NEGATIVE,
        "default_movechance": SHARE,
        "displaced_per_conflict_day": NOT_NEGATIVE,
        "displaced_per_flood_day": NOT_NEGATIVE,
        "flood_awareness_weights": NOT_NEGATIVE,
        "flood_forecaster_end_time": NOT_NEGATIVE,
        "flood_forecaster_timescale": NOT_NEGATIVE,
        "flood_forecaster_weights": NOT_NEGATIVE,
        "flood_link_weights": NOT_NEGATIVE,
        "flood_loc_weights": NOT_NEGATIVE,
        "flood_movechances": SHARE,
        "foreign_weight": NOT_NEGATIVE,
        "harvest_months": MONTH,
        "hasten": ONE_OR_MORE,
        "idpcamp_movechance": SHARE,
        "max_crossing_speed": POSITIVE,
        "max_move_speed": POSITIVE,
        "max_walk_speed": POSITIVE,
        "movechance_pop_base": POSITIVE,
        "pruning_threshold": NOT_NEGATIVE,
        "softening": NOT_NEGATIVE,
        "weight_softening": NOT_NEGATIVE,
    }
)
"""Bounds of settings, and of each item of those that are lists; others may be any number."""
CHOICES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"spawn_mode": SPAWN_MODES, "granularity": ("location", "region")}
)
_DECIMAL = compile_pattern(r"[-+]?((0|[1-9][\d_]*)(\.[\d_]*)?|\.\d[\d_]*)([eE][-+]?\d+)?", ASCII)
"""Numbers as people write them; not octal (010), hexadecimal (0x1F), binary (0b1) or by sixties (6:00)."""
TRUTH_OR_NUMBER = frozenset({"two_system_decision_making"})
"""Settings that Flee keeps as numbers although they are written as truth values."""
_LISTS_WITH_A_MEANING = frozenset({"conflict_spawn_decay"})
"""Lists that are set for a reason, so that an empty one is odd."""
UNREADABLE = object()
"""Stands for a value that cannot be read; the setting keeps its default."""
_TRUTH = Term("displacement.flee.expected.truth")
_WHOLE = Term("displacement.flee.expected.whole_setting")
_TEXT = Term("displacement.flee.expected.text")


@dataclass(frozen=True)
class Entry:
    """A key of the file with its line and its value; ``path`` is the key with those above it."""

    name: str
    path: str
    line: int
    node: "yaml.Node"


class ValueReader:
    """Reads values of one file.

    Parameters
    ----------
    loader : makes Python values of nodes
    """

    def __init__(self, file: str, loader: "yaml.SafeLoader", findings: Findings) -> None:
        self.file = file
        self._loader = loader
        self._findings = findings

    def read(self, kind: object, entry: Entry) -> object:
        """Read a value as a type: ``bool``, ``int``, ``float`` or ``str``; ``UNREADABLE`` where Flee would stop."""
        readers: dict[object, Callable[[Entry], object]] = {
            bool: self._truth,
            int: self._whole,
            float: self._number,
            str: self._text,
        }
        value = readers[kind](entry)
        if isinstance(value, int | float) and not isinstance(value, bool):
            bounds = RANGES.get(entry.name, NUMBER)
            if abs(value) > LARGEST:
                self.wrong(entry, Term("displacement.flee.expected.size"))
                return UNREADABLE
            if entry.name in SPEEDS and value > FASTEST:
                # Not even with Flee's leave: people would go on along the roads of a day without end.
                self.wrong(entry, Term("displacement.flee.expected.speed"))
            elif not bounds.fits(value):
                self.wrong(entry, bounds.expected, flee_runs=entry.name != "hasten")
        return value

    def read_list(self, kind: object, entry: Entry) -> object:
        """Read a list of values of one type, as a tuple."""
        import yaml

        if not isinstance(entry.node, yaml.SequenceNode):
            self.wrong(entry, Term("displacement.flee.expected.list"))
            return UNREADABLE
        if not entry.node.value and entry.name in _LISTS_WITH_A_MEANING:
            fields = {"file": self.file, "row": entry.line, "key": entry.path}
            self._findings.warn(Problem.of("displacement.flee.settings.empty_list", **fields))
        items = [Entry(entry.name, entry.path, item.start_mark.line + 1, item) for item in entry.node.value]
        values = tuple(self.read(kind, item) for item in items)
        return UNREADABLE if UNREADABLE in values else values

    def is_nothing(self, entry: Entry) -> bool:
        """Tell whether a key has no value."""
        return self._value(entry) is None

    def wrong(self, entry: Entry, expected: Term, *, flee_runs: bool = False) -> None:
        """Tell that a value is not what was expected."""
        problem = Problem.of(
            "displacement.flee.settings.value",
            file=self.file,
            row=entry.line,
            key=entry.path,
            value=self._written(entry),
            expected=expected,
        )
        self._findings.wrong(problem, flee_runs=flee_runs)

    def _converted(self, entry: Entry, value: object) -> None:
        fields = {"file": self.file, "row": entry.line, "key": entry.path, "value": self._written(entry)}
        self._findings.warn(Problem.of("displacement.flee.settings.converted", read=value, **fields))

    def _written(self, entry: Entry) -> str:
        import yaml

        if not isinstance(entry.node, yaml.ScalarNode):
            return "[…]" if isinstance(entry.node, yaml.SequenceNode) else "{…}"
        quote = entry.node.style if entry.node.style in ("'", '"') else ""
        return shown(f"{quote}{entry.node.value}{quote}")

    def _value(self, entry: Entry) -> object:
        """Give a scalar as PyYAML makes it, ``UNREADABLE`` where it cannot or where it is no scalar."""
        import yaml

        if not isinstance(entry.node, yaml.ScalarNode):
            return UNREADABLE
        try:
            value: object = self._loader.construct_object(entry.node, deep=True)
        except (yaml.YAMLError, ValueError, OverflowError):
            return UNREADABLE
        return value

    def _check_notation(self, entry: Entry, value: float) -> None:
        """Tell a number without quotation marks that YAML reads otherwise than people do: 010 is 8, and 6:00 is 360."""
        import yaml

        written = entry.node.value if isinstance(entry.node, yaml.ScalarNode) else ""
        if abs(value) <= LARGEST and not _DECIMAL.fullmatch(written):
            fields = {"file": self.file, "row": entry.line, "key": entry.path, "value": self._written(entry)}
            self._findings.wrong(
                Problem.of("displacement.flee.settings.notation", read=f"{value:g}", **fields), flee_runs=True
            )

    def _truth(self, entry: Entry) -> object:
        value = self._value(entry)
        if isinstance(value, bool):
            return value
        read = bool(entry.node.value) if value is UNREADABLE else bool(value)
        if isinstance(value, int) and value in (0, 1):
            self._converted(entry, read)
        else:
            self.wrong(entry, _TRUTH, flee_runs=True)
        return read

    def _whole(self, entry: Entry) -> object:
        value = self._value(entry)
        if isinstance(value, int | float) and not isinstance(value, bool):
            self._check_notation(entry, value)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if not isinstance(value, bool | float | str) or not _converts(value, int):
            self.wrong(entry, _WHOLE)
            return UNREADABLE
        read = int(value)
        if isinstance(value, bool) or (isinstance(value, float) and value != read):
            self.wrong(entry, _WHOLE, flee_runs=True)
        else:
            self._converted(entry, read)
        return read

    def _number(self, entry: Entry) -> object:
        value = self._value(entry)
        expected = RANGES.get(entry.name, NUMBER).expected
        if not isinstance(value, bool | int | float | str) or not _converts(value, float):
            self.wrong(entry, expected)
            return UNREADABLE
        read = float(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            self._check_notation(entry, value)
        if isinstance(value, str):
            self._converted(entry, read)
        elif isinstance(value, bool) and entry.name not in TRUTH_OR_NUMBER:
            self.wrong(entry, expected, flee_runs=True)
        return read

    def _text(self, entry: Entry) -> object:
        value = self._value(entry)
        choices = CHOICES.get(entry.name)
        if choices is not None and value not in choices:
            fields = {"file": self.file, "row": entry.line, "key": entry.path, "value": self._written(entry)}
            problem = Problem.of("displacement.flee.settings.choice", expected=", ".join(choices), **fields)
            self._findings.wrong(problem, flee_runs=entry.name == "granularity")
            return value if isinstance(value, str) and self._findings.lenient else UNREADABLE
        if isinstance(value, str):
            return value
        if value is None:
            return UNREADABLE
        self.wrong(entry, _TEXT, flee_runs=True)
        return str(entry.node.value) if value is not UNREADABLE else UNREADABLE


def _converts(value: float | str, kind: type[int] | type[float]) -> bool:
    """Tell whether Python's conversion makes a finite number of a value."""
    try:
        return isfinite(kind(value))
    except (ValueError, OverflowError):
        return False
