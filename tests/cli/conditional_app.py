"""The commands about what might be, in an app of their own, run in this process."""

import sys

import pytest
import typer

from havre.cli import nowcast, reception, scenario
from havre.cli.language import language


def run_command(monkeypatch: pytest.MonkeyPatch, *arguments: str, lang: str = "en") -> None:
    """Run one of ``scenario``, ``nowcast`` and ``reception``; what goes wrong is raised."""
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command("scenario")(scenario.scenario)
    app.command("nowcast")(nowcast.nowcast)
    app.command("reception")(reception.reception)
    monkeypatch.setenv("HAVRE_LANG", lang)
    monkeypatch.setattr(sys, "argv", ["havre", *arguments])
    language.cache_clear()
    try:
        app(args=list(arguments), standalone_mode=False)
    finally:
        language.cache_clear()
