"""A store gives back what was put in, adds only news, and never leaves anything half-written."""

import io
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import NoReturn
from uuid import uuid4

import fsspec
import numpy as np
import polars as pl
import pytest

from havre.errors import FileError, PanelError
from havre.panel.observations import SCHEMA
from havre.panel.store import PanelStore, export_observations, parse_observations, read_observations
from havre.whole_files import write_whole
from tests.panel.observation_samples import monthly, table

TABLE = table(*monthly([1.0, None, 3.5], rounding=5.0), *monthly([4.0, 5.0], origin="NAM", destination="NOR"))
LATER = TABLE.with_columns(as_of=pl.lit(date(2021, 6, 1)), value=pl.col("value") + 1)


@pytest.fixture(params=["folder", "memory"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return str(tmp_path / "panel") if request.param == "folder" else f"memory://havre-{uuid4()}/panel"


def test_an_address_without_parts_is_an_empty_panel(address: str) -> None:
    store = PanelStore(address)
    assert store.read().height == 0
    assert store.read().schema == SCHEMA
    assert store.hashes() == {}


def test_what_was_put_in_comes_back(address: str) -> None:
    store = PanelStore(address)
    assert store.append(TABLE) == TABLE.height
    assert PanelStore(address).read().sort(TABLE.columns).equals(TABLE.sort(TABLE.columns))


def test_appending_again_adds_nothing_and_a_revision_adds_its_rows(address: str) -> None:
    store = PanelStore(address)
    store.append(TABLE)
    before = store.hashes()
    assert store.append(TABLE) == 0
    assert store.append(TABLE.with_columns(as_of=pl.lit(date(2021, 3, 1)))) == 0
    assert store.hashes() == before
    assert store.append(LATER) == TABLE["value"].count()
    assert store.append(LATER) == 0
    assert store.as_of(date(2021, 5, 31)).sort(TABLE.columns).equals(TABLE.sort(TABLE.columns))
    assert store.as_of(date(2021, 6, 1))["value"].sum() == LATER["value"].sum()
    assert len(store.hashes()) == 2


def test_a_part_is_named_by_its_content(address: str) -> None:
    store = PanelStore(address)
    store.append(TABLE)
    ((name, digest),) = store.hashes().items()
    assert name == f"observations-{digest[:16]}.parquet"


def test_a_table_that_breaks_the_schema_adds_nothing(address: str) -> None:
    store = PanelStore(address)
    with pytest.raises(PanelError, match="mine.csv, row 1"):
        store.append(table({"value": -1.0}), "mine.csv")
    assert store.hashes() == {}


def test_another_value_as_of_the_same_day_is_refused(address: str) -> None:
    store = PanelStore(address)
    store.append(TABLE)
    other = TABLE.with_columns(
        value=pl.col("value").fill_null(9.0) + pl.when(pl.col("origin") == "NAM").then(1).otherwise(0)
    )
    with pytest.raises(PanelError, match="NAM→NOR 2015-01-01") as caught:
        store.append(other, "again.csv")
    assert [dict(problem.fields)["row"] for problem in caught.value.problems] == [2, 4, 5]
    assert "later as_of" in caught.value.advice()
    assert store.read().height == TABLE.height


@pytest.mark.parametrize("address", ["nonsense://somewhere", "s4://bucket/panel"])
def test_an_address_that_nobody_can_reach_is_told(address: str) -> None:
    with pytest.raises(FileError, match="cannot be opened as a store"):
        PanelStore(address)


def damage_half(content: bytes) -> bytes:
    return content[: len(content) // 2]


def damage_one_byte(content: bytes) -> bytes:
    return content[:10] + bytes([content[10] ^ 1]) + content[11:]


@pytest.mark.parametrize("damage", [damage_half, damage_one_byte, lambda _: b"", lambda _: b"not Parquet"])
def test_a_damaged_part_is_named(address: str, damage: Callable[[bytes], bytes]) -> None:
    store = PanelStore(address)
    store.append(TABLE)
    store.append(LATER)
    name = min(store.hashes())
    with fsspec.open(f"{address}/{name}", "rb") as part:
        content = part.read()
    with fsspec.open(f"{address}/{name}", "wb") as part:
        part.write(damage(content))
    with pytest.raises(FileError, match=name) as caught:
        store.read()
    assert caught.value.problems[0].key == "file.damaged"


def test_a_part_whose_content_was_replaced_by_other_observations_is_named(address: str) -> None:
    store = PanelStore(address)
    store.append(TABLE)
    (name,) = store.hashes()
    with fsspec.open(f"{address}/{name}", "wb") as part:
        LATER.write_parquet(part)
    with pytest.raises(FileError, match=name):
        store.read()


def test_damaged_parquet_is_an_error_for_people_whatever_the_damage() -> None:
    written = io.BytesIO()
    table(*monthly([float(v) for v in range(200)])).write_parquet(written)
    content, rng = written.getvalue(), np.random.default_rng(0)
    told = []
    for _ in range(60):
        broken = bytearray(content)
        for place in rng.integers(0, len(content), 4):
            broken[place] ^= int(rng.integers(1, 256))
        try:
            parse_observations(io.BytesIO(bytes(broken)), "broken.parquet")
        except (FileError, PanelError) as error:
            told.append(str(error))
    assert len(told) > 30
    assert all("broken.parquet" in sentence for sentence in told)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def fail(*_: object, **__: object) -> NoReturn:
    raise OSError(28, "No space left on device")


def test_nothing_is_left_when_a_part_cannot_be_put_in_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = PanelStore(tmp_path / "panel")
    store.append(TABLE)
    before = names_in(tmp_path)
    monkeypatch.setattr("fsspec.implementations.local.LocalFileSystem.mv", fail)
    with pytest.raises(FileError, match="No space left on device. Nothing was left half-written"):
        store.append(LATER)
    assert names_in(tmp_path) == before
    assert store.read().height == TABLE.height


def test_an_old_file_stays_when_the_new_one_cannot_be_put_in_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "panel.csv"
    path.write_text("old", encoding="utf-8")
    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(FileError, match="panel.csv: cannot be written: No space left on device"):
        write_whole(path, b"new")
    with pytest.raises(FileError, match="other.csv: cannot be written: No space left on device"):
        export_observations(TABLE, tmp_path / "other.csv")
    assert names_in(tmp_path) == ["panel.csv"]
    assert path.read_text(encoding="utf-8") == "old"


def test_nothing_is_left_after_an_interruption(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "a.txt", b"content")
    monkeypatch.setattr("fsspec.implementations.local.LocalFileSystem.mv", interrupt)
    with pytest.raises(KeyboardInterrupt):
        PanelStore(tmp_path / "panel").append(TABLE)
    assert names_in(tmp_path) == []


FULL = """
import json, resource, signal, sys
from pathlib import Path
import numpy as np
import polars as pl
from havre.errors import FileError
from havre.panel.store import PanelStore, export_observations
from havre.whole_files import write_whole
from tests.panel.observation_samples import monthly, table

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
values = np.random.default_rng(0).integers(0, 1 << 39, 2000).astype(float).tolist()
big = pl.concat([table(*monthly(values[:1000])), table(*monthly(values[1000:], origin="ERI"))])
folder = Path(sys.argv[1])
told = []
for write in (
    lambda: PanelStore(folder / "panel").append(big),
    lambda: export_observations(big, folder / "new.csv"),
    lambda: export_observations(big, folder / "new.parquet"),
    lambda: write_whole(folder / "panel.csv", bytes(8192)),
):
    try:
        write()
    except FileError as error:
        told.append([error.problems[0].key, str(error)])
print(json.dumps(told))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of file sizes are those of POSIX")
def test_nothing_is_left_of_a_file_that_the_system_refuses_to_write(tmp_path: Path) -> None:
    (tmp_path / "panel.csv").write_text("old", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    told = json.loads(done.stdout)
    assert [key for key, _ in told] == ["file.not_writable"] * 4
    assert all("File too large" in sentence for _, sentence in told)
    assert names_in(tmp_path) == ["panel.csv"]
    assert (tmp_path / "panel.csv").read_text(encoding="utf-8") == "old"


def test_a_target_under_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    for write in (
        lambda: PanelStore(tmp_path / "file").append(TABLE),
        lambda: PanelStore(tmp_path / "file" / "panel").append(TABLE),
        lambda: export_observations(TABLE, tmp_path / "file" / "panel.csv"),
        lambda: write_whole(tmp_path / "file" / "panel.txt", b"x"),
    ):
        with pytest.raises(FileError, match="cannot be written"):
            write()
    assert names_in(tmp_path) == ["file"]
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(FileError, match="folder.csv"):
        export_observations(TABLE, tmp_path / "folder.csv")
    assert names_in(tmp_path) == ["file"]


@pytest.mark.parametrize("name", ["panel.csv", "panel.parquet", "PANEL.CSV", "new/folder/panel.parquet"])
def test_an_export_reads_back_the_same(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    export_observations(TABLE, path)
    assert read_observations(path).equals(TABLE)
    with pytest.raises(FileError, match="exists already"):
        export_observations(TABLE.head(1), path)
    assert read_observations(path).equals(TABLE)


@pytest.mark.parametrize("name", ["panel.xlsx", "panel", "panel.csv.gz"])
def test_an_export_of_another_kind_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileError, match=r"\.csv, \.parquet"):
        export_observations(TABLE, tmp_path / name)
    assert names_in(tmp_path) == []


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    for name in ("no.csv", "no.parquet"):
        with pytest.raises(FileError, match="there is no such file"):
            read_observations(tmp_path / name)


HEADER = "measure,origin,destination,period,frequency,value,rounding,status,source,as_of\n"


def test_text_is_never_guessed(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    row = "asylum_applications,{},{},2020-01-01,M,{},,final,eurostat,2021-01-01\n"
    path.write_text(
        "\ufeff" + HEADER + row.format("NAM", "NOR", "007") + row.format("SYR", "NOR", ""), encoding="utf-8"
    )
    assert read_observations(path)["value"].to_list() == [7.0, None]
    path.write_text(HEADER + row.format("NA", "NO", "1"), encoding="utf-8")
    with pytest.raises(PanelError) as caught:
        read_observations(path)
    assert [dict(problem.fields)["code"] for problem in caught.value.problems] == ["NA", "NO"]
    path.write_text(HEADER + row.format("NAM", "NOR", "NA"), encoding="utf-8")
    with pytest.raises(PanelError, match="mine.csv, row 1: column “value” holds “NA”"):
        read_observations(path)


@pytest.mark.parametrize("content", [b"", HEADER.encode() + b"\xff\xfe,\n", HEADER.encode() + b"a," * 30 + b"\n"])
def test_a_damaged_text_file_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "mine.csv"
    path.write_bytes(content)
    with pytest.raises(FileError, match="cannot be read as CSV"):
        read_observations(path)


def test_a_text_file_that_calls_itself_parquet_is_told(tmp_path: Path) -> None:
    path = tmp_path / "mine.parquet"
    path.write_text(HEADER, encoding="utf-8")
    with pytest.raises(FileError, match="cannot be read as Parquet"):
        read_observations(path)
