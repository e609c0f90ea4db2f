"""``havre contest``: anybody contests a published figure or decision; a human answers, in time, in public."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from havre.cli.console import stdout, write_json
from havre.cli.language import language
from havre.cli.options import Json
from havre.cli.record_options import (
    RECORD,
    KeyFile,
    LogKeyFile,
    LogKeys,
    RecordFolder,
    asked,
    clock,
    log_keys,
    log_signers,
    log_waiting,
    opened,
    signer,
)
from havre.texts import say

if TYPE_CHECKING:
    from datetime import datetime

    from havre.record.contest import Contest
    from havre.record.contest_texts import ContestText


def tell(key: str, /, **fields: object) -> str:
    """Say a sentence of the catalogue ``contest`` in the language of this process."""
    return say("contest", key, language(), **fields)


app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)
Id = Annotated[str, typer.Argument(metavar="CONTEST", help=tell("option.id"))]
_OwnKeyFile = Annotated[
    Path | None, typer.Option("--key-file", metavar="FILE", envvar="HAVRE_KEY_FILE", help=tell("option.own_key"))
]


@app.command(help=tell("file.help"))
def file(
    about: Annotated[str, typer.Argument(metavar="FIGURE|release|decision", help=tell("file.about"))],
    release: Annotated[str, typer.Option("--release", metavar="ID", help=tell("file.release"))],
    why: Annotated[str | None, typer.Option("--why", help=tell("file.why"))] = None,
    why_file: Annotated[Path | None, typer.Option("--why-file", metavar="FILE", help=tell("file.why_file"))] = None,
    evidence: Annotated[str, typer.Option("--evidence", help=tell("file.evidence"))] = "",
    contact: Annotated[str, typer.Option("--contact", help=tell("file.contact"))] = "",
    record: RecordFolder = RECORD,
    as_json: Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """File a contest; the receipt is printed once."""
    from havre.record.contest import contest_of
    from havre.record.contest_figures import contestable_figures
    from havre.record.contest_filing import file_now
    from havre.record.contest_texts import WHOLE, ContestText
    from havre.record.review import standing

    text = ContestText(_why(why, why_file), evidence, contact)
    at = clock()
    with opened(record) as held:
        with held.store.read() as connection:
            standing(connection, release)
        figures = None if about in WHOLE else contestable_figures(held.release(release))
        receipt = file_now(held.store, held.settings, release, about, text, at, figures=figures)
        with held.store.read() as connection:
            filed = contest_of(connection, held.settings, receipt.id)
    if as_json:
        times = {"acknowledge_by": filed.acknowledge_by, "answer_by": filed.answer_by}
        write_json(
            {"id": receipt.id, "receipt": receipt.code, **{name: f"{at:%Y-%m-%d}" for name, at in times.items()}}
        )
        return
    due = {"acknowledge": f"{filed.acknowledge_by:%Y-%m-%d}", "answer": f"{filed.answer_by:%Y-%m-%d}"}
    _print(tell("file.done", id=receipt.id), tell("file.due", **due), tell("file.receipt"))
    typer.echo(receipt.code)


@app.command(help=tell("follow.help"))
def follow(
    receipt: Annotated[str | None, typer.Argument(metavar="RECEIPT", help=tell("follow.receipt"))] = None,
    record: RecordFolder = RECORD,
    as_json: Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Show a contest to whoever has its receipt."""
    from havre.record.contest import follow as find

    code = receipt or _asked_receipt()
    with opened(record) as held, held.store.read() as connection:
        found, text = find(connection, held.settings, code)
    _show(found, text, clock(), as_json=as_json, answers=False)


