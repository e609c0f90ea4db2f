"""What a site is set to: from ``web.toml``, the command line and the environment."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from havre.errors import FileError, HavreError
from havre.web.wrong_settings import wrong_settings


class WebError(HavreError):
    """The site cannot be set up as it was asked."""


class Imprint(BaseModel):
    """Who answers for the site: shown on the page of the imprint; what is empty is told as not stated."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(default="", max_length=200)
    address: str = Field(default="", max_length=500)
    email: str = Field(default="", max_length=200)
    responsible: str = Field(default="", max_length=200)
    data_protection: str = Field(default="", max_length=500)
    hosting: str = Field(default="", max_length=500)


class Oidc(BaseModel):
    """An OpenID Connect provider for the people of the desk."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    issuer: str
    client_id: str
    client_secret_file: Path | None = None


class WebSettings(BaseModel):
    """Settings of a site.

    Parameters
    ----------
    record : folder of the record; where there is none, the newest of ``releases`` is shown, as reviewed by nobody
    releases : folder of plain releases, such as ``make demo`` writes
    instances : folders of displacement instances that the site shows, in addition to those of the package
    state : folder of what the site keeps for itself: accounts of the desk, uploads that run
    address : address at which readers reach the site, without a stroke at the end; empty: as they asked
    desk : whether people may sign in to review
    trusted_proxies : addresses of proxies whose ``X-Forwarded-For`` counts
    reload_seconds : how often the folders are looked at for something new
    reader_requests_a_minute : most requests of one address for what must be computed; 0 for no bound
    posts_a_minute : most forms and uploads from one address
    answers_at_once, answers_at_once_of_one : answers that are computed at the same time, in all and for one address
    streams_of_one : streams of events that one address holds open
    upload_bytes, run_seconds, run_memory_bytes, runs_at_once, runs_waiting : bounds of what readers may run
    run_niceness : how far runs stand back behind everything else, from 0 to 19
    log_key_file, log_key_password : key of the log with which the desk publishes; without the password (or
        ``HAVRE_LOG_KEY_PASSWORD``) it is typed each time
    desk_idle_minutes, desk_session_hours : after how long without a request, and in all, a sign-in ends
    password_memory_kib, password_rounds : what Argon2id takes for one password of the desk
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    record: Path = Path("record")
    releases: Path = Path("releases")
    instances: tuple[Path, ...] = ()
    state: Path = Path("web-state")
    address: str = Field(default="", pattern=r"^(https?://[^\s/]+)?$")
    title: str = Field(default="Havre", max_length=80)
    desk: bool = True
    imprint: Imprint = Imprint()
    oidc: Oidc | None = None
    trusted_proxies: tuple[str, ...] = ()
    reload_seconds: float = Field(default=15.0, ge=0.05)
    reader_requests_a_minute: int = Field(default=1200, ge=0)
    posts_a_minute: int = Field(default=30, ge=1)
    answers_at_once: int = Field(default=3, ge=1)
    answers_at_once_of_one: int = Field(default=1, ge=1)
    streams_of_one: int = Field(default=20, ge=1)
    upload_bytes: int = Field(default=5_000_000, ge=1_000)
    run_seconds: int = Field(default=120, ge=1)
    run_memory_bytes: int = Field(default=1_500_000_000, ge=100_000_000)
    runs_at_once: int = Field(default=1, ge=1)
    runs_waiting: int = Field(default=200, ge=1)
    run_niceness: int = Field(default=10, ge=0, le=19)
    database: str = Field(default="", repr=False)
    log_key_file: Path | None = None
    log_key_password: str = Field(default="", repr=False)
    desk_idle_minutes: int = Field(default=30, ge=1)
    desk_session_hours: int = Field(default=12, ge=1)
    password_memory_kib: int = Field(default=65_536, ge=8)
    password_rounds: int = Field(default=3, ge=1)

    @classmethod
    def read(cls, path: Path | None, given: Mapping[str, Any], environment: Mapping[str, str] = os.environ) -> Self:
        """Read settings from a file, over which the command line and the environment stand.

        Parameters
        ----------
        path : TOML file, if there is one
        given : settings of the command line; ``None`` values are left out

        Raises
        ------
        FileError : the file is missing
        WebError : it is damaged, or holds something unknown or wrong; all of it is told
        """
        told: dict[str, Any] = {}
        where = "web.toml" if path is None else str(path)
        if path is not None:
            try:
                told = tomllib.loads(path.read_text(encoding="utf-8"))
            except FileNotFoundError as error:
                raise FileError("file.missing", path=path) from error
            except (OSError, ValueError, RecursionError) as error:
                raise WebError("web.settings.damaged", file=path, reason=str(error)) from error
        told |= {key: value for key, value in given.items() if value is not None}
        if environment.get("HAVRE_DATABASE_URL"):
            told["database"] = environment["HAVRE_DATABASE_URL"]
        if environment.get("HAVRE_LOG_KEY_PASSWORD"):
            told["log_key_password"] = environment["HAVRE_LOG_KEY_PASSWORD"]
        try:
            return cls(**told)
        except ValidationError as error:
            raise WebError.all_of(wrong_settings(cls, where, error)) from error
