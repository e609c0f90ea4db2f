"""Every provider at once, twice, then ten revised values: as a person would see it on the command line."""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from havre.panel.store import PanelStore
from havre.panel.vintage import as_of, latest
from havre.sources.connector import CONNECTORS
from tests.cli.command import havre
from tests.sources.stand_ins import eurostat
from tests.sources.stand_ins.registry import hosts, keys, small
from tests.sources.stand_ins.server import ProviderServer, StandIn, serving

pytestmark = pytest.mark.slow
NO_VALIDATORS = {"api.unhcr.org", "data.unhcr.org"}
"""Hosts whose protocol has neither ETag nor Last-Modified: what they say has to come again to be compared."""


@pytest.fixture(scope="module")
def served() -> dict[str, StandIn]:
    return {source: small(source) for source in CONNECTORS}


@pytest.fixture(scope="module")
def server(served: dict[str, StandIn]) -> Iterator[ProviderServer]:
    every = {host: stand_in for source, made in served.items() for host, stand_in in hosts(source, made).items()}
    with serving(every) as running:
        yield running


def pull(server: ProviderServer, folder: Path, *arguments: str) -> dict[str, dict[str, object]]:
    given = {name: value for source in CONNECTORS for name, value in keys(source).items()}
    variables = {"HAVRE_MIRROR": server.address, "HAVRE_LANG": "en", **given}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        told = havre("pull", "--json", *arguments, cwd=folder, HAVRE_LANG="en")
    assert told.returncode == 0, told.stdout + told.stderr
    assert "Traceback" not in told.stderr
    secrets = [value for value in given.values() if len(value) > 3]
    assert not [value for value in secrets if value in told.stdout + told.stderr]
    return {done["source"]: done for done in json.loads(told.stdout)["pulled"]}


def pull_all(server: ProviderServer, folder: Path) -> dict[str, dict[str, object]]:
    """Pull everything; those that are asked for a span from where the stand-ins have events."""
    spans = ("acled", "gdelt")
    others = [source for source in CONNECTORS if source not in spans]
    return {**pull(server, folder, *others), **pull(server, folder, *spans, "--since", "2026-07-01")}


def test_all_providers_twice_and_then_ten_revisions(
    server: ProviderServer, served: dict[str, StandIn], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = pull_all(server, tmp_path)
    assert first.keys() == set(CONNECTORS)
    assert [source for source, done in first.items() if not (done["good"] and done["new"])] == []
    before = PanelStore(tmp_path / "panel-store").read()
    server.forget()
    second = pull_all(server, tmp_path)
    assert {source: (done["new"], done["revised"]) for source, done in second.items()} == dict.fromkeys(second, (0, 0))
    lines = [
        f"{source:18} first {first[source]['new']:>8,} rows {first[source]['bytes']:>10,} bytes, "
        f"second 0 rows {second[source]['bytes']:>10,} bytes\n"
        for source in CONNECTORS
    ]
    with capsys.disabled():
        sys.stdout.write("".join(lines))
    revised = _revise(served["eurostat"])
    third = pull(server, tmp_path, "eurostat")
    assert (third["eurostat"]["new"], third["eurostat"]["revised"]) == (0, revised)
    told = havre("panel", "revisions", "--panel", "panel-store", "--source", "eurostat", "--json", cwd=tmp_path)
    assert len(json.loads(told.stdout)["revisions"]) == revised
    after = PanelStore(tmp_path / "panel-store").read()
    assert after.height == before.height + revised
    day = max(before["as_of"].to_list())
    old = as_of(after, day).filter(pl.col("source") == "eurostat").sort(pl.all())
    # What was known before the third pull is still told: the revisions of the same day are dated the next.
    assert old.equals(latest(before.filter(pl.col("source") == "eurostat")).sort(pl.all()))


def _revise(provider: StandIn) -> int:
    """Change ten values of a table that the service publishes."""
    assert isinstance(provider, eurostat.EurostatStandIn)
    table = provider.tables["migr_asyappctzm"]
    chosen = (pl.col("citizen") == "SY") & (pl.col("geo") == "DE") & (pl.col("applicant") == "FRST")
    number = pl.when(chosen).then(chosen.cast(pl.Int32).cum_sum()).otherwise(0)
    table.cells = table.cells.with_columns(
        value=pl.when(number.is_between(1, 10)).then(pl.col("value") + 5).otherwise("value")
    )
    eurostat.touch(provider)
    return 10


def test_the_list_tells_terms_and_last_pulls(server: ProviderServer, tmp_path: Path) -> None:
    pull(server, tmp_path, "frontex", "iom_mmp")
    told = havre("sources", "list", cwd=tmp_path, HAVRE_LANG="en")
    assert told.returncode == 0
    for source in CONNECTORS:
        assert re.search(rf"^\s*{source}\b", told.stdout, re.MULTILINE), source
    assert len(re.findall(r"\d{4}-\d\d-\d\d \d\d:\d\d", told.stdout)) == 2
