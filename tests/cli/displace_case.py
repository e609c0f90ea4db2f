"""A small instance as a folder, and a command that is run on it and read as JSON."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from havre.displacement.flee_writer import write_instance
from havre.displacement.instance import Instance
from havre.displacement.settings import LogLevels, MoveRules, Settings
from tests.cli.command import invoke
from tests.displacement.small_instances import LOCATIONS, small_instance

Json = dict[str, Any]


def write(folder: Path, instance: Instance | None = None, **settings: Any) -> Path:
    """Write an instance; ``settings`` are fields of its move rules, ``hasten`` and ``agent`` (the log level)."""
    made = instance or small_instance()
    move = MoveRules(**{name: value for name, value in settings.items() if name in MoveRules.__dataclass_fields__})
    logs = LogLevels(agent=settings.get("agent", 0))
    chosen = Settings(move_rules=move, log_levels=logs, hasten=settings.get("hasten", 1))
    write_instance(replace(made, settings=chosen), folder)
    return folder


def tight(name: str = "Este", capacity: int = 400) -> Instance:
    """Give the small instance with one camp that is full long before the end."""
    places = (replace(place, population=capacity) if place.name == name else place for place in LOCATIONS)
    return small_instance(locations=tuple(places))


def told(ran: Result) -> Json:
    """Read what a command told as JSON."""
    assert ran.exit_code == 0, (ran.output, ran.exception)
    found: Json = json.loads(ran.stdout)
    return found


Command = Callable[..., Result]


def command(monkeypatch: pytest.MonkeyPatch, name: str) -> Command:
    """Give a command of ``havre displace`` to be called with its arguments and, if wanted, ``lang``."""

    def call(*arguments: str | Path, lang: str = "en") -> Result:
        return invoke(monkeypatch, "displace", name, *arguments, lang=lang)

    return call
