"""A desk to test: a record with a draft in review, key files, accounts, and what a browser would send."""

import re
import shutil
from pathlib import Path

from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response

from havre.record.draft import draft_digest, write_draft
from havre.record.log.keys import Signer, save_key
from havre.record.publication import open_record
from havre.record.review import submit
from havre.web.desk.accounts import account_of, accounts, add_account
from havre.web.desk.room import COOKIE, Desk
from havre.web.desk.sessions import begin_session
from havre.web.desk.signing import keep_key
from tests.record.log.log_case import KEY
from tests.record.record_case import ADA, AT, NOOR
from tests.web.site_case import _named, site

PASSWORD = "a good long password"
KEY_PASSWORD = "password of a key"
LOG_PASSWORD = "password of the log"
DRAFT = "r-3"
SERIES, MONTH = "asylum_applications/bamf/DEU/origin/AFG/DEU", "2019-01"
PEOPLE: dict[str, tuple[tuple[str, ...], Signer | None]] = {
    "ada": (("author", "reviewer"), ADA),
    "noor": (("reviewer",), NOOR),
    "olga": (("author",), None),
    "root": (("administrator",), None),
}
CHEAP = {"password_memory_kib": 8, "password_rounds": 1}


def make_desk(record: Path, folder: Path, **changes: object) -> FastAPI:
    """Make the app of a site with a desk on a copy of a record, in which a draft by Ada waits for its review."""
    shutil.copytree(record, folder / "record")
    hand_in(folder / "record", DRAFT, supersedes="r-2")
    save_key(folder / "log.key", KEY, LOG_PASSWORD)
    settings = {"log_key_file": folder / "log.key", "state": folder / "state", **CHEAP, **changes}
    app = site(folder / "record", **settings)
    add_people(app, folder)
    return app


def hand_in(record: Path, name: str, address: str | None = None, supersedes: str | None = None) -> None:
    """Hand a draft by Ada in for review."""
    with open_record(record, address) as held:
        made, further = _named(name)
        write_draft(made, held.draft(name), further)
        with held.store.change() as connection:
            submit(connection, name, draft_digest(held.draft(name)), ADA, AT, supersedes=supersedes)


def add_people(app: FastAPI, folder: Path) -> None:
    """Add an account for each of the people, with the key files that they have."""
    desk: Desk = app.state.desk
    with desk.store.change() as connection, desk.room.open() as held:
        for name, (roles, signer) in PEOPLE.items():
            account = add_account(connection, desk.passwords, name, roles, PASSWORD, AT, by="(console)")
            if signer is not None:
                content = key_file(folder, name, signer)
                keep_key(connection, desk.settings.state, held.settings, account, content, KEY_PASSWORD)
        assert len(accounts(connection)) == len(PEOPLE)


def key_file(folder: Path, name: str, signer: Signer) -> bytes:
    """Write a key file; give what stands in it."""
    path = folder / f"{name}.key"
    if not path.exists():
        save_key(path, signer, KEY_PASSWORD)
    return path.read_bytes()


def visitor(app: FastAPI, name: str | None = None, **options: object) -> TestClient:
    """Give a browser, in which somebody is signed in."""
    made = TestClient(app, follow_redirects=False, raise_server_exceptions=False, **options)  # type: ignore[arg-type]
    if name is not None:
        desk: Desk = app.state.desk
        with desk.store.change() as connection:
            token = begin_session(connection, account_of(connection, name), desk.room.clock(), desk.lifetime)
        made.cookies.set(COOKIE, token)
    return made


def secret_of(page: Response) -> str:
    """Read the secret of the forms of a page."""
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', page.text)
    assert found is not None, page.text[:2000]
    return found.group(1)


def send(browser: TestClient, path: str, action: str, **fields: str) -> Response:
    """Fill a form of a page in and send it, signed by the key of whoever is signed in."""
    page = browser.get(path)
    version = re.search(r'name="version" value="(\d+)"', page.text)
    told = {"csrf": secret_of(page), "action": action, "key_password": KEY_PASSWORD, "log_password": LOG_PASSWORD}
    if version is not None:
        told["version"] = version.group(1)
    return browser.post(path, data={**told, **fields})


def errors_of(page: Response) -> list[str]:
    """Read what a page says is wrong."""
    found = re.findall(r'<div class="(?:error|warning)"[^>]*>(.*?)</div>', page.text, re.DOTALL)
    return [re.sub(r"<[^>]+>", "", each).strip() for each in found]
