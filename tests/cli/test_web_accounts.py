"""``havre web account``: the first administrator, and what ends with a sentence."""

import json
from pathlib import Path

import pytest

from tests.cli.command import invoke, run_here

PASSWORD = "four words are enough"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = f'state = "{tmp_path / "state"}"\npassword_memory_kib = 8\npassword_rounds = 1\n'
    (tmp_path / "web.toml").write_text(settings)
    monkeypatch.setenv("HAVRE_WEB_SETTINGS", str(tmp_path / "web.toml"))
    monkeypatch.setenv("HAVRE_ACCOUNT_PASSWORD", PASSWORD)


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str, lang: str = "en") -> str:
    told = invoke(monkeypatch, "web", "account", *arguments, lang=lang)
    assert told.exit_code == 0, told.output
    return told.output


def test_accounts_from_the_first_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert "There is no account yet" in run(monkeypatch, "list")
    assert run(monkeypatch, "add", "Root", "--role", "administrator") == "root may sign in: administrator.\n"
    run(monkeypatch, "add", "noor", "--role", "reviewer", "--role", "author")
    assert run(monkeypatch, "roles", "noor", "--role", "reviewer", lang="fr") == "noor\N{NO-BREAK SPACE}: relecteur.\n"
    run(monkeypatch, "disable", "noor")
    run(monkeypatch, "password", "noor")
    told = json.loads(run(monkeypatch, "list", "--json"))["accounts"]
    assert [(each["name"], each["roles"], each["disabled_at"] is None) for each in told] == [
        ("noor", ["reviewer"], False), ("root", ["administrator"], True),
    ]  # fmt: skip
    run(monkeypatch, "enable", "noor")
    assert "noor" in run(monkeypatch, "list")
    assert PASSWORD.encode() not in (tmp_path / "state" / "desk.sqlite").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "x", "--role", "king"), "Rôle inconnu : king"),
        (("add", "a b", "--role", "author"), "ne peut pas être le nom d’un compte"),
        (("disable", "nobody"), "Il n’y a pas de compte nobody."),
        (("password", "nobody"), "Il n’y a pas de compte nobody."),
    ],
)
def test_what_is_wrong_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, arguments: tuple[str, ...],
    said: str,
) -> None:  # fmt: skip
    assert run_here(monkeypatch, "web", "account", *arguments, cwd=tmp_path, lang="fr") == 2
    assert said in capsys.readouterr().err


def test_a_password_is_asked_twice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from havre.cli import web_accounts
    from havre.web.desk.passwords import AccountError

    monkeypatch.delenv("HAVRE_ACCOUNT_PASSWORD")
    typed = iter(["one long password", "another long password"])
    monkeypatch.setattr(web_accounts, "asked", lambda *_: next(typed))
    told = invoke(monkeypatch, "web", "account", "add", "noor", "--role", "reviewer")
    assert isinstance(told.exception, AccountError)
    assert told.exception.problems[0].key == "web.account.password_differs"
