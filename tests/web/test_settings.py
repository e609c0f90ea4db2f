"""Settings of a site: from a file, the command line and the environment; what is wrong is told at once."""

from pathlib import Path

import pytest

from havre.errors import FileError
from havre.texts import Language
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


WRONG = """
adress = "x"
address = "ftp://a"
title = "{long}"
desk = "perhaps"
posts_a_minute = 0
run_niceness = 40
upload_bytes = 1.5
reload_seconds = "soon"
trusted_proxies = "192.0.2.1"
record = 5
log_key_password = 1234
[imprint]
fax = "1"
[oidc]
issuer = "https://a"
"""


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", [
            "there is no setting “adress”. Near matches: address", 'address is "ftp://a"; expected: http:// or',
            "expected: at most 80 characters.", 'desk is "perhaps"; expected: true or false.',
            "posts_a_minute is 0; expected: 1 or more.", "run_niceness is 40; expected: 19 or less.",
            "upload_bytes is 1.5; expected: a whole number.", 'reload_seconds is "soon"; expected: a number.',
            'trusted_proxies is "192.0.2.1"; expected: a list', "record is 5; expected: the path of a file or folder",
            "log_key_password is •••; expected: text", "there is no setting “imprint.fax”.",
            "the setting oidc.client_id is missing.",
        ]),
        ("fr", [
            "le réglage « adress » n’existe pas. Les plus proches : address", 'address vaut "ftp://a" ; attendu',
            "attendu : 80 caractères au plus.", 'desk vaut "perhaps" ; attendu : true (oui) ou false (non).',
            "posts_a_minute vaut 0 ; attendu : 1 ou plus.", "run_niceness vaut 40 ; attendu : 19 ou moins.",
            "upload_bytes vaut 1.5 ; attendu : un nombre entier.", 'reload_seconds vaut "soon" ; attendu : un nombre.',
            'trusted_proxies vaut "192.0.2.1" ; attendu : une liste', "record vaut 5 ; attendu : le chemin",
            "log_key_password vaut ••• ; attendu : un texte", "le réglage « imprint.fax » n’existe pas.",
            "il manque le réglage oidc.client_id.",
        ]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_the_words_of_the_catalogue(
    tmp_path: Path, language: Language, told: list[str]
) -> None:
    with pytest.raises(WebError) as raised:
        WebSettings.read(written(tmp_path, WRONG.format(long="x" * 90)), {}, {})
    sentences = [
        each.sentence(language).replace("\u00a0", " ").replace("\u202f", " ") for each in raised.value.problems
    ]
    assert len(sentences) == len(told)
    assert [each for each in told if not any(each in sentence for sentence in sentences)] == []
    assert not any(word in " ".join(sentences) for word in ("1234", "Input", "should"))
