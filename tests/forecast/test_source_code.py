"""The hash of a model's code changes with everything that decides what it does, and with nothing else."""

import importlib
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import ModuleType

import pytest

from havre.forecast import source_code
from havre.forecast.backtest import code_of
from havre.forecast.baselines import draw_climatology
from havre.forecast.models import ALL_MODELS, BASELINES, ENSEMBLE, MEMBERS
from havre.forecast.peers import PEERS
from havre.forecast.source_code import code_hash, files_behind

FILES = {
    "__init__.py": "",
    "one.py": "from made_up import base\nfrom made_up.deep.down import d\n\n\ndef draw():\n    return base.x, d\n",
    "two.py": "import numpy\n\nSETTINGS = 'two.toml'\n\n\ndef draw():\n    from made_up.late import y\n    return y\n",
    "two.toml": "rounds = 3\n",
    "base.py": "x = 1\n",
    "late.py": "y = 1\n",
    "other.py": "z = 1\n",
    "deep/__init__.py": "",
    "deep/down.py": "d = 2\n",
}


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "made_up"
    for name, content in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    monkeypatch.syspath_prepend(tmp_path)
    yield folder
    for name in [name for name in sys.modules if name.split(".")[0] == "made_up"]:
        del sys.modules[name]


def module(name: str) -> ModuleType:
    return importlib.import_module(f"made_up.{name}")


def test_files_are_found_through_others_and_inside_functions(package: Path) -> None:
    module("one")
    module("two")
    assert files_behind("made_up.one") == {
        "made_up.one": package / "one.py",
        "made_up.base": package / "base.py",
        "made_up.deep.down": package / "deep/down.py",
    }
    assert set(files_behind("made_up.two")) == {"made_up.two", "made_up.late"}


@pytest.mark.parametrize(
    ("changed", "whose"),
    [
        ("one.py", ["one"]),
        ("base.py", ["one"]),
        ("deep/down.py", ["one"]),
        ("two.py", ["two"]),
        ("late.py", ["two"]),
        ("two.toml", ["two"]),
        ("other.py", []),
    ],
)
def test_a_hash_changes_with_the_files_behind_it(package: Path, changed: str, whose: list[str]) -> None:
    before = {name: code_hash(module(name).draw) for name in ("one", "two")}
    assert {name: code_hash(module(name).draw) for name in ("one", "two")} == before
    path = package / changed
    path.write_text(path.read_text().replace("1", "4").replace("2", "5").replace("3", "6") + "\n")
    assert [name for name, old in before.items() if code_hash(module(name).draw) != old] == whose


def test_a_hash_changes_with_the_version_of_a_package(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = [code_hash(module(name).draw) for name in ("one", "two")]
    source_code._version_of.cache_clear()
    monkeypatch.setattr(source_code, "version", lambda name: "99" if name == "numpy" else "1")
    after = [code_hash(module(name).draw) for name in ("one", "two")]
    source_code._version_of.cache_clear()
    assert [old != new for old, new in zip(before, after, strict=True)] == [False, True]


def test_settings_of_a_function_count() -> None:
    six, twelve = (code_hash(partial(draw_climatology, months=months)) for months in (6, 12))
    assert six != twelve != code_hash(draw_climatology)
    assert six == code_hash(partial(draw_climatology, months=6))


def test_every_model_has_its_hash_and_none_depends_on_all_others() -> None:
    code = code_of((*ALL_MODELS, *PEERS))
    assert set(code) == {*ALL_MODELS, *PEERS}
    assert len(set(code.values())) == len(code)
    behind = {name: set(files_behind(function.__module__)) for name, function in PEERS.items()}
    behind |= {name: set(files_behind(getattr(function, "func", function).__module__))
               for name, function in BASELINES.items()}  # fmt: skip
    assert all("havre.draws" in found for found in behind.values())
    registry = "havre.forecast.models"
    assert [name for name, found in behind.items() if registry in found] == []


def test_an_ensemble_has_the_hashes_of_its_members() -> None:
    assert set(code_of((ENSEMBLE,))) == {ENSEMBLE, *MEMBERS}
