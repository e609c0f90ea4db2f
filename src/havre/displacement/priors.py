"""What is believed about the move parameters before any count is looked at: one distribution for each of them.

The defaults are wide on purpose. Nobody has measured these parameters; what Flee ships is one value for every conflict.
Weights and lengths, of which only ratios matter, are spread evenly on a logarithmic scale around what Flee ships.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from math import isfinite
from pathlib import Path
from types import MappingProxyType

import numpy as np

from havre.displacement.near_names import near
from havre.displacement.outcome import Floats
from havre.displacement.simulate import PARAMETERS
from havre.errors import DisplacementError, Problem, check_none

LARGEST = 1_000_000
"""Bytes of a file of priors."""


@dataclass(frozen=True)
class Uniform:
    """Every value between two is as likely."""

    low: float
    high: float

    def quantile(self, levels: Floats) -> Floats:
        """Give the values below which the prior is with these probabilities."""
        return np.asarray(self.low + levels * (self.high - self.low))


@dataclass(frozen=True)
class LogUniform:
    """Every ratio is as likely: as much between 1 and 2 as between 2 and 4."""

    low: float
    high: float

    def quantile(self, levels: Floats) -> Floats:
        """Give the values below which the prior is with these probabilities."""
        return np.asarray(self.low * (self.high / self.low) ** levels)


@dataclass(frozen=True)
class Beta:
    """A beta distribution, stretched from ``low`` to ``high``."""

    a: float
    b: float
    low: float = 0.0
    high: float = 1.0

    def quantile(self, levels: Floats) -> Floats:
        """Give the values below which the prior is with these probabilities."""
        from scipy.stats import beta

        return np.asarray(self.low + (self.high - self.low) * beta.ppf(levels, self.a, self.b))


Prior = Uniform | LogUniform | Beta
KINDS: Mapping[str, type[Prior]] = MappingProxyType({"uniform": Uniform, "log-uniform": LogUniform, "beta": Beta})
LEFT_OUT = "settings"
"""Written in place of a prior: the parameter keeps the value of the instance's settings."""

DEFAULT_PRIORS: Mapping[str, Prior] = MappingProxyType(
    {
        # Is abroad, or a camp, more of an aim than a town at home? Flee ships 1 and 1; its first rules had 2 for camps.
        "foreign_weight": LogUniform(0.2, 10.0),
        "camp_weight": LogUniform(0.2, 10.0),
        # Conflict zones deter: never above 1. Flee's own values are 0.25 and 1/√10.
        "conflict_weight": LogUniform(0.01, 1.0),
        # Chances a day. Below 0.005 Flee takes a town for a camp, so 0.01 is the least.
        "default_movechance": LogUniform(0.01, 1.0),
        "camp_movechance": LogUniform(0.0001, 0.1),
        # Kilometres that a near place counts as farther than it is: from a suburb to most of a day's drive.
        "softening": LogUniform(1.0, 200.0),
        # 0: distance does not matter; 1 is Flee's; gravity models of migration find 1 to 2, few above 3.
        "distance_power": Uniform(0.0, 3.0),
        # Share of its capacity from which a camp begins to turn people away.
        "capacity_buffer": Uniform(0.5, 0.99),
        # Capacities of files are known to a quarter or so.
        "capacity_scaling": LogUniform(0.8, 1.25),
    }
)
"""The priors of a calibration unless said otherwise. ``weight_power`` and ``weight_softening`` are left out: over what
these span, ``distance_power`` and the weights do the same. ``conflict_movechance`` is 1 by the meaning of a conflict
zone, and IDP camps are too rare to learn from."""

_NO_LIMIT = float("inf")
RANGES: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "foreign_weight": (0.0, _NO_LIMIT),
        "camp_weight": (0.0, _NO_LIMIT),
        "conflict_weight": (0.0, _NO_LIMIT),
        "conflict_movechance": (0.0, 1.0),
        "camp_movechance": (0.0, 1.0),
        "idpcamp_movechance": (0.0, 1.0),
        "default_movechance": (0.01, 1.0),
        "softening": (0.0, _NO_LIMIT),
        "weight_softening": (0.0, _NO_LIMIT),
        "weight_power": (0.0, 10.0),
        "distance_power": (0.0, 10.0),
        "capacity_scaling": (0.0, _NO_LIMIT),
        "capacity_buffer": (0.0, 0.999),
    }
)
"""Within which values a parameter may lie."""


def values_of(priors: Mapping[str, Prior], levels: Floats) -> dict[str, Floats]:
    """Turn points of the unit cube into parameters.

    Parameters
    ----------
    levels : probabilities, a column for each prior in its order, shape (points, priors)
    """
    return {name: prior.quantile(levels[:, column]) for column, (name, prior) in enumerate(priors.items())}


def as_table(priors: Mapping[str, Prior]) -> dict[str, dict[str, object]]:
    """Write priors down as :func:`priors_of` reads them."""
    kinds = {kind: name for name, kind in KINDS.items()}
    return {
        name: {"kind": kinds[type(prior)], **{each.name: getattr(prior, each.name) for each in fields(prior)}}
        for name, prior in priors.items()
    }


