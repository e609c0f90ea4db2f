"""A release is there whole, or not at all, whatever goes wrong while it is written."""

import csv
import errno
import hashlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from havre.errors import FileError
from havre.record import folder as folder_file
from havre.record.folder import check_free, forecast_table, release_files, write_release
from havre.record.tables import Release
from havre.record.written_tables import csv_of
from tests.record.release_samples import MEASURE_NAMES, sample_facts, sample_release

LARGEST_PLANTED = 987_654.0


def write(out: Path, release: Release | None = None) -> Path:
    return write_release(release or sample_release(), out, measure_names=MEASURE_NAMES, model_descriptions={})


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_everything_is_there_and_the_manifest_knows_it(tmp_path: Path) -> None:
    out = write(tmp_path / "deep" / "down" / "release")
    files = contents(out)
    manifest = json.loads(files.pop("manifest.json"))
    assert manifest["files"] == {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    tables = {"forecast.csv", "skill.csv", "series.csv", "report.html", "target-data/time-series.parquet"}
    assert tables <= manifest["files"].keys()
    assert manifest["automated"] is True
    assert manifest["reviewed_by"] is None
    assert manifest["seed"] == 20201201
    assert manifest["inputs"] == {"panel/bamf.parquet": "ab" * 32}
    assert manifest["suppressed"] == {"history": 20, "forecasts": 12}
    assert [path.name for path in out.parent.iterdir()] == ["release"]


def test_the_same_release_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = contents(write(tmp_path / "first")), contents(write(tmp_path / "second"))
    assert first == second
    other = contents(write(tmp_path / "third", sample_release(facts=sample_facts(seed=1))))
    assert other["manifest.json"] != first["manifest.json"]


def test_others_may_read_it(tmp_path: Path) -> None:
    assert write(tmp_path / "release").stat().st_mode & 0o777 == 0o755


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "release").mkdir()
    assert (write(tmp_path / "release") / "manifest.json").is_file()


def test_a_folder_that_holds_something_is_refused_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "note.txt").write_text("mine")
    monkeypatch.setattr(folder_file, "release_files", lambda *_: pytest.fail("worked before it looked"))
    for out in (tmp_path, tmp_path / "note.txt"):
        with pytest.raises(FileError, match="exists already"):
            write(out)
        with pytest.raises(FileError, match="exists already"):
            check_free(out)
    assert contents(tmp_path) == {"note.txt": b"mine"}


@pytest.mark.parametrize("below", ["note.txt/release", "note.txt/deep/release", "x" * 300])
def test_a_place_where_no_folder_can_be_is_refused_before_any_work(tmp_path: Path, below: str) -> None:
    (tmp_path / "note.txt").write_text("mine")
    with pytest.raises(FileError, match="cannot be written"):
        check_free(tmp_path / below)
    with pytest.raises(FileError, match="cannot be written"):
        write(tmp_path / below)
    assert contents(tmp_path) == {"note.txt": b"mine"}


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a system folder in which nobody can write")
def test_a_system_folder_is_refused_before_any_work() -> None:
    with pytest.raises(FileError, match="cannot be written"):
        check_free(Path("/proc/havre-release"))


