"""The whole story of a record, told with the commands, on SQLite and on PostgreSQL.

Forecast, review with an override, publication, contest, correction by a new release, answer, verification of all, and
the track record once truth has arrived.
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from havre.cli import contest, record_options, score
from havre.record.log.entries import parse_entry
from havre.record.log.folder import Log
from havre.record.log.fsck import fsck
from havre.record.log.keys import save_key
from tests.cli.command import invoke
from tests.record.log.log_case import KEY
from tests.record.record_case import ADA, NOOR
from tests.small_panel import ARRIVALS, small_panel

PASSWORD = "correct horse"
LOG = ("--log-key-file", "log.key")
REASON = "The border was closed for the whole month."
BEGIN = datetime(2017, 1, 20, 9, tzinfo=UTC)


@dataclass
class Story:
    """Runs commands in a folder at a time that is set, and reads what they tell as JSON."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch
    at: datetime = field(default=BEGIN)

    def __call__(self, *arguments: str | Path) -> dict[str, Any]:
        told = invoke(self.monkeypatch, *arguments, "--json")
        assert told.exit_code == 0, (arguments, told.output, told.exception)
        found: dict[str, Any] = json.loads(told.stdout)
        return found

    def refused(self, *arguments: str | Path) -> str:
        told = invoke(self.monkeypatch, *arguments)
        assert told.exit_code != 0, told.output
        return str(told.exception)


@pytest.fixture
def story(address: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Story:
    story = Story(tmp_path, monkeypatch)
    monkeypatch.chdir(tmp_path)
    for name in ("HAVRE_KEY_PASSWORD", "HAVRE_LOG_KEY_PASSWORD"):
        monkeypatch.setenv(name, PASSWORD)
    if address is not None:
        monkeypatch.setenv("HAVRE_DATABASE_URL", address)
    for module in (record_options, contest, score):
        monkeypatch.setattr(module, "clock", lambda: story.at)
    for name, key in (("ada", ADA), ("noor", NOOR), ("log", KEY)):
        save_key(tmp_path / f"{name}.key", key, PASSWORD)
    small_panel(months=42).write_parquet(tmp_path / "panel.parquet")
    return story


def new_release(story: Story, *more: str) -> str:
    forecast = ("--panel", "panel.parquet", "--measure", "sea_arrivals", "--known-on", f"{story.at:%Y-%m-%d}",
                "--horizons", "3", "--draws", "100", "--no-cache", "--workers", "1")  # fmt: skip
    made = story("release", "new", *forecast, "--key-file", "ada.key", *LOG, *more)
    assert made["state"] == "in_review"
    return str(made["release"])


def publish(story: Story, release: str, *decisions: str) -> Path:
    story("release", "review", release, "--key-file", "noor.key", *LOG, *decisions, "--approve")
    return story.folder / str(story("release", "publish", release, "--key-file", "noor.key", *LOG)["folder"])


def test_from_a_forecast_to_its_score(story: Story) -> None:
    story("record", "new", "--log-key-file", "log.key", "--person", "ada.key", "--person", NOOR.verifier.text)
    first = new_release(story)
    figure = f"{ARRIVALS}/TOT/ITA/2017-02"
    view = story("release", "review", first)
    assert (view["changes"], view["leaks"]["leaks"], view["state"]) == (None, [], "in_review")
    own = story.refused("release", "review", first, "--key-file", "ada.key", "--approve")
    assert "cannot review it" in own

    story.at = BEGIN.replace(hour=15)
    folder = publish(story, first, "--override", f"{figure}=90000", "--reason", REASON, "--note", "Read with care.")
    shown = pl.read_csv(folder / "forecast.csv").drop_nulls("stated")
    assert shown.select("destination", "target_month", "stated").rows() == [("ITA", "2017-02-01", 90000)]
    assert shown["median"][0] not in (None, 90000)

    story.at = BEGIN.replace(day=22)
    filed = story("contest", "file", figure, "--release", first, "--why", "No border was closed; see the gazette.")
    story("contest", "acknowledge", filed["id"], "--key-file", "noor.key", *LOG)

    story.at = BEGIN.replace(day=24)
    second = new_release(story, "--supersedes", first, "--corrects", filed["id"])
    assert second != first
    view = story("release", "review", second)
    assert (view["changes"]["before"], view["changes"]["moved"], view["changes"]["revised"]) == (first, [], [])
    assert view["leaks"]["earlier"] == [first]
    corrected = publish(story, second)
    assert pl.read_csv(corrected / "forecast.csv")["stated"].null_count() == view["series"] * 3
    reasons = ("--summary", "A figure that the reviewer had replaced was contested.",
               "--reasons", "The gazette shows an open border; the computed figure stands again.")  # fmt: skip
    remedy = ("--outcome", "upheld", "--remedy", "release", "--remedy-id", second)
    story("contest", "answer", filed["id"], "--key-file", "noor.key", *LOG, *remedy, *reasons)

    followed = story("contest", "follow", filed["receipt"])
    assert (followed["outcome"], followed["remedy_id"]) == ("upheld", second)
    states = {each["id"]: each["state"] for each in story("release", "list")["releases"]}
    assert states == {first: "superseded", second: "published"}
    told = story("release", "show", second)
    assert (told["standing"]["supersedes"], told["standing"]["corrects"]) == (first, filed["id"])
    [about] = story("release", "show", first)["contests"]
    assert (about["id"], about["outcome"], about["late"]) == (filed["id"], "upheld", [])

    everything_verifies(story, first, second)
    truth_arrives(story, first, second)


def everything_verifies(story: Story, *releases: str) -> None:
    for release in releases:
        found = story("verify", Path("record", "releases", release), "--key", KEY.verifier.text)
        assert (found["verified"], found["author"], found["reviewer"]) == (True, ADA.name, NOOR.name)
    log = story.folder / "record" / "log"
    assert fsck(log, [KEY.verifier]).problems == ()
    kinds = [parse_entry(data).kind for data in Log.open(log).entries()]
    assert kinds == [
        "release_submitted",
        "release_reviewed",
        "figure_overridden",
        "release_published",
        "forecast_registered",
        "contest_filed",
        "contest_acknowledged",
        "release_submitted",
        "release_reviewed",
        "release_published",
        "forecast_registered",
        "release_superseded",
        "contest_answered",
    ]
    # Nothing that was written to contest the figure is anywhere in the log.
    assert not any(b"gazette." in path.read_bytes() for path in log.rglob("*") if path.is_file())
    stands = story("record", "show")
    assert (stands["waiting"], stands["not_in_log"], stands["interrupted"]) == (0, 0, [])


def truth_arrives(story: Story, first: str, second: str) -> None:
    story.at = BEGIN.replace(month=5)
    found = story("score", "--panel", "panel.parquet", *LOG)
    counts = {each["release"]: each for each in found["releases"]}
    assert set(counts) == {first, second}
    overall = [row for row in found["league"] if row["group"] == "overall"]
    # Three coasts (totals are left out of means), three months, from the first release: the second told the same again.
    assert {(row["forecasts"], row["months"]) for row in overall if row["figures"] == "computed"} == {(9, 3)}
    assert all(row["wis"] > 0 for row in overall)
    log = Log.open(story.folder / "record" / "log")
    assert parse_entry(log.entry(log.size - 1)).kind == "scores_published"
