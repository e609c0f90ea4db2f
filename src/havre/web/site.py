"""What the site shows, as one immutable snapshot in memory: a reader's request reads no file but downloads of the log.

A snapshot is built aside and checked before it takes the place of the last one (:mod:`havre.web.holder`).
"""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from havre.errors import FileError, HavreError
from havre.panel.measures import measures
from havre.record.explained_folder import ExplainedFolder
from havre.record.explanation import FOLDER as EXPLANATIONS
from havre.record.folder import MANIFEST
from havre.record.outlook import Outlook, read_outlooks
from havre.record.published import Published, read_published
from havre.record.settings import FILE as RECORD_FILE
from havre.record.settings import RecordSettings, read_settings
from havre.record.verify import verify_release
from havre.record.wording import ALL, Wording
from havre.texts import LANGUAGES, Language, say
from havre.web.log_view import LogView, view_log
from havre.web.scenario_files import ScenarioFiles, read_scenario_files, scenario_paths
from havre.web.settings import WebError, WebSettings


class NothingPublishedError(WebError):
    """A record has published nothing yet."""


SCENARIOS = "scenarios"
"""Folder of results of scenarios."""
SeriesKey = tuple[str, str, str]
"""Measure, origin, destination: what an address names."""


@dataclass(frozen=True)
class SiteRelease:
    """A release that the site shows, with what is looked up in it.

    Parameters
    ----------
    published : as it was read from its folder
    mark : what its folder looked like when it was read
    """

    published: Published
    mark: list[object] = field(default_factory=list)

    @property
    def id(self) -> str:
        """Name of the release."""
        return self.published.id

    @property
    def made_on(self) -> date:
        """Day on which it was made."""
        return self.published.release.facts.made_on

    @cached_property
    def data_end(self) -> date:
        """The latest month of data of any of its series."""
        ends: list[date] = [outlook.row["last_month"] for outlook in self.outlooks]
        return max(ends)

    @property
    def is_reviewed(self) -> bool:
        """Whether a person reviewed it and it stands in the log."""
        return self.published.logged and self.published.release.review is not None

    @cached_property
    def outlooks(self) -> tuple[Outlook, ...]:
        """Every series with history and forecast, the largest recent mean first."""
        return read_outlooks(self.published.release)

    @cached_property
    def series(self) -> Mapping[SeriesKey, tuple[Outlook, ...]]:
        """The outlooks of each measure, origin and destination: more than one where two scopes hold the series."""
        found: dict[SeriesKey, tuple[Outlook, ...]] = {}
        for outlook in self.outlooks:
            key = (outlook.key[1], outlook.key[2], outlook.key[3])
            found[key] = (*found.get(key, ()), outlook)
        return found

    def one_series(self, measure: str, origin: str, destination: str, scope: str | None = None) -> Outlook | None:
        """Find a series; of several scopes the one that was asked for, else the first."""
        found = self.series.get((measure, origin, destination), ())
        return next((each for each in found if scope in (None, each.key[0])), None)

    @cached_property
    def destinations(self) -> tuple[str, ...]:
        """Codes of the countries that are destinations, in alphabetical order."""
        return self._codes("destination", routes=False)

    @cached_property
    def routes(self) -> tuple[str, ...]:
        """Codes of the sea and land routes (``route:…``)."""
        return self._codes("destination", routes=True)

    @cached_property
    def origins(self) -> tuple[str, ...]:
        """Codes of the origins."""
        return self._codes("origin", routes=False)

    def _codes(self, column: str, *, routes: bool) -> tuple[str, ...]:
        codes = {outlook.row[column] for outlook in self.outlooks} - {ALL}
        return tuple(sorted(code for code in codes if code.startswith("route:") == routes))

    @cached_property
    def explained(self) -> ExplainedFolder | None:
        """The explanations of its figures; ``None`` where it has none, as releases that were made without review."""
        if not any(name.startswith(f"{EXPLANATIONS}/") for name in self.published.contents):
            return None
        try:
            return ExplainedFolder(self.published.folder)
        except HavreError:
            return None

    def file(self, path: str) -> bytes | None:
        """Give a file of the release by its path within it; ``None`` where it has no such file."""
        return self.published.contents.get(path)


