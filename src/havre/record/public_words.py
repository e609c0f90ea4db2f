"""Words that enter the log, from which nothing can be erased: plain text, without a way to reach or find somebody."""

import re
from collections.abc import Iterator, Mapping

from havre.errors import Problem, Term
from havre.record.contest_texts import MOST_WHY, ContestText, text_problems

MOST_TEXT = MOST_WHY
_SIGN, _SIGN_BUT_AT = r"[^\s<>()\[\],;:\"]", r"[^\s<>()\[\],;:\"@]"
_ADDRESS = re.compile(rf"(?<!{_SIGN}){_SIGN}{_SIGN_BUT_AT}*+@{_SIGN}+\.\w+")
"""Begins where a word does and goes on to its first @, so that a long text without one is read once, not once more from
each of its letters."""
_NUMBER = re.compile(r"(?<![\w.,])(?:\+|0)\d(?:[ /.()\u00a0\u202f-]{0,2}\d){5,}(?!\w)")
"""A telephone number: begins with + or 0. Counts do not, and days are taken out before."""
_CASE = re.compile(r"(?<!\w)[A-Z]{1,4}[- ]?\d{6,}(?!\w)")
"""A number of a file, document or fingerprint, such as FR1234567."""
_DAY = re.compile(r"(?<!\d)(?:\d{4}-\d{2}(?:-\d{2})?|\d{1,2}[./]\d{1,2}[./]\d{4})(?!\d)")
_DIGITS = re.compile(r"\d(?:[ /.()\u00a0\u202f-]{0,2}\d){6,}")
_LEAST_CONTACT, _LEAST_DIGITS = 6, 7


def public_problems(words: Mapping[str, str], private: ContestText | None = None) -> list[Problem]:
    """Tell what is wrong with words that enter the log for good.

    Addresses, telephone numbers and numbers of files are refused wherever they come from. Names of people cannot be
    found by a rule: they are for who writes to leave out.

    Parameters
    ----------
    words : by the part that they are, which ``term.part`` of the catalogue names
    private : what somebody wrote to contest, ``None`` where there is nothing or it was erased; no way to reach somebody
        in it may be repeated, in whatever letters or grouping
    """
    problems: list[Problem] = []
    hidden = set() if private is None else set(_ways_to_reach(private))
    for name, value in words.items():
        problems += text_problems(name, value, MOST_TEXT)
        dayless = _DAY.sub(" ", value)
        told = {value.casefold(), *_runs(dayless)}
        repeated = any(each in text for each in hidden for text in told)
        if repeated or any(pattern.search(dayless) for pattern in (_ADDRESS, _NUMBER, _CASE)):
            problems.append(Problem.of("record.contest.personal", part=Term(f"term.part.{name}")))
    return problems


def _ways_to_reach(text: ContestText) -> Iterator[str]:
    """Give addresses in small letters, and the last digits of every long number: with or without its prefix."""
    contact = text.contact.strip().casefold()
    if len(contact) >= _LEAST_CONTACT:
        yield contact
    for part in (text.why, text.evidence, text.contact):
        dayless = _DAY.sub(" ", part)
        yield from (each.casefold() for each in _ADDRESS.findall(part))
        yield from (digits[-_LEAST_DIGITS:] for digits in _runs(dayless) if len(digits) > _LEAST_DIGITS)


def _runs(text: str) -> Iterator[str]:
    """Give the digits of each number of seven or more, without what stands between them."""
    for found in _DIGITS.findall(text):
        yield re.sub(r"\D", "", found)
