"""``havre``: the commands, and how errors are told."""

import io
import itertools
import os
import signal
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated, NoReturn

import typer

from havre import __version__
from havre.cli.language import language, tell
from havre.errors import HavreError

INTERRUPTED = 130
"""Exit code of a command that was interrupted from the keyboard."""
TERMINATED = 143
"""Exit code of a command that the system, or whoever looks after it, asked to end."""

app = typer.Typer(
    no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False, help=tell("help"), rich_markup_mode=None
)


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - the signature that typer calls
    if wanted:
        typer.echo(f"havre {__version__}")
        raise typer.Exit


def _check_language(value: str | None) -> str | None:
    if value is not None and value not in ("en", "fr"):
        raise typer.BadParameter(tell("bad_language", text=value))
    return value


_Version = Annotated[
    bool, typer.Option("--version", callback=_show_version, is_eager=True, help=tell("option.version"))
]
_Lang = Annotated[str | None, typer.Option("--lang", callback=_check_language, help=tell("option.lang"))]


@app.callback()
def _main(
    version: _Version = False,  # noqa: FBT002 - a flag of the command line
    lang: _Lang = None,
) -> None:
    """Open, accountable migration foresight."""


@dataclass(frozen=True)
class _Place:
    """Where a command is written, and where its help is said: module and name, and the key of the sentence."""

    module: str
    name: str
    teller: str
    key: str


COMMANDS: Mapping[str, _Place] = {
    "forecast": _Place("forecast", "forecast", "language.tell", "forecast.help"),
    "backtest": _Place("backtest", "backtest", "language.tell", "backtest.help"),
    "league": _Place("league", "league", "league.tell", "help"),
    "alarms": _Place("alarms", "alarms", "alarms.tell", "help"),
    "explain": _Place("explain", "explain", "explain.tell", "help"),
    "scenario": _Place("scenario", "scenario", "scenario.tell_scenario", "help"),
    "nowcast": _Place("nowcast", "nowcast", "nowcast.tell_nowcast", "help"),
    "reception": _Place("reception", "reception", "reception.tell_reception", "help"),
    "import": _Place("panel", "import_file", "language.tell", "panel.import"),
    "pull": _Place("pull", "pull", "pull.tell", "help"),
    "verify": _Place("verify", "verify", "record_options.tell", "verify.help"),
    "serve": _Place("serve", "serve", "serve.tell_serve", "help"),
    "score": _Place("score", "score", "score.tell", "help"),
    "sources": _Place("sources", "app", "pull.tell", "sources.help"),
    "panel": _Place("panel", "app", "language.tell", "panel.help"),
    "displace": _Place("displace", "app", "displace.tell", "help"),
    "audit": _Place("audit", "app", "audit.tell", "help"),
    "web": _Place("web_accounts", "app", "web_accounts.tell", "help"),
    "contest": _Place("contest", "app", "contest.tell", "help"),
    "log": _Place("log", "app", "record_options.tell", "log.help"),
    "key": _Place("key", "app", "record_options.tell", "key.help"),
    "record": _Place("record", "app", "release_view.tell", "record.help"),
    "release": _Place("release", "app", "release_view.tell", "help"),
    "witness": _Place("witness", "app", "record_options.tell", "witness.help"),
}
"""Every command in the order of the help: single ones, then those that have commands of their own."""
_declared: set[str] = set()


def declare(arguments: Sequence[str] = ()) -> None:
    """Load the command that is asked for; all of them where none is asked, or none of that name.

    Parameters
    ----------
    arguments : of the command line, after the program and its language
    """
    asked = next((each for each in arguments if not each.startswith("-")), "")
    for name in (asked,) if asked in COMMANDS else COMMANDS:
        if name not in _declared:
            _declared.add(name)
            _declare(name, COMMANDS[name])


def _declare(name: str, place: _Place) -> None:
    found = getattr(import_module(f"havre.cli.{place.module}"), place.name)
    module, _, teller = place.teller.rpartition(".")
    told = getattr(import_module(f"havre.cli.{module}"), teller)(place.key)
    if isinstance(found, typer.Typer):
        app.add_typer(found, name=name, help=told)
    else:
        app.command(name, help=told)(found)


class _TerminatedError(SystemExit):
    """The system asked this process to end: what is half done is put away on the way out, as after an interruption."""


def _hear_termination() -> None:
    def end(*_: object) -> None:
        raise _TerminatedError(TERMINATED)

    # Only the main thread may set handlers; whoever started this process may have chosen otherwise.
    if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, end)


def run() -> NoReturn:
    """Run the command line: bad input is told on stderr with exit code 2, never as a traceback."""
    _hear_termination()
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a letter gets its code, not a fault.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        _run_commands()
    except _TerminatedError:
        sys.stderr.write(f"\n{tell('interrupted')}\n")
        raise
    except HavreError as error:
        sys.stderr.write(f"{tell('error', message=error.message(language()))}\n")
        advice = error.advice(language())
        sys.stderr.write(f"{advice}\n" if advice else "")
        sys.exit(2)
    except BrokenPipeError:
        # The reader of a pipe left (as `head` does): nothing is wrong, and nothing more can be told.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        # Standard output itself cannot be written, such as on a full disk.
        sys.stderr.write(f"{tell('error', message=error)}\n")
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(2)
    sys.exit(0)


def _run_commands() -> None:
    from typer.exceptions import TyperException

    try:
        spoken, asked = _global_language_first(sys.argv[1:])
        declare(asked)
        # Typer gives the code with which it would have ended; without its own ending, faults can be told in French.
        ended_with = app(args=[*spoken, *asked], prog_name="havre", standalone_mode=False)
        if ended_with == INTERRUPTED:
            sys.stderr.write(f"\n{tell('interrupted')}\n")
        if isinstance(ended_with, int):
            sys.exit(ended_with)
    except TyperException as error:
        from havre.cli.usage import usage_text

        sys.stderr.write(usage_text(error, language()))  # type: ignore[arg-type]  # all of Typer's can show themselves
        sys.exit(error.exit_code)
    except SystemExit as ended:
        # Typer turns a pipe that its reader left into an exit code.
        if isinstance(ended.__context__, BrokenPipeError):
            raise ended.__context__ from None
        raise
    finally:
        # What is still in the buffer may meet a broken pipe too.
        sys.stdout.flush()


def _global_language_first(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Let ``--lang`` stand anywhere on the command line: part it from the rest, before which it belongs."""
    moved: list[str] = []
    rest: list[str] = []
    left = iter(arguments)
    for argument in left:
        if argument == "--lang":
            moved += [argument, *itertools.islice(left, 1)]
        else:
            (moved if argument.startswith("--lang=") else rest).append(argument)
    return moved, rest
