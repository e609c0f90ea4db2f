"""Forecasts that were made before are taken again, and made again where anything that decides them changed."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from havre.draws import Draws, Quantiles
from havre.evaluate.protocol import Forecasts
from havre.forecast import models
from havre.forecast.backtest import make_forecasts
from havre.forecast.ensemble import join_members
from havre.forecast.kept import KeptForecasts, _digest, default_folder, entry_key, history_hash
from havre.forecast.models import ENSEMBLE
from havre.months import add_months
from havre.panel.series import MonthlySeries
from tests.forecast.series_samples import FIRST, lively, series_of

BACKTEST = import_module("havre.forecast.backtest")
"""The file, whose name in the package is that of its function."""
SERIES = series_of(lively(4, 50))
ORIGINS = [add_months(FIRST, month) for month in (40, 41, 42)]
MEMBERS = ("rw_local", "exponential_level")
ASKED = (ENSEMBLE, *MEMBERS, "climatology_6")


@pytest.fixture
def kept(tmp_path: Path) -> KeptForecasts:
    return KeptForecasts(tmp_path / "kept")


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Count who forecasts: two members, one baseline beside them, and the ensemble."""
    found: list[str] = []

    def counted(name: str, model: models.Model) -> models.Model:
        def count(history: MonthlySeries, horizons: int, draws: int, rng: np.random.Generator) -> Draws:
            found.append(name)
            return model(history, horizons, draws, rng)

        return count

    def ensemble(members: list[Draws], rng: np.random.Generator) -> Draws:
        found.append(ENSEMBLE)
        return join_members(members, rng)

    for registry in (models.BASELINES, models.MODELS):
        for name in (set(registry) & set(ASKED)) - {ENSEMBLE}:
            monkeypatch.setitem(registry, name, counted(name, registry[name]))
    monkeypatch.setattr(BACKTEST, "MEMBERS", MEMBERS)
    monkeypatch.setattr(BACKTEST, "join_members", ensemble)
    code = dict.fromkeys(ASKED, "as it was")
    monkeypatch.setattr(BACKTEST, "code_of", lambda _: dict(code))
    return found


def forecasts(kept: KeptForecasts | None, series: MonthlySeries = SERIES, **options: int) -> Forecasts:
    settings = {"horizons": 3, "draws": 50, "seed": 1, **options}
    return make_forecasts(ORIGINS, series.until, models=ASKED, kept=kept, **settings)  # type: ignore[arg-type]


def bits(found: Forecasts) -> dict[tuple[str, date], tuple[object, ...]]:
    return {place: (made.keys, made.origin, made.values.tobytes()) for place, made in found.items()}


def test_a_second_run_makes_nothing_again(kept: KeptForecasts, calls: list[str]) -> None:
    plain = bits(forecasts(None))
    calls.clear()
    assert bits(forecasts(kept)) == plain
    assert sorted(calls) == sorted(ASKED * len(ORIGINS))
    calls.clear()
    assert bits(forecasts(kept)) == plain
    assert calls == []


@pytest.mark.parametrize(
    ("changed", "again"),
    [
        ("rw_local", ["rw_local", ENSEMBLE]),
        ("exponential_level", ["exponential_level", ENSEMBLE]),
        ("climatology_6", ["climatology_6"]),
        (ENSEMBLE, [ENSEMBLE]),
    ],
)
def test_where_one_model_changed_only_it_and_the_ensemble_are_made_again(
    kept: KeptForecasts, calls: list[str], monkeypatch: pytest.MonkeyPatch, changed: str, again: list[str]
) -> None:
    plain = bits(forecasts(kept))
    calls.clear()
    code = dict.fromkeys(ASKED, "as it was") | {changed: "changed"}
    monkeypatch.setattr(BACKTEST, "code_of", lambda _: code)
    assert bits(forecasts(kept)) == plain
    assert sorted(calls) == sorted(again * len(ORIGINS))


@pytest.mark.parametrize("option", [{"seed": 2}, {"horizons": 2}, {"draws": 51}])
def test_other_settings_are_other_forecasts(kept: KeptForecasts, calls: list[str], option: dict[str, int]) -> None:
    forecasts(kept)
    calls.clear()
    assert bits(forecasts(kept, SERIES, **option)) == bits(forecasts(None, SERIES, **option))
    assert sorted(calls) == sorted(ASKED * len(ORIGINS) * 2)


def test_another_history_is_another_forecast(kept: KeptForecasts, calls: list[str]) -> None:
    values = SERIES.values.copy()
    values[1, 41] += 1
    changed = MonthlySeries(SERIES.keys, SERIES.first, values)
    forecasts(kept)
    calls.clear()
    assert bits(forecasts(kept, changed)) == bits(forecasts(None, changed))
    assert sorted(calls[: -len(ASKED) * 3]) == sorted(ASKED * 2), "the first origin does not know that month"


def test_members_kept_by_themselves_change_nothing_for_an_ensemble(kept: KeptForecasts, calls: list[str]) -> None:
    without = {"horizons": 3, "draws": 50, "seed": 1, "kept": kept}
    make_forecasts(ORIGINS, SERIES.until, models=MEMBERS, **without)  # type: ignore[arg-type]
    calls.clear()
    assert bits(forecasts(kept)) == bits(forecasts(None))


def garbage(content: bytes) -> bytes:
    return bytes(len(content))


def flipped(content: bytes) -> bytes:
    return content[:-20] + bytes([content[-20] ^ 1]) + content[-19:]


