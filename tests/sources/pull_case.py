"""A place to pull into, with a clock of the test's own and sleep that takes no time."""

import shutil
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from havre.panel.store import PanelStore
from havre.pull import Places, Pulled, pull_source, read_again
from havre.pulled_state import States
from havre.sources.catalogue import source
from havre.sources.connector import Connector, Wanted
from havre.sources.fetch.fetcher import Clockwork, Fetcher
from havre.sources.fetch.settings import FetchSettings
from havre.sources.snapshot import Snapshots
from tests.sources.stand_ins.server import ProviderServer


@dataclass
class PullCase:
    """A connector and where it pulls into."""

    connector: Connector
    places: Places
    naps: list[float] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)

    def pull(self, server: ProviderServer, at: datetime, **choices: Any) -> Pulled:
        """Pull once."""
        limits = {"attempts": 4, "read_timeout": 1.0, "request_budget": 20.0, **choices.pop("settings", {})}
        settings = FetchSettings(mirror=server.address, first_pause=0.01, **limits)
        clockwork = Clockwork(lambda: at, sleep=self.naps.append)
        terms = source(self.connector.source)
        with Fetcher(terms, self.places.snapshots, settings, clockwork, tell=self.lines.append) as fetcher:
            wanted = Wanted(at.date(), choices.pop("since", None), self.keys.get)
            return pull_source(self.connector, wanted, self.places, fetcher, at, **choices)

    def read_again(self, at: datetime) -> Pulled:
        """Read what is kept once more, offline."""
        return read_again(self.connector, self.places, at)


def pull_case(connector: Connector, folder: Path) -> PullCase:
    """Make one in a folder."""
    pulled = folder / "pulled"
    places = Places(PanelStore(folder / "store"), Snapshots(pulled), States(pulled / "states"), pulled / "quarantine")
    return PullCase(connector, places)


def pulled_before(original: Path, connector: Connector, folder: Path) -> PullCase:
    """Make one in a folder from all that another one pulled: a copy takes less time than a pull."""
    shutil.copytree(original, folder, dirs_exist_ok=True)
    return pull_case(connector, folder)