@dataclass(frozen=True)
class Refused:
    """A release that is not shown, because something of it is not as it was published."""

    folder: str
    error: HavreError


@dataclass(frozen=True)
class Site:
    """Everything public at one moment.

    Parameters
    ----------
    settings : of the site
    releases : the newest first; none only where a record has not published its first one yet
    record : settings of the record, ``None`` where the site shows plain releases that nobody reviewed
    refused : releases that are not shown, each with why
    fingerprint : what the folders looked like when they were read
    withdrawn : names of releases that were taken back
    logged_at : when the forecasts of each release were written into the log [UTC], by its name; none without a record
    scenarios : results of scenarios that lie beside the releases
    """

    settings: WebSettings
    releases: tuple[SiteRelease, ...]
    record: RecordSettings | None
    refused: tuple[Refused, ...] = ()
    fingerprint: str = ""
    measure_names: Mapping[str, Mapping[Language, str]] = field(default_factory=dict)
    withdrawn: frozenset[str] = frozenset()
    logged_at: Mapping[str, datetime] = field(default_factory=dict)
    scenarios: ScenarioFiles = field(default_factory=ScenarioFiles)

    @property
    def latest(self) -> SiteRelease:
        """The newest release that was not taken back; where all were, the newest, which says so.

        Raises
        ------
        NothingPublishedError : the record has published nothing yet
        """
        if not self.releases:
            raise NothingPublishedError("web.nothing_published")
        return next((each for each in self.releases if each.id not in self.withdrawn), self.releases[0])

    def release(self, name: str) -> SiteRelease | None:
        """Find a release by its name."""
        return next((each for each in self.releases if each.id == name), None)

    def words(self, language: Language) -> Wording:
        """Give figures, months, places and measures in the words of a language."""
        return Wording(language, self.measure_names, unit_names())

    @property
    def log_folder(self) -> Path | None:
        """Folder of the log; ``None`` without a record."""
        return None if self.record is None else self.settings.record / "log"

    @property
    def track_record(self) -> Path | None:
        """Folder of the newest published track record of frozen forecasts; ``None`` where none was published."""
        if self.record is None:
            return None
        found = sorted(path for path in (self.settings.record / "track-record").glob("*") if path.is_dir())
        return found[-1] if found else None


def release_folders(settings: WebSettings) -> tuple[Path, ...]:
    """List the folders of releases: those of the record if there is one, else the plain ones."""
    root = settings.record / "releases" if (settings.record / RECORD_FILE).is_file() else settings.releases
    if (root / MANIFEST).is_file():
        return (root,)
    found = root.glob(f"*/{MANIFEST}") if root.is_dir() else ()
    # A name with a dot is one that is still being written.
    return tuple(sorted(path.parent for path in found if not path.parent.name.startswith(".")))


def scenario_folder(settings: WebSettings) -> Path:
    """Give the folder in which results of scenarios may lie: of the record if there is one, else of the releases."""
    return (settings.record if (settings.record / RECORD_FILE).is_file() else settings.releases) / SCENARIOS


def fingerprint_of(settings: WebSettings) -> str:
    """Tell what the folders look like, so that a change is noticed without reading them."""
    record = settings.record
    beside = (record / "log" / "checkpoint", record / RECORD_FILE, *sorted((record / "track-record").glob("*")))
    scenarios = scenario_paths(scenario_folder(settings))
    return json.dumps([*map(_look_of, release_folders(settings)), *map(_mark, (*beside, *scenarios))])


def _mark(path: Path) -> list[object]:
    try:
        state = path.stat()
    except OSError:
        return [str(path)]
    return [str(path), state.st_mtime_ns, state.st_size, state.st_ino]


