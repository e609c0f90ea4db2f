"""Files of releases and of the log are given as they are, and nothing else is."""

import io
import shutil
import zipfile
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from havre.record.log.network import files_at
from havre.record.verify import verify_in_log
from havre.web.pages.downloads import file_of_log
from tests.record.log.log_case import KEY, made_log

FORBIDDEN = (
    "record.toml",
    "../record.toml",
    "tile/../../record.toml",
    "tile/0/../../../record.toml",
    "/etc/passwd",
    "tile/0/000.p/9/",
    "tile/0/000.p/0",
    "tile/64/000",
    "tile/0/0000",
    "tile/0",
    ".lock",
    "",
    "checkpoint\n",
    "tile/0/000\x00",
)


def test_every_file_is_the_one_of_the_folder_and_can_be_read_from_elsewhere(
    client: TestClient, record_folder: Path
) -> None:
    folder = record_folder / "releases" / "r-2"
    paths = [path for path in folder.rglob("*") if path.is_file()]
    assert len(paths) > 30
    for path in paths:
        name = path.relative_to(folder).as_posix()
        found = client.get(f"/files/r-2/{name}")
        assert found.content == path.read_bytes(), name
        assert found.headers["access-control-allow-origin"] == "*"
        alone = found.headers["content-security-policy"].startswith("sandbox")
        assert alone is name.endswith(".html"), name
    saved = client.get("/files/r-2/forecast.csv").headers["content-disposition"]
    assert saved == 'attachment; filename="r-2-forecast.csv"'


def test_the_whole_release_as_one_file_verifies_offline(
    client: TestClient, record_folder: Path, tmp_path: Path
) -> None:
    found = client.get("/files/r-2.zip")
    assert found.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(found.content)) as packed:
        packed.extractall(tmp_path)
    log = files_at(str(record_folder / "log"))
    assert verify_in_log(tmp_path / "r-2", log, KEY.verifier).release == "r-2"
    assert client.get("/files/r-2.zip").content == found.content


@pytest.mark.parametrize("path", ["r-3/forecast.csv", "r-2/nothing.csv", "r-2/", "r-2/../r-1/manifest.json", "r-3.zip"])
def test_what_is_no_file_of_a_release_is_not_found(client: TestClient, path: str) -> None:
    found = client.get(f"/files/{path.replace('..', '%2e%2e')}")
    assert (found.status_code, found.headers["content-type"]) == (404, "application/problem+json")


def test_the_log_is_given_as_it_lies_there(client: TestClient, record_folder: Path) -> None:
    log = record_folder / "log"
    for path in log.rglob("*"):
        name = path.relative_to(log).as_posix()
        if path.is_file() and name != ".lock":
            found = client.get(f"/log/{name}")
            assert (found.content, found.headers["cache-control"]) == (path.read_bytes(), "no-cache"), name
    assert client.get("/log/record.toml").status_code == 404
    assert client.get("/log/%2e%2e/record.toml").status_code == 404


def test_only_paths_of_a_log_are_read_and_never_through_a_link(tmp_path: Path) -> None:
    log = made_log(tmp_path / "log", (300,)).folder
    (tmp_path / "record.toml").write_text("secret")
    assert file_of_log(log, "tile/0/000") == (log / "tile/0/000").read_bytes()
    assert [path for path in FORBIDDEN if file_of_log(log, path) is not None] == []
    (log / "tile/0/002").symlink_to(tmp_path / "record.toml")
    shutil.copytree(log / "tile/0", tmp_path / "elsewhere")
    (log / "tile/5").symlink_to(tmp_path / "elsewhere")
    assert (log / "tile/5/000").is_file()
    assert [path for path in ("tile/0/002", "tile/5/000") if file_of_log(log, path) is not None] == []
    linked = tmp_path / "linked"
    linked.symlink_to(log)
    assert file_of_log(linked, "checkpoint") == (log / "checkpoint").read_bytes()