@app.command("list", help=tell("list.help"))
def list_contests(
    record: RecordFolder = RECORD,
    out: Annotated[Path | None, typer.Option("--out", metavar="FOLDER", help=tell("list.out"))] = None,
    as_json: Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Show the public list."""
    from havre.record.contest import contests
    from havre.record.contest_list import plain_list, render_contests
    from havre.record.contest_log import what_became
    from havre.record.contest_sources import forget_sources

    at = clock()
    with opened(record) as held:
        with held.store.change() as connection:
            forget_sources(connection, at)
            found = contests(connection, held.settings)
        became = what_became(held.log.entries())
    plain = plain_list(found, became, at)
    if out is not None:
        import json

        from havre.whole_files import write_whole

        write_whole(out / "contests.html", render_contests(found, became, at).encode())
        write_whole(out / "contests.json", json.dumps(plain, ensure_ascii=False, indent=1).encode() + b"\n")
    if as_json:
        write_json(plain)
    elif found:
        _list(found, at)
    else:
        _print(tell("list.none"))


@app.command(help=tell("corrections.help"))
def corrections(
    release: Annotated[str, typer.Argument(metavar="RELEASE", help=tell("corrections.release"))],
    log: Annotated[str | None, typer.Option("--log", metavar="LOG", help=tell("corrections.log"))] = None,
    key: LogKeys = None,
    record: RecordFolder = RECORD,
    as_json: Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Tell what became of a release, from the log."""
    from havre.record.contest_list import ListPage
    from havre.record.contest_log import Became, entries_of, what_became
    from havre.record.log.network import files_at
    from havre.record.log.reading import folder_files

    name = _release_id(release)
    if log is None:
        with opened(record) as held:
            entries = entries_of(folder_files(held.log.folder), held.settings.log_keys, str(held.log.folder))
    else:
        entries = entries_of(files_at(log), log_keys(key), log)
    found = next((each for each in what_became(entries) if each.release == name), Became(name))
    if as_json:
        write_json(found.as_dict())
    elif found.steps:
        _print(*ListPage(language(), clock()).steps(found))
    else:
        _print(tell("corrections.none", release=name))


@app.command(help=tell("show.help"))
def show(
    contest: Id,
    key_file: KeyFile,
    record: RecordFolder = RECORD,
    as_json: Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Show a contest to those who answer, with what was written."""
    from havre.record.contest import contest_of, written_text

    person = signer(key_file)
    with opened(record) as held, held.store.read() as connection:
        held.settings.person(person.verifier)
        found, text = contest_of(connection, held.settings, contest), written_text(connection, contest)
    _show(found, text, clock(), as_json=as_json, answers=True)


@app.command(help=tell("acknowledge.help"))
def acknowledge(
    contest: Id,
    key_file: KeyFile,
    record: RecordFolder = RECORD,
    log_key_file: LogKeyFile = None,
    as_json: Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Say that a human has read a contest."""
    from havre.record.contest import acknowledge as note

    person, signers = signer(key_file), log_signers(log_key_file)
    with opened(record) as held:
        with held.store.change() as connection:
            note(connection, held.settings, contest, person, clock())
        logged = log_waiting(held, signers)
    _done(tell("acknowledge.done", id=contest), logged, {"id": contest, "state": "acknowledged"}, as_json=as_json)


@app.command(help=tell("answer.help"))
def answer(
    contest: Id,
    key_file: KeyFile,
    outcome: Annotated[str, typer.Option("--outcome", metavar="upheld|partly|rejected", help=tell("answer.outcome"))],
    summary: Annotated[str, typer.Option("--summary", help=tell("answer.summary"))],
    reasons: Annotated[str, typer.Option("--reasons", help=tell("answer.reasons"))],
    remedy: Annotated[
        str | None, typer.Option("--remedy", metavar="correction|release|withdrawal", help=tell("answer.remedy"))
    ] = None,
    remedy_id: Annotated[str | None, typer.Option("--remedy-id", help=tell("answer.remedy_id"))] = None,
    record: RecordFolder = RECORD,
    log_key_file: LogKeyFile = None,
    as_json: Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Answer a contest."""
    from havre.record.contest import answer as decide
    from havre.record.contest import contest_of

    person, signers = signer(key_file), log_signers(log_key_file)
    with opened(record) as held:
        with held.store.change() as connection:
            if remedy == "withdrawal" and remedy_id is None:
                remedy_id = contest_of(connection, held.settings, contest).release
            decide(
                connection, held.settings, contest, person, clock(), outcome=outcome, summary=summary, reasons=reasons,
                remedy=remedy, remedy_id=remedy_id,
            )  # fmt: skip
        logged = log_waiting(held, signers)
    plain = {"id": contest, "state": "answered", "outcome": outcome, "remedy": remedy, "remedy_id": remedy_id}
    _done(tell("answer.done", id=contest, outcome=tell(f"outcome.{outcome}")), logged, plain, as_json=as_json)


@app.command(help=tell("erase.help"))
def erase(
    contest: Annotated[str | None, typer.Argument(metavar="RECEIPT|CONTEST", help=tell("erase.contest"))] = None,
    key_file: _OwnKeyFile = None,
    record: RecordFolder = RECORD,
    as_json: Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Erase what somebody wrote, on the word of who has the receipt or may act."""
    from havre.record.contest import erase as forget
    from havre.record.contest import follow as find

    named = contest or _asked_receipt()
    person = None if key_file is None or "." in named else signer(key_file)
    with opened(record) as held, held.store.change() as connection:
        if person is not None:
            held.settings.person(person.verifier)
            identity = named
        else:
            identity = find(connection, held.settings, named)[0].id
        forget(connection, identity, clock())
    with opened(record) as held:
        held.store.settle()
    _done(tell("erase.done", id=identity), "", {"id": identity, "text_erased": True}, as_json=as_json)


def _asked_receipt() -> str:
    """Ask for a receipt without showing it: on the command line it would stay in the history of the shell."""
    from havre.errors import RecordError

    return asked(tell("follow.ask"), RecordError("record.contest.no_receipt"))


def _why(text: str | None, path: Path | None) -> str:
    """Give what is wrong: as given, or from a file, or from standard input for ``-``."""
    from havre.record.contest_texts import MOST_WHY, read_text

    if path is None:
        return text or ""
    # One more than can be kept is enough to see that it is too long.
    return sys.stdin.read(MOST_WHY + 1) if str(path) == "-" else read_text(path)


def _release_id(name: str) -> str:
    """Give the id of a release that is named by its id or its folder."""
    import json

    from havre.errors import RecordError

    manifest = Path(name) / "manifest.json"
    if not manifest.is_file():
        return name
    try:
        return str(json.loads(manifest.read_bytes())["id"])
    except (ValueError, KeyError, TypeError) as error:
        raise RecordError("record.verify.manifest", path=manifest) from error


def _show(found: "Contest", text: "ContestText | None", at: "datetime", *, as_json: bool, answers: bool) -> None:
    from havre.record.contest_list import ListPage, plain_contest

    if as_json:
        words = None if text is None else {"why": text.why, "evidence": text.evidence, "contact": text.contact}
        write_json({**plain_contest(found, at), "text": words})
        return
    page = ListPage(language(), at)
    facts = {"id": found.id, "release": found.release, "filed": page.day(found.filed_at.date()), "age": page.age(found)}
    done = [None if day is None else day.date() for day in (found.acknowledged_at, found.answered_at)]
    lines = [
        page.about(found),
        tell("page.facts", **facts),
        ", ".join((page.state(found), *page.late(found))),
        tell("page.due", acknowledge=page.day(found.acknowledge_by.date()), answer=page.day(found.answer_by.date())),
        tell("page.done", acknowledged=page.day(done[0]), answered=page.day(done[1])),
    ]
    if found.outcome is not None:
        lines += [
            f"{tell('page.summary')} {found.summary}",
            f"{tell('page.answer', by=found.answered_by)} {found.answer}",
        ]
        lines += [page.remedy(found)] if found.remedy else []
    if text is None:
        lines.append(tell("show.erased"))
    else:
        parts = {"why": text.why, "evidence": text.evidence, "contact": text.contact}
        lines += [f"{tell(f'show.{name}')}\n{_safe(value)}" for name, value in parts.items() if value]
    # Whoever follows it with the receipt does not answer it.
    lines += _next(found) if answers else []
    _print(*lines)


def _safe(text: str) -> str:
    """Give a text for the terminal, in which nothing moves the cursor."""
    return text.replace("\r", "")


def _list(found: "tuple[Contest, ...]", at: "datetime") -> None:
    """Print a block for each contest, so that no id is broken over lines."""
    from havre.record.contest_list import ListPage

    page = ListPage(language(), at)
    for each in found:
        facts = {"id": each.id, "release": each.release, "filed": page.day(each.filed_at.date()), "age": page.age(each)}
        due = {"acknowledge": page.day(each.acknowledge_by.date()), "answer": page.day(each.answer_by.date())}
        state = ", ".join((page.state(each), *page.late(each)))
        _print(f"{each.id}  {state}", *(f"  {line}" for line in (page.about(each), tell("page.facts", **facts))))
        _print(*(f"  {line}" for line in (tell("page.due", **due), *_next(each))), "")


def _next(contest: "Contest") -> list[str]:
    """Name the commands with which those who answer go on."""
    if contest.outcome is not None:
        return []
    steps = ("answer",) if contest.acknowledged_at else ("acknowledge", "answer")
    return [tell("show.next", commands=", ".join(f"havre contest {step} {contest.id}" for step in steps))]


def _done(line: str, logged: str, plain: Mapping[str, object], *, as_json: bool) -> None:
    if as_json:
        write_json({**plain, "told": logged})
    else:
        _print(*(each for each in (line, logged) if each))


def _print(*lines: str) -> None:
    for line in lines:
        stdout().print(line, soft_wrap=True, markup=False)
