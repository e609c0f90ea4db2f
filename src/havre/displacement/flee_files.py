"""The way in for files: a folder in Flee's layout becomes an instance, or one error that tells all that is wrong."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from havre.displacement.capacity_checks import BEGINNING as CAPACITY_WARNINGS
from havre.displacement.capacity_checks import capacity_warnings
from havre.displacement.findings import Findings
from havre.displacement.flee_days import (
    Period,
    check_covers,
    no_values,
    read_conflicts,
    read_floods,
    read_ipc,
    read_period,
    uses_floods,
    uses_ipc,
)
from havre.displacement.flee_names import (
    AGENTS,
    CHANGES,
    CLOSURES,
    CONFLICTS,
    CORRECTIONS,
    FLOODS,
    INPUT,
    IPC,
    LOCATIONS,
    MAJOR_ROUTES,
    PERIOD,
    ROUTES,
    SETTINGS,
    SOURCE,
)
from havre.displacement.flee_people import read_agents, read_all_demographics
from havre.displacement.flee_places import (
    read_closures,
    read_location_changes,
    read_locations,
    read_major_routes,
    read_routes,
)
from havre.displacement.flee_registrations import read_corrections, read_registrations
from havre.displacement.flee_tables import Part, is_there
from havre.displacement.instance import AgentTable, DayTable, Instance, Location, LocationChange
from havre.displacement.instance_checks import Origin, check_parts
from havre.displacement.rule_warnings import BEGINNING as RULE_WARNINGS
from havre.displacement.rule_warnings import rule_warnings
from havre.displacement.rules import Rules
from havre.displacement.setting_file import settings_of
from havre.displacement.settings import Settings
from havre.errors import Problem, Term

Read = TypeVar("Read")


@dataclass(frozen=True)
class ReadInstance:
    """An instance with what is odd about its files.

    Attributes
    ----------
    warnings : what is odd, under Flee's rules and the settings of the file
    places_file : the file of the places
    place_rows : its row for each place
    """

    instance: Instance
    warnings: tuple[Problem, ...]
    places_file: str = LOCATIONS
    place_rows: tuple[int, ...] = ()

    def warnings_under(self, instance: Instance, rules: Rules) -> tuple[Problem, ...]:
        """Give the warnings as they are under other rules or settings than those of the files.

        Parameters
        ----------
        instance : the instance that was read, with the settings that hold
        """
        under_rules = (CAPACITY_WARNINGS, RULE_WARNINGS)
        kept = [problem for problem in self.warnings if not problem.key.startswith(under_rules)]
        capacities = capacity_warnings(instance, rules, self.places_file, self.place_rows)
        return (*kept, *rule_warnings(instance, rules), *capacities)


def read_instance(
    folder: Path | str,
    *,
    settings: Path | str | None = None,
    validation: Path | str | None = None,
    lenient: bool = False,
    refused: Callable[[Settings], Iterable[Problem]] = lambda _: (),
) -> ReadInstance:
    """Read an instance in Flee's format.

    All files are read before an error is raised, so that it tells all faults at once; of one file at most
    twenty are told one by one.

    Parameters
    ----------
    folder : has ``input_csv`` and ``source_data``; or, with ``validation``, the input files themselves
    settings : settings file; ``None`` looks for ``simsetting.yml`` in the folder, in its ``input_csv`` and beside it,
        and takes Flee's defaults where there is none
    validation : folder of camp registrations, where it is not ``source_data``
    lenient : read what Flee would read; faults with which Flee would have run become warnings
    refused : tells of the settings what else is refused, beside the faults of the files

    Raises
    ------
    DisplacementError : the instance has faults, each with file, row, column, value and what was expected
    """
    folder = Path(folder)
    findings = Findings(lenient=lenient)
    layout = _layout(folder, None if validation is None else Path(validation), findings)
    findings.check()
    reading = _Reading(*layout, findings)
    instance, places = reading.read(folder, None if settings is None else Path(settings))
    for problem in refused(instance.settings):
        findings.wrong(Problem.of(problem.key, file=instance.settings_file or folder, **dict(problem.fields)))
    findings.check()
    return ReadInstance(instance, findings.warnings, places.file, places.rows)


def _layout(folder: Path, validation: Path | None, findings: Findings) -> tuple[Path, Path]:
    """Find the folders of the input files and of the registrations."""
    inputs = next((each for each in (folder / INPUT, folder) if (each / LOCATIONS).exists()), folder / INPUT)
    if not inputs.is_dir():
        findings.wrong(Problem.of("displacement.flee.file.no_instance", file=folder, expected=f"{INPUT}, {SOURCE}"))
    source = validation or folder / SOURCE
    if inputs.is_dir() and not source.is_dir():
        findings.wrong(Problem.of("displacement.flee.file.no_source", file=source))
    return inputs, source


@dataclass(frozen=True)
class _Reading:
    inputs: Path
    source: Path
    findings: Findings

    def read(self, folder: Path, settings: Path | None) -> tuple[Instance, Part[Location]]:
        findings = self.findings
        settings_file = self._settings_file(folder, settings)
        chosen = settings_of(settings_file, findings) if settings_file else Settings()
        period = read_period(self.inputs / PERIOD, findings)
        locations = read_locations(self.inputs / LOCATIONS, findings)
        routes = read_routes(self.inputs / ROUTES, findings)
        closures = read_closures(self.inputs / CLOSURES, findings)
        changes = self._changes(folder)
        conflicts = self._conflicts(chosen, period)
        floods = self._floods(chosen, period)
        ipc = self._ipc(chosen, period)
        major = self._by_need(MAJOR_ROUTES, read_major_routes, needed=chosen.move_rules.fixed_routes)
        demographics = read_all_demographics(self.inputs, findings)
        agents = self._agents(chosen)
        registrations = read_registrations(self.source, findings)
        corrections = read_corrections(self.inputs / CORRECTIONS, findings)
        instance = Instance(
            name=folder.resolve().name,
            start=period.start,
            length=period.length,
            locations=locations.items,
            routes=routes.items,
            conflicts=conflicts,
            registrations=registrations.items,
            closures=closures.items,
            corrections=corrections.items,
            location_changes=changes.items,
            demographics=demographics,
            agents=agents,
            floods=floods,
            ipc=ipc,
            major_routes=major.items if major else (),
            settings=chosen,
            settings_file=settings_file,
        )
        parts: dict[str, Part[Any]] = {
            "locations": locations,
            "routes": routes,
            "closures": closures,
            "location_changes": changes,
            "registrations": registrations,
            "corrections": corrections,
            "major_routes": major or Part(str(self.inputs / MAJOR_ROUTES)),
        }
        check_parts(instance, Origin(parts, self.inputs, period.known), findings)
        for problem in rule_warnings(instance, Rules.flee()):
            findings.warn(problem)
        return instance, locations

    def _settings_file(self, folder: Path, given: Path | None) -> Path | None:
        """Choose the settings file; one that is not the instance's own is told, since it is easily the wrong one."""
        if given is not None:
            return given
        own = (folder / SETTINGS, self.inputs / SETTINGS)
        beside = folder.resolve().parent / SETTINGS
        found = next((each for each in (*own, beside) if each.exists()), None)
        if found is None:
            self.findings.warn(Problem.of("displacement.flee.settings.defaults", file=folder))
        elif found == beside:
            self.findings.warn(Problem.of("displacement.flee.settings.beside", file=found, folder=folder))
        return found

    def _changes(self, folder: Path) -> Part[LocationChange]:
        paths = (folder / CHANGES, self.inputs / CHANGES)
        found = next((path for path in paths if path.exists()), None)
        if found is None or not is_there(found, self.findings, Term("displacement.flee.content.location_changes")):
            return Part(str(paths[0]))
        return read_location_changes(found, self.findings)

    def _conflicts(self, settings: Settings, period: Period) -> DayTable:
        """Read the conflicts; where floods drive people away there need not be any."""
        path = self.inputs / CONFLICTS
        if settings.spawn_rules.flood_zone_spawning_only and not path.exists():
            self.findings.warn(Problem.of("displacement.flee.file.no_conflicts", file=path))
            return no_values(period.length)
        return check_covers(read_conflicts(path, self.findings), str(path), period, self.findings)

    def _floods(self, settings: Settings, period: Period) -> DayTable | None:
        def read(path: Path, findings: Findings) -> DayTable:
            return check_covers(read_floods(path, findings), str(path), period, findings)

        return self._by_need(FLOODS, read, needed=uses_floods(settings), required=True)

    def _ipc(self, settings: Settings, period: Period) -> DayTable | None:
        def read(path: Path, findings: Findings) -> DayTable:
            return check_covers(read_ipc(path, findings), str(path), period, findings, days_count=True)

        return self._by_need(IPC, read, needed=uses_ipc(settings), required=True)

    def _by_need(
        self, name: str, reader: Callable[[Path, Findings], Read], *, needed: bool, required: bool = False
    ) -> Read | None:
        """Read a file that only some settings use; without them its faults are warnings, and leave it out."""
        path = self.inputs / name
        if not path.exists():
            if needed and required:
                self.findings.wrong(Problem.of("displacement.flee.file.needed", file=path), flee_runs=True)
            return None
        if not is_there(path, self.findings, Term("displacement.flee.content.optional")):
            return None
        if needed:
            return reader(path, self.findings)
        self.findings.warn(Problem.of("displacement.flee.file.unused", file=path))
        before = self.findings.faults
        with self.findings.unused():
            read = reader(path, self.findings)
        return read if self.findings.faults == before else None

    def _agents(self, settings: Settings) -> AgentTable | None:
        """Read ``agents.csv`` only where the settings ask for it: it is about persons."""
        path = self.inputs / AGENTS
        if settings.spawn_rules.read_from_agents_csv_file:
            is_readable = is_there(path, self.findings, Term("displacement.flee.content.agents"))
            return read_agents(path, self.findings) if is_readable else None
        if path.exists():
            self.findings.warn(Problem.of("displacement.flee.file.unused", file=path))
        return None