@pytest.mark.parametrize("damage", [garbage, flipped, lambda content: content[:40], lambda _: b"", lambda _: b"x" * 32])
def test_a_damaged_entry_is_made_again(kept: KeptForecasts, calls: list[str], damage: object) -> None:
    plain = bits(forecasts(kept))
    entries = sorted(kept.folder.glob("*/*"))
    assert len(entries) == len(ORIGINS) * (len(ASKED) + len(MEMBERS))
    for path in entries:
        path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]
    calls.clear()
    assert bits(forecasts(kept)) == plain
    assert sorted(calls) == sorted(ASKED * len(ORIGINS))
    calls.clear()
    assert bits(forecasts(kept)) == plain
    assert calls == [], "what was made again is kept again"


def test_a_folder_that_cannot_be_written_keeps_nothing(tmp_path: Path, calls: list[str]) -> None:
    (tmp_path / "file").write_text("not a folder")
    nowhere = KeptForecasts(tmp_path / "file" / "kept")
    assert bits(forecasts(nowhere)) == bits(forecasts(None))
    assert nowhere.prune() == 0
    assert len(calls) == 2 * len(ASKED) * len(ORIGINS)


def test_entries_come_back_bit_by_bit(kept: KeptForecasts) -> None:
    rng = np.random.default_rng(4)
    draws = Draws(SERIES.keys, ORIGINS[0], rng.gamma(0.3, 1e9, (4, 3, 7)) * rng.integers(0, 2, (4, 3, 7)))
    kept.keep_draws("ab", draws)
    found = kept.draws("ab")
    assert found is not None
    assert (found.keys, found.origin, found.values.tobytes()) == (draws.keys, draws.origin, draws.values.tobytes())
    blank = Quantiles.of(draws).values.copy()
    blank[2, 1] = np.nan
    kept.keep_quantiles("ab", Quantiles(SERIES.keys, ORIGINS[0], blank))
    quantiles = kept.quantiles("ab")
    assert quantiles is not None
    assert quantiles.values.tobytes() == blank.tobytes()
    assert kept.quantiles("cd") is None
    assert kept.draws("cd") is None


def test_many_may_read_and_write_at_once(kept: KeptForecasts) -> None:
    made = Quantiles(SERIES.keys, ORIGINS[0], np.sort(np.random.default_rng(1).gamma(1, 9, (4, 3, 23)), axis=-1))

    def work(_: int) -> bool:
        kept.keep_quantiles("ab", made)
        found = kept.quantiles("ab")
        kept.prune(10**9)
        return found is not None and found.values.tobytes() == made.values.tobytes()

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(200)))
    assert [path.name for path in kept.folder.rglob("*") if path.is_file()] == ["ab.quantiles"]


def test_the_folder_stays_small_and_keeps_what_was_used_last(kept: KeptForecasts) -> None:
    made = Quantiles(SERIES.keys, ORIGINS[0], np.zeros((4, 3, 23)))
    for age, name in enumerate(("aa", "bb", "cc", "dd")):
        kept.keep_quantiles(name, made)
        os.utime(kept.folder / name / f"{name}.quantiles", (age, age))
    size = (kept.folder / "aa" / "aa.quantiles").stat().st_size
    assert kept.prune(4 * size) == 0
    assert kept.quantiles("aa") is not None, "and now it was used"
    assert kept.prune(2 * size) == 2
    assert {path.stem for path in kept.folder.glob("*/*")} == {"aa", "dd"}
    assert kept.prune(0) == 2


@pytest.mark.parametrize(
    ("environment", "folder"),
    [
        ({"HAVRE_CACHE": "/a/b", "XDG_CACHE_HOME": "/c"}, Path("/a/b")),
        ({"XDG_CACHE_HOME": "/c"}, Path("/c/havre")),
        ({"XDG_CACHE_HOME": "relative"}, Path.home() / ".cache" / "havre"),
        ({}, Path.home() / ".cache" / "havre"),
    ],
)
def test_where_forecasts_are_kept(environment: dict[str, str], folder: Path) -> None:
    assert default_folder(environment) == folder


def test_a_key_depends_on_every_part() -> None:
    keys = {entry_key("a", 1), entry_key("a", 2), entry_key("b", 1), entry_key("a1"), entry_key("a", "1"), entry_key()}
    assert len(keys) == 6
    later = replace(SERIES, first=add_months(FIRST, 1))
    others = [later, SERIES.select([1, 0, 2, 3]), SERIES.select([0, 1, 2]), SERIES.until(ORIGINS[0])]
    renamed = MonthlySeries((SERIES.keys[1], SERIES.keys[0], *SERIES.keys[2:]), SERIES.first, SERIES.values)
    assert len({history_hash(each) for each in (SERIES, renamed, *others)}) == 6
    assert history_hash(series_of(lively(4, 50))) == history_hash(SERIES)


def test_whole_entries_that_are_no_forecast_or_another_one_are_not_taken(kept: KeptForecasts) -> None:
    made = Quantiles.of(Draws(SERIES.keys, ORIGINS[0], np.ones((4, 2, 5))))
    kept.keep_quantiles("ab" * 32, made)
    kept.keep_quantiles("cd" * 32, made)
    mine, other = (kept.folder / key[:2] / f"{key}.quantiles" for key in ("ab" * 32, "cd" * 32))
    mine.write_bytes(other.read_bytes())
    assert kept.quantiles("ab" * 32) is None, "an entry of another name"
    for body in (b"", b"rubbish", b"{}\nrubbish", b'{"keys": [], "origin": "x", "shape": []}\n'):
        mine.write_bytes(_digest(mine.name, body) + body)
        assert kept.quantiles("ab" * 32) is None, body
    (kept.folder / "zz" / "folder").mkdir(parents=True)
    assert kept.prune(0) == 2
