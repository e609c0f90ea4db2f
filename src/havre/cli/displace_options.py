"""What the commands of ``havre displace`` have in common: the instance, its settings, the rules, and the seed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from havre.cli.language import language
from havre.errors import DisplacementError, Problem, check_none
from havre.texts import say

if TYPE_CHECKING:
    from havre.cli.displace_calibrated import Calibrated
    from havre.displacement.instance import Instance
    from havre.displacement.rules import Rules
    from havre.displacement.settings import Settings

DEFAULT_REPLICAS = 20
"""Runs unless asked otherwise: enough for the ends of an 80 % interval, and still a matter of seconds."""
MOST_REPLICAS = 100_000
RulesName = Literal["flee", "documented"]
OccupancyName = Literal["adaptive", "frozen"]
_STATES = {"on": True, "off": False}


def tell(key: str, /, **fields: object) -> str:
    """Say a sentence of the catalogue ``displace`` in the language of this process."""
    return say("displace", key, language(), **fields)


def _help(key: str) -> str:
    return tell(f"option.{key}")


Folder = Annotated[Path, typer.Argument(metavar="INSTANCE", help=_help("instance"))]
SettingsFile = Annotated[Path | None, typer.Option("--settings", metavar="FILE", help=_help("settings"))]
Validation = Annotated[Path | None, typer.Option("--validation", metavar="FOLDER", help=_help("validation"))]
RulesOption = Annotated[RulesName, typer.Option("--rules", help=_help("rules"))]
Switches = Annotated[list[str] | None, typer.Option("--switch", metavar="NAME=on|off", help=_help("switch"))]
OccupancyOption = Annotated[OccupancyName, typer.Option("--occupancy", help=_help("occupancy"))]
Days = Annotated[int | None, typer.Option("--days", min=1, help=_help("days"))]
Hasten = Annotated[int | None, typer.Option("--hasten", min=1, help=_help("hasten"))]
Lenient = Annotated[bool, typer.Option("--lenient", help=_help("lenient"))]
WithoutAgentsOut = Annotated[bool, typer.Option("--without-agents-out", help=_help("without_agents_out"))]
CalibrationFile = Annotated[Path | None, typer.Option("--calibration", metavar="FILE", help=_help("calibration"))]
WithoutDiscrepancy = Annotated[bool, typer.Option("--without-discrepancy", help=_help("without_discrepancy"))]
Replicas = Annotated[int, typer.Option("--replicas", min=1, max=MOST_REPLICAS, help=_help("replicas"))]
Workers = Annotated[str | None, typer.Option("--workers", help=_help("workers"))]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What was asked for on the command line."""

    folder: Path
    settings: Path | None = None
    validation: Path | None = None
    rules: RulesName = "flee"
    switches: Sequence[str] = ()
    occupancy: OccupancyName = "adaptive"
    days: int | None = None
    hasten: int | None = None
    lenient: bool = False
    without_agents_out: bool = False
    calibration: Path | None = None
    without_discrepancy: bool = False


@dataclass(frozen=True)
class Note:
    """Something that a reader must know about how an instance was run: a key of the catalogue with its fields."""

    key: str
    fields: tuple[tuple[str, object], ...] = ()

    def sentence(self) -> str:
        """Say it in the language of this process."""
        return tell(f"note.{self.key}", **dict(self.fields))


@dataclass(frozen=True)
class Prepared:
    """An instance as it is to be run.

    Attributes
    ----------
    rules : the switches, of which ``switched`` differ from those of ``rules_name``
    days : how many are simulated
    warnings : what is odd about the files
    notes : what the options changed, or leave as the files have it although there is no need
    calibrated : from which each run draws its move parameters, where it does
    """

    instance: "Instance"
    rules_name: RulesName
    rules: "Rules"
    switched: dict[str, bool]
    occupancy: OccupancyName
    days: int
    warnings: tuple[Problem, ...]
    notes: tuple[Note, ...]
    calibrated: "Calibrated | None" = None


def prepare(asked: Asked) -> Prepared:
    """Read the instance and settle how it is to be run.

    Raises
    ------
    DisplacementError : the instance has faults, a switch is not one, or the calibration cannot be used
    """
    from dataclasses import replace

    from havre.displacement.flee_files import read_instance
    from havre.displacement.rules import Rules
    from havre.displacement.simulate import uncountable

    switched = parse_switches(asked.switches)
    rules = Rules.named(asked.rules).switched(**switched)

    def refused(settings: "Settings") -> Iterable[Problem]:
        if asked.without_agents_out:
            settings = replace(settings, log_levels=replace(settings.log_levels, agent=0))
        return uncountable(settings, rules)

    read = read_instance(
        asked.folder,
        settings=asked.settings,
        validation=asked.validation,
        lenient=asked.lenient,
        refused=refused,
    )
    settings, notes = read.instance.settings, []
    if asked.hasten is not None and asked.hasten != settings.hasten:
        notes.append(Note("hasten_given", (("given", asked.hasten), ("written", settings.hasten))))
        settings = replace(settings, hasten=asked.hasten)
    if settings.hasten > 1:
        notes.append(Note("hasten", (("hasten", settings.hasten),)))
    if asked.without_agents_out and settings.log_levels.agent > 0:
        notes.append(Note("without_agents_out", (("level", settings.log_levels.agent),)))
        settings = replace(settings, log_levels=replace(settings.log_levels, agent=0))
    instance = replace(read.instance, settings=settings)
    prepared = Prepared(
        instance=instance,
        rules_name=asked.rules,
        rules=rules,
        switched=switched,
        occupancy=asked.occupancy,
        days=asked.days or read.instance.length,
        warnings=read.warnings_under(instance, rules),
        notes=tuple(notes),
    )
    if asked.calibration is None:
        return prepared
    from havre.cli.displace_calibrated import with_calibration

    return with_calibration(asked.calibration, asked, prepared)


def parse_switches(texts: Sequence[str]) -> dict[str, bool]:
    """Read ``NAME=on`` (as Flee does) and ``NAME=off`` (as its manual says); hyphens count as underscores.

    Raises
    ------
    DisplacementError : a switch has no such form or no such name, or is set twice; all are told
    """
    from havre.displacement.near_names import near
    from havre.displacement.rules import QUIRKS

    found: dict[str, bool] = {}
    problems: list[Problem] = []
    for text in texts:
        name, _, state = text.partition("=")
        name = name.strip().replace("-", "_")
        if state.strip().lower() not in _STATES:
            problems.append(Problem.of("displacement.cli.switch_form", text=text))
        elif name not in QUIRKS:
            problems.append(Problem.of("displacement.cli.switch_unknown", name=name, near=near(name, QUIRKS)))
        elif name in found:
            problems.append(Problem.of("displacement.cli.switch_twice", name=name))
        else:
            found[name] = _STATES[state.strip().lower()]
    check_none(problems, DisplacementError)
    return found
