"""What a release tells of a private input cannot be guessed, and can be shown later by whoever has the salt."""

import json
from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from multiprocessing.pool import ThreadPool
from pathlib import Path

import pytest

from havre.errors import FileError
from havre.forecast.outlook import OutlookOptions
from havre.input_hashes import kept_salt, salt_file, salted
from havre.panel.store import PanelStore
from havre.pipeline import PanelInput, find_scopes, load_panel, make_release, publish
from tests.small_panel import small_panel

FAST = OutlookOptions(horizons=2, draws=60, backtest_months=2, seed=5)
COASTS = {"measure": "sea_arrivals"}


@pytest.fixture(scope="module", autouse=True)
def _few_trees(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Take the same path through the code with fewer rounds, to be done sooner, and keep such forecasts apart."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("havre.forecast.quantile_trees.ROUNDS", 12)
        patch.setenv("HAVRE_CACHE", str(tmp_path_factory.mktemp("kept")))
        yield


def written(data: PanelInput, folder: Path) -> tuple[dict[str, str], bytes]:
    """Publish a release; give what it tells of its inputs, and every byte and name of it."""
    made = make_release(data, find_scopes(data.observations, [COASTS]), FAST, made_on=date(2019, 3, 1))
    publish(made, folder)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    whole = b"".join(str(path.relative_to(folder)).encode() + path.read_bytes() for path in files)
    inputs: dict[str, str] = json.loads((folder / "manifest.json").read_text())["inputs"]
    return inputs, whole + made.facts.id.encode()


@pytest.mark.parametrize("kind", ["file", "store"])
def test_nothing_of_a_release_tells_the_hash_of_a_private_panel_or_the_salt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setenv("HAVRE_INPUT_SALT", str(tmp_path / "salt"))
    address = tmp_path / ("panel.parquet" if kind == "file" else "store")
    if kind == "file":
        small_panel().write_parquet(address)
    else:
        PanelStore(str(address)).append(small_panel())
    data = load_panel(str(address))
    inputs, whole = written(data, tmp_path / "one")
    parts = [address] if kind == "file" else sorted(address.iterdir())
    digests = [sha256(part.read_bytes()).hexdigest() for part in parts]
    for secret in (*digests, *(digest[:8] for digest in digests), (tmp_path / "salt").read_text().strip()):
        assert secret.encode() not in whole
    # Who has the file and the salt shows that it was the one.
    salt = kept_salt(tmp_path / "salt")
    assert inputs == salted({part.name: digest for part, digest in zip(parts, digests, strict=True)}, salt)
    # The same salt gives the same release; another one gives another id, which would be guessed as well as a hash.
    assert written(data, tmp_path / "again") == (inputs, whole)
    monkeypatch.setenv("HAVRE_INPUT_SALT", str(tmp_path / "other"))
    others, other = written(load_panel(str(address)), tmp_path / "third")
    assert set(others.values()).isdisjoint(inputs.values())
    assert other[-8:] != whole[-8:]


def test_hashes_without_a_salt_are_not_told(tmp_path: Path) -> None:
    data = PanelInput(small_panel(), {"panel.csv": "ab" * 32})
    inputs, whole = written(data, tmp_path / "one")
    assert inputs == {}
    assert written(PanelInput(small_panel(), {"panel.csv": "cd" * 32}), tmp_path / "two") == (inputs, whole)


def test_the_reference_snapshot_is_public_and_keeps_its_hashes() -> None:
    data = load_panel(None)
    assert data.told_inputs() == dict(data.hashes)
    assert data.known_on(date(2020, 1, 1)).told_inputs() == dict(data.hashes)


def test_the_salt_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "salt"
    with ThreadPool(8) as pool:
        found = pool.map(lambda _: kept_salt(path), range(16))
    assert len(set(found)) == 1
    assert len(found[0]) == 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["salt"]
    assert kept_salt(path, source=bytes) == found[0]


@pytest.mark.parametrize("content", ["", "ab" * 31, "ab" * 33, "rubbish", "ä"])
def test_a_damaged_salt_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "salt").write_text(content, encoding="utf-8")
    with pytest.raises(FileError, match="salt"):
        kept_salt(tmp_path / "salt")
    (tmp_path / "file").write_text("x")
    with pytest.raises(FileError, match="file"):
        kept_salt(tmp_path / "file" / "salt")


def test_where_the_salt_is_kept() -> None:
    assert salt_file({"HAVRE_INPUT_SALT": "/s"}) == Path("/s")
    assert salt_file({"XDG_DATA_HOME": "/data"}) == Path("/data/havre/input-salt")
    assert salt_file({"XDG_DATA_HOME": "not/absolute"}) == Path.home() / ".local/share/havre/input-salt"