def _look_of(folder: Path) -> list[object]:
    """Tell what a release looks like, by all its files: one that is half there is looked at again once it is whole."""
    files = size = written = 0
    for root, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                state = os.stat(os.path.join(root, name))  # noqa: PTH116, PTH118 - thousands of them, every few seconds
                files, size = files + 1, size + state.st_size
                written = (31 * written + state.st_mtime_ns + state.st_ino) % (1 << 61)
    return [str(folder), files, size, written]


def read_site(settings: WebSettings, last: Site | None = None) -> Site:
    """Read everything that is published.

    A record that has published nothing yet is a site too: its first release is reviewed at the desk.

    Parameters
    ----------
    last : the snapshot before: what did not change since is not read again, and a release of it whose folder is now
        damaged stays as it was, and is told as refused

    Raises
    ------
    FileError : there is neither a record nor a release; or there was, and it is gone, as where a disk is not there
    HavreError : none of the releases can be shown, or the log is damaged
    """
    fingerprint = fingerprint_of(settings)
    record = _record(settings)
    if last is not None and last.record is not None and record is None:
        # Never plain releases instead, which nobody reviewed.
        raise FileError("file.missing", path=settings.record / RECORD_FILE)
    log = None if record is None else view_log(settings.record / "log", record.log_keys)
    before = {} if last is None else {each.published.folder: each for each in last.releases}
    good: list[SiteRelease] = []
    refused: list[Refused] = []
    for folder in release_folders(settings):
        kept = before.get(folder)
        try:
            unchanged = kept is not None and kept.mark == _look_of(folder)
            good.append(kept if kept is not None and unchanged else _read_release(folder, log))
        except HavreError as error:
            refused.append(Refused(folder.name, error))
            if kept is not None:
                good.append(kept)
    if not good:
        if refused:
            raise refused[0].error
        if record is not None and not before:
            return Site(settings, (), record, (), fingerprint, _names())
        raise FileError("web.no_release", record=settings.record, releases=settings.releases)
    good.sort(key=_order, reverse=True)
    withdrawn = frozenset() if log is None else _withdrawn(log)
    logged_at = {} if log is None else log.logged_at
    scenarios = read_scenario_files(scenario_folder(settings), None if last is None else last.scenarios)
    found = Site(settings, tuple(good), record, tuple(refused), fingerprint, _names(), withdrawn, logged_at, scenarios)
    # What the first readers ask of the newest release is read now, while its folder is as it was checked.
    _ = found.latest.explained
    return found


def _read_release(folder: Path, log: LogView | None) -> SiteRelease:
    """Read a release, and build now what the first reader would have to wait for.

    With a record, it must stand in the log, by keys that could sign at that time.

    Raises
    ------
    HavreError : something of it is not as it was published
    """
    mark = _look_of(folder)
    if log is not None:
        keys = tuple(dict.fromkeys(span.key for span in log.spans))
        verify_release(folder, keys, origin=log.checkpoint.origin, history=log.spans)
    release = SiteRelease(read_published(folder), mark)
    _ = release.series
    return release


def _withdrawn(log: LogView) -> frozenset[str]:
    steps = {name: log.stands(name) for name in log.became}
    return frozenset(name for name, step in steps.items() if step is not None and step[0] == "withdrawn")


def _order(release: SiteRelease) -> tuple[Any, ...]:
    review = release.published.release.review
    return (str(review.reviewed_at) if review is not None else "", release.made_on, release.id)


def _record(settings: WebSettings) -> RecordSettings | None:
    return read_settings(settings.record) if (settings.record / RECORD_FILE).is_file() else None


@cache
def unit_names() -> dict[str, dict[Language, str]]:
    """Say what a figure of each measure counts in each language: "persons a month"."""
    return {
        name: {
            language: say("report", f"unit.{measure.kind}", language, unit=measure.unit_name(language))
            for language in LANGUAGES
        }
        for name, measure in measures().items()
    }


def _names() -> dict[str, dict[Language, str]]:
    return {name: {language: measure.name(language) for language in LANGUAGES} for name, measure in measures().items()}
