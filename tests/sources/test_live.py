"""The real providers, for whoever has a network: ``pytest -m live``; nothing else asks them."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from havre.panel.store import PanelStore
from havre.pull import Places, pull_source
from havre.pulled_state import States
from havre.sources.catalogue import source
from havre.sources.connector import CONNECTORS, Wanted, connector
from havre.sources.fetch.fetcher import Clockwork, Fetcher
from havre.sources.fetch.settings import settings_from
from havre.sources.keys import key_finder
from havre.sources.snapshot import Snapshots

pytestmark = pytest.mark.live


@pytest.mark.parametrize("name", CONNECTORS)
def test_a_provider_is_read_as_it_is_today(name: str, tmp_path: Path) -> None:
    terms, keys = source(name), key_finder(os.environ)
    if terms.key == "needed" and not all(keys(variable) for variable in terms.key_variables):
        pytest.skip(f"needs {', '.join(terms.key_variables)}")
    at = datetime.now(UTC).replace(microsecond=0)
    places = Places(
        PanelStore(tmp_path / "store"), Snapshots(tmp_path), States(tmp_path / "states"), tmp_path / "quarantine"
    )
    with Fetcher(terms, places.snapshots, settings_from(os.environ), Clockwork(lambda: at)) as fetcher:
        done = pull_source(connector(name), Wanted(at.date(), keys=keys), places, fetcher, at)
    assert done.good, (done.failed, done.kept_out)
    assert done.new
