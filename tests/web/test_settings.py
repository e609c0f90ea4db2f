"""Settings of a site: from a file, the command line and the environment; what is wrong is told at once."""

from pathlib import Path

import pytest

from havre.errors import FileError
from havre.web.settings import WebError, WebSettings


def written(folder: Path, text: str) -> Path:
    path = folder / "web.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_command_line_stands_over_the_file_and_what_is_not_given_does_not(tmp_path: Path) -> None:
    path = written(tmp_path, 'record = "one"\nreleases = "two"\ntitle = "Ours"\n[imprint]\nname = "A town"\n')
    found = WebSettings.read(path, {"record": Path("three"), "releases": None}, {})
    assert (found.record, found.releases, found.title, found.imprint.name) == (
        Path("three"), Path("two"), "Ours", "A town",
    )  # fmt: skip


def test_the_database_comes_from_the_environment_and_is_shown_nowhere(tmp_path: Path) -> None:
    found = WebSettings.read(None, {}, {"HAVRE_DATABASE_URL": "postgresql://u:secret@h/d"})
    assert found.database == "postgresql://u:secret@h/d"
    assert "secret" not in repr(found)


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    path = written(tmp_path, 'adress = "x"\naddress = "ftp://a"\nposts_a_minute = 0\n[imprint]\nfax = "1"\n')
    with pytest.raises(WebError) as raised:
        WebSettings.read(path, {}, {})
    assert len(raised.value.problems) == 4
    told = raised.value.message()
    assert [word for word in ("adress", "address", "posts_a_minute", "imprint.fax") if word not in told] == []
    assert str(path) in told


@pytest.mark.parametrize("text", ["title = ", "\x00", "= 1", "[a\n"])
def test_a_file_that_is_no_toml_is_told(tmp_path: Path, text: str) -> None:
    with pytest.raises(WebError):
        WebSettings.read(written(tmp_path, text), {}, {})


def test_a_file_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileError):
        WebSettings.read(tmp_path / "none.toml", {}, {})


@pytest.mark.parametrize("address", ["https://a.example/", "a.example", "https://a b", "https://", "javascript:x"])
def test_an_address_with_anything_after_the_host_is_refused(address: str) -> None:
    with pytest.raises(WebError):
        WebSettings.read(None, {"address": address}, {})