def read_priors(path: Path) -> dict[str, Prior]:
    """Read priors from a TOML file; parameters that it does not name keep their default.

    A parameter is a table with ``kind`` (``uniform``, ``log-uniform`` or ``beta``) and its numbers, or the word
    ``"settings"`` for the value of the instance's settings. ``defaults = false`` leaves all parameters out that the
    file does not name.

    Raises
    ------
    DisplacementError : the file cannot be read or is no TOML; a parameter, kind, key or number is not as expected,
        each with its key, value and what was expected, all at once
    """
    import tomllib

    try:
        if path.stat().st_size > LARGEST:
            raise DisplacementError("displacement.priors.too_large", file=path, most=LARGEST)
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DisplacementError("displacement.priors.not_toml", file=path, reason=error) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise DisplacementError("displacement.priors.unreadable", file=path, reason=reason) from error
    return priors_of(table, str(path))


def priors_of(table: Mapping[str, object], source: str = "priors") -> dict[str, Prior]:
    """Make priors from a table as :func:`read_priors` describes it.

    Raises
    ------
    DisplacementError : something is not as expected; all faults are told, ``source`` says where
    """
    problems: list[Problem] = []
    given = dict(table)
    defaults = given.pop("defaults", True)
    if not isinstance(defaults, bool):
        problems.append(_wrong(source, "defaults", defaults, "true, false"))
    found: dict[str, Prior] = dict(DEFAULT_PRIORS) if defaults else {}
    for name, what in given.items():
        if name not in PARAMETERS:
            problems.append(
                Problem.of("displacement.priors.unknown", file=source, key=name, near=near(name, PARAMETERS))
            )
        elif what == LEFT_OUT:
            found.pop(name, None)
        else:
            read = _prior(what, source, name, problems)
            if read is not None:
                found[name] = read
    if not found and not problems:
        problems.append(Problem.of("displacement.priors.none", file=source))
    check_none(problems, DisplacementError)
    return found


def check_priors(priors: Mapping[str, Prior]) -> None:
    """Check priors that were made in a program.

    Raises
    ------
    DisplacementError : there are none, a parameter is not known, or numbers do not fit
    """
    priors_of({"defaults": False, **as_table(priors)})


def _wrong(source: str, key: str, value: object, expected: str) -> Problem:
    return Problem.of("displacement.priors.value", file=source, key=key, value=value, expected=expected)


def _prior(what: object, source: str, name: str, problems: list[Problem]) -> Prior | None:
    """Read one prior; where it has faults they are added to ``problems``."""
    if not isinstance(what, dict):
        problems.append(_wrong(source, name, what, f'{{ kind = "uniform", low = 0.1, high = 1.0 }}, "{LEFT_OUT}"'))
        return None
    kind = what.get("kind")
    if "kind" not in what:
        problems.append(Problem.of("displacement.priors.no_kind", file=source, key=name, expected=", ".join(KINDS)))
        return None
    if not isinstance(kind, str) or kind not in KINDS:
        problems.append(_wrong(source, f"{name}.kind", kind, ", ".join(KINDS)))
        return None
    made = KINDS[kind]
    known = {each.name for each in fields(made)}
    needed = ("a", "b") if made is Beta else ("low", "high")
    expected = ", ".join(sorted(known))
    faults = [
        *(
            Problem.of("displacement.priors.key", file=source, key=f"{name}.{key}", near=expected)
            for key in sorted(what.keys() - known - {"kind"})
        ),
        *(
            Problem.of("displacement.priors.no_number", file=source, key=name, missing=key)
            for key in needed
            if key not in what
        ),
        *(
            _wrong(source, f"{name}.{key}", what[key], "0.5, …")
            for key in sorted(known & what.keys())
            if isinstance(what[key], bool) or not isinstance(what[key], int | float) or not isfinite(what[key])
        ),
    ]
    if not faults:
        prior = made(**{key: float(what[key]) for key in known & what.keys()})
        faults = [*_faults_of(prior, source, name)]
        if not faults:
            return prior
    problems += faults
    return None


def _faults_of(prior: Prior, source: str, name: str) -> Iterator[Problem]:
    low, high = RANGES[name]
    if not low <= prior.low <= high:
        yield _wrong(source, f"{name}.low", prior.low, f"{low:g} … {high:g}")
    if not low <= prior.high <= high:
        yield _wrong(source, f"{name}.high", prior.high, f"{low:g} … {high:g}")
    if prior.low >= prior.high:
        yield _wrong(source, f"{name}.high", prior.high, f"> {prior.low:g}")
    if isinstance(prior, LogUniform) and prior.low <= 0:
        yield _wrong(source, f"{name}.low", prior.low, "> 0")
    if isinstance(prior, Beta):
        for key in ("a", "b"):
            if getattr(prior, key) <= 0:
                yield _wrong(source, f"{name}.{key}", getattr(prior, key), "> 0")