def test_looking_leaves_nothing_behind(tmp_path: Path) -> None:
    check_free(tmp_path / "deep" / "release")
    check_free(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("after", [0, 1, 5, 9, 13])
@pytest.mark.parametrize("existing", ["", "existing"])
def test_a_write_that_fails_half_way_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int, existing: str
) -> None:
    out = tmp_path / "deep" / "release"
    if existing:
        out.mkdir(parents=True)
    done: list[Path] = []
    write_bytes = Path.write_bytes

    def failing(path: Path, content: bytes) -> int:
        if len(done) == after:
            write_bytes(path, content[: len(content) // 2])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        done.append(path)
        return write_bytes(path, content)

    monkeypatch.setattr(Path, "write_bytes", failing)
    with pytest.raises(FileError, match="No space left"):
        write(out)
    assert len(done) == after
    assert list(tmp_path.rglob("*")) == ([out.parent, out] if existing else [])


def test_a_report_that_cannot_be_made_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(folder_file, "render_report", broken)
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path / "deep" / "release")
    assert list(tmp_path.iterdir()) == []


def test_a_rename_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(path: Path, target: Path) -> Path:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(Path, "rename", broken)
    with pytest.raises(FileError, match="cannot be written"):
        write(tmp_path / "release")
    assert list(tmp_path.iterdir()) == []


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from havre.errors import FileError
from tests.record.test_folder import write
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    write(Path(sys.argv[1]))
except FileError as error:
    sys.exit(str(error))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process are set another way there")
@pytest.mark.parametrize("room", [0, 2_000, 60_000])
def test_a_disk_without_room_leaves_nothing(tmp_path: Path, room: int) -> None:
    """The operating system itself refuses to write more than so many bytes into one file."""
    command = [sys.executable, "-B", "-c", FULL_DISK, str(tmp_path / "deep" / "release"), str(room)]
    ended = subprocess.run(
        command, capture_output=True, text=True, cwd=Path(__file__).parents[2], timeout=60, check=False
    )
    assert ended.returncode == 1
    assert "cannot be written" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert list(tmp_path.iterdir()) == []


def planted() -> Release:
    """A release that breaks its promise: the suppressed months still hold an unusual value."""
    return sample_release(hidden_value=LARGEST_PLANTED)


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    for name, content in contents(folder).items():
        if name.endswith(".parquet"):
            yield name, "".join(map(str, pl.read_parquet(content).iter_rows()))
        else:
            yield name, content.decode()


def test_a_suppressed_value_is_in_no_file(tmp_path: Path) -> None:
    out = write(tmp_path / "release")
    history = sample_release().history.filter("suppressed")
    assert history.height == 20
    for path in out.rglob("*.parquet"):
        assert pl.read_parquet(path).filter(pl.col("origin") == "ERI", pl.lit("model-output" in str(path))).is_empty()
    shown = pl.read_parquet(out / "target-data" / "time-series.parquet").filter(origin="ERI")
    assert set(shown["target_end_date"]).isdisjoint(history["period"])
    table = pl.read_csv(out / "forecast.csv").filter(origin="ERI")
    assert table["suppressed"].all()
    assert table.select("median", pl.selectors.starts_with("low_", "high_")).null_count().row(0) == (12,) * 7


def test_every_file_hides_a_value_that_a_table_should_not_hold(tmp_path: Path) -> None:
    for name, text in texts(write(tmp_path / "release", planted())):
        assert str(int(LARGEST_PLANTED)) not in "".join(sign for sign in text if sign not in ",\u202f\u00a0 "), name


def test_the_spreadsheet_table_is_the_ensemble() -> None:
    release = sample_release()
    table = forecast_table(release)
    assert table.height == 11 * 12
    row = table.filter(origin="SYR", horizon=3).row(0, named=True)
    levels = {"low_95": 0.025, "low_80": 0.1, "low_50": 0.25, "median": 0.5, "high_50": 0.75, "high_80": 0.9,
              "high_95": 0.975}  # fmt: skip
    of_series = release.forecasts.filter(origin="SYR", horizon=3, model="ensemble")
    assert {name: row[name] for name in levels} == {
        name: of_series.filter(quantile=level)["value"].item() for name, level in levels.items()
    }
    assert table.filter("suppressed")["origin"].unique().to_list() == ["ERI"]


def test_what_is_not_a_number_is_an_empty_cell() -> None:
    release = sample_release()
    skill = release.skill.with_columns(wis=pl.lit(float("nan")), wis_ratio=pl.lit(None, dtype=pl.Float64))
    files = dict(release_files(replace(release, skill=skill), MEASURE_NAMES, {}))
    lines = files["skill.csv"].decode().splitlines()
    assert lines[0].startswith("scope,horizon,model,kind,wis,wis_log,wis_ratio,")
    assert lines[1].startswith("germany,1,ensemble,ensemble,,0.18,,0.9,")
    assert "nan" not in files["skill.csv"].decode()


def test_no_text_is_a_formula_for_a_spreadsheet() -> None:
    cells = ["=HYPERLINK(1)", "+1", "-2", "@x", "plain"]
    table = pl.DataFrame({"reason": cells, "value": [-1.0, 2.0, 3.0, 4.0, 5.0]})
    rows = list(csv.reader(io.StringIO(csv_of(table).decode())))
    assert [row[0] for row in rows[1:]] == ["'=HYPERLINK(1)", "'+1", "'-2", "'@x", "plain"]
    assert rows[1][1] == "-1"
