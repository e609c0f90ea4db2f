"""``havre``: the commands, and how errors are told."""

import io
import itertools
import os
import signal
import sys
import threading
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


def _declare() -> None:
    from havre.cli import (
        alarms,
        audit,
        backtest,
        contest,
        displace,
        explain,
        forecast,
        key,
        league,
        log,
        nowcast,
        panel,
        pull,
        reception,
        release,
        scenario,
        score,
        serve,
        sources,
        verify,
        web_accounts,
        witness,
    )
    from havre.cli import record as record_commands
    from havre.cli import record_options as record
    from havre.cli.release_view import tell as tell_release

    app.command("forecast", help=tell("forecast.help"))(forecast.forecast)
    app.command("backtest", help=tell("backtest.help"))(backtest.backtest)
    app.command("league", help=league.tell("help"))(league.league)
    app.command("alarms", help=alarms.tell("help"))(alarms.alarms)
    app.command("explain", help=explain.tell("help"))(explain.explain)
    app.command("scenario", help=scenario.tell_scenario("help"))(scenario.scenario)
    app.command("nowcast", help=nowcast.tell_nowcast("help"))(nowcast.nowcast)
    app.command("reception", help=reception.tell_reception("help"))(reception.reception)
    app.command("import", help=tell("panel.import"))(panel.import_file)
    app.command("pull", help=pull.tell("help"))(pull.pull)
    app.add_typer(sources.app, name="sources", help=pull.tell("sources.help"))
    app.add_typer(panel.app, name="panel", help=tell("panel.help"))
    app.add_typer(displace.app, name="displace", help=displace.tell("help"))
    app.add_typer(audit.app, name="audit", help=audit.tell("help"))
    app.command("verify", help=record.tell("verify.help"))(verify.verify)
    app.command("serve", help=serve.tell_serve("help"))(serve.serve)
    app.add_typer(web_accounts.app, name="web", help=web_accounts.tell("help"))
    app.command("score", help=score.tell("help"))(score.score)
    app.add_typer(contest.app, name="contest", help=contest.tell("help"))
    app.add_typer(log.app, name="log", help=record.tell("log.help"))
    app.add_typer(key.app, name="key", help=record.tell("key.help"))
    app.add_typer(record_commands.app, name="record", help=tell_release("record.help"))
    app.add_typer(release.app, name="release", help=tell_release("help"))
    app.add_typer(witness.app, name="witness", help=record.tell("witness.help"))


_declare()


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
        # Typer gives the code with which it would have ended; without its own ending, faults can be told in French.
        ended_with = app(args=_global_language_first(sys.argv[1:]), prog_name="havre", standalone_mode=False)
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


def _global_language_first(arguments: list[str]) -> list[str]:
    """Let ``--lang`` stand anywhere on the command line: move it before the command."""
    moved: list[str] = []
    rest: list[str] = []
    left = iter(arguments)
    for argument in left:
        if argument == "--lang":
            moved += [argument, *itertools.islice(left, 1)]
        else:
            (moved if argument.startswith("--lang=") else rest).append(argument)
    return [*moved, *rest]
