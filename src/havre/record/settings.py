"""What a record is set to: its log, the people who may act, witnesses, and how soon contests are answered."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from havre.errors import FileError, HavreError, Problem, RecordError, Term, check_none
from havre.record.log.cosignature import Witness, parse_witness, parse_witness_at
from havre.record.log.keys import Verifier, parse_verifier
from havre.whole_files import write_whole

FILE = "record.toml"


@dataclass(frozen=True)
class RecordSettings:
    """Settings of a record.

    Parameters
    ----------
    origin : name of the log
    log_keys : public keys that sign its checkpoints
    people : public keys of those who may submit, review, publish and answer
    witnesses : witnesses that are asked for cosignatures, with their addresses
    witnesses_needed : how many must cosign before something counts as published
    acknowledge_days : days within which a contest is acknowledged
    answer_months : calendar months within which it is answered
    contests_an_hour, contests_a_day : most contests from one source an hour, and from everybody a day
    """

    origin: str
    log_keys: tuple[Verifier, ...]
    people: tuple[Verifier, ...] = ()
    witnesses: tuple[tuple[Witness, str], ...] = ()
    witnesses_needed: int = 0
    acknowledge_days: int = 3
    answer_months: int = 1
    contests_an_hour: int = 10
    contests_a_day: int = 2_000
    file: str = field(default=FILE, compare=False)

    def person(self, key: Verifier) -> Verifier:
        """Check that somebody may act.

        Raises
        ------
        RecordError : the key is not among those of the people, or was taken out
        """
        if key not in self.people:
            raise RecordError("record.settings.not_known", name=key.name, file=self.file)
        return key


_NUMBERS = ("witnesses_needed", "acknowledge_days", "answer_months", "contests_an_hour", "contests_a_day")
_KEYS = ("origin", "log_keys", "people", "witnesses", *_NUMBERS)


def read_settings(folder: Path) -> RecordSettings:
    """Read the settings of a record folder.

    Raises
    ------
    FileError : there are none
    RecordError : the file is damaged, or holds something unknown or wrong; all of it is told
    """
    path = folder / FILE
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise FileError("file.missing", path=path) from error
    except (OSError, ValueError, RecursionError) as error:
        raise RecordError("record.settings.damaged", file=path, reason=str(error)) from error
    return settings_from(told, str(path))


def settings_from(told: Mapping[str, Any], file: str = FILE) -> RecordSettings:
    """Make settings from plain values.

    Raises
    ------
    RecordError : something is unknown, missing or wrong; all of it is told
    """
    problems = [
        Problem.of("record.settings.unknown", file=file, key=key, expected=", ".join(_KEYS))
        for key in told
        if key not in _KEYS
    ]

    def wrong(key: str, expected: str) -> None:
        facts = {"file": file, "key": key, "value": told.get(key)}
        problems.append(Problem.of("record.settings.wrong", **facts, expected=Term(f"term.setting.{expected}")))

    origin = told.get("origin")
    if not isinstance(origin, str) or not origin:
        wrong("origin", "name")
    log_keys = _read_keys(told, "log_keys", file, problems)
    people = _read_keys(told, "people", file, problems)
    if not log_keys:
        wrong("log_keys", "keys")
    numbers: dict[str, int] = {}
    for key in _NUMBERS:
        if key in told:
            least = 0 if key == "witnesses_needed" else 1
            if not isinstance(told[key], int) or isinstance(told[key], bool) or told[key] < least:
                facts = {"file": file, "key": key, "value": told[key]}
                problems.append(Problem.of("record.settings.number", **facts, least=least))
            else:
                numbers[key] = told[key]
    witnesses = _witnesses(told.get("witnesses", []), file, problems)
    needed = numbers.get("witnesses_needed", 0)
    # However often a key is listed, it is one witness.
    apart = len({key.key for key, _ in witnesses})
    if needed > apart:
        problems.append(Problem.of("record.settings.needed", file=file, needed=needed, count=apart))
    check_none(problems, RecordError)
    return RecordSettings(str(origin), log_keys, people, witnesses, file=file, **numbers)


def write_settings(folder: Path, settings: RecordSettings) -> None:
    """Write the settings of a record folder.

    Raises
    ------
    FileError : they cannot be written
    """
    import json

    def listed(texts: list[str]) -> str:
        return "[\n" + "".join(f"  {json.dumps(each, ensure_ascii=False)},\n" for each in texts) + "]"

    lines = [
        f"origin = {json.dumps(settings.origin, ensure_ascii=False)}",
        f"log_keys = {listed([key.text for key in settings.log_keys])}",
        f"people = {listed([key.text for key in settings.people])}",
        *(f"{name} = {getattr(settings, name)}" for name in _NUMBERS),
    ]
    for key, address in settings.witnesses:
        lines += ["", "[[witnesses]]", f"key = {json.dumps(key.text)}", f"address = {json.dumps(address)}"]
    write_whole(folder / FILE, ("\n".join(lines) + "\n").encode("utf-8"))


def _read_keys(told: Mapping[str, Any], key: str, file: str, problems: list[Problem]) -> tuple[Verifier, ...]:
    texts = told.get(key, [])
    found: list[Verifier] = []
    for text in texts if isinstance(texts, list) else [texts]:
        try:
            found.append(parse_verifier(text))
        except (HavreError, AttributeError):
            expected = Term("term.setting.keys")
            problems.append(Problem.of("record.settings.wrong", file=file, key=key, value=text, expected=expected))
    return tuple(found)


def _witnesses(told: Any, file: str, problems: list[Problem]) -> tuple[tuple[Witness, str], ...]:
    """Read witnesses: tables with key and address, or texts as ``havre witness serve`` prints them."""
    found: list[tuple[Witness, str]] = []
    expected = Term("term.setting.witness")
    for each in told if isinstance(told, list) else [told]:
        try:
            key, address = (
                parse_witness_at(each) if isinstance(each, str) else (parse_witness(each["key"]), str(each["address"]))
            )
        except HavreError as error:
            # A key that is another one, such as that of a signer, is told as what it is.
            problems += error.problems
        except (KeyError, TypeError, AttributeError):
            problems.append(
                Problem.of("record.settings.wrong", file=file, key="witnesses", value=each, expected=expected)
            )
        else:
            if address:
                found.append((key, address))
            else:
                problems.append(
                    Problem.of("record.settings.wrong", file=file, key="witnesses", value=each, expected=expected)
                )
    return tuple(found)
