"""The public list of contests: for programs as plain values, for people as one page in English and French."""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib.resources import files

from babel.dates import format_date
from markupsafe import Markup

from havre.record.contest import Contest
from havre.record.contest_log import Became, Step
from havre.record.contest_texts import WHOLE
from havre.record.page_templates import page_template
from havre.record.store.database import written
from havre.texts import LANGUAGES, Language, say

FORMAT = "havre-contests/1"
_PUBLIC = ("id", "state", "about", "release", "filed_at", "acknowledge_by", "answer_by", "acknowledged_at",
           "acknowledged_by", "answered_at", "answered_by", "outcome", "summary", "answer", "remedy",
           "remedy_id", "remedy_state")  # fmt: skip


def plain_contest(contest: Contest, at: datetime) -> dict[str, object]:
    """Give what is public of a contest as plain JSON values: with its age in days, what is late, and whether its text
    was erased.
    """
    told = {name: _plain(getattr(contest, name)) for name in _PUBLIC}
    return {
        **told,
        "age_days": age_days(contest, at),
        "late": list(contest.late(at)),
        "text_erased": contest.erased_at is not None,
    }


def plain_list(contests: Iterable[Contest], became: Iterable[Became], at: datetime) -> dict[str, object]:
    """Give the public list, and what became of the releases, as plain JSON values."""
    return {
        "format": FORMAT,
        "at": written(at),
        "contests": [plain_contest(each, at) for each in contests],
        "releases": [each.as_dict() for each in became],
    }


def age_days(contest: Contest, at: datetime) -> int:
    """Give for how many whole days a contest has been, or was, without an answer."""
    return max((contest.answered_at or at) - contest.filed_at, timedelta(0)).days


def render_contests(contests: Sequence[Contest], became: Sequence[Became], at: datetime) -> str:
    """Write the list as one HTML page that needs nothing else and runs no script.

    Parameters
    ----------
    became : what became of releases that were corrected, superseded or withdrawn
    at : by which time what is open counts as late
    """
    style = files("havre.record").joinpath("templates", "report.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    return page_template("contests.html.jinja").render(
        pages=[ListPage(language, at) for language in LANGUAGES],
        contests=sorted(contests, key=lambda each: (each.filed_at, each.id), reverse=True),
        became=became,
        style=Markup(style),  # noqa: S704 - a file of this package
        style_hash=f"sha256-{digest}",
    )


@dataclass(frozen=True)
class ListPage:
    """Words of the list in one language."""

    language: Language
    at: datetime

    def text(self, key: str, /, **fields: object) -> str:
        """Say a sentence of the catalogue ``contest``."""
        return say("contest", key, self.language, **fields)

    def day(self, day: date | None) -> str:
        """Write a day; a dash where there is none."""
        return "–" if day is None else format_date(day, "medium", locale=self.language)

    def late(self, contest: Contest) -> list[str]:
        """Name the times that were missed."""
        return [self.text(f"late.{name}") for name in contest.late(self.at)]

    def state(self, contest: Contest) -> str:
        """Name the state, or the outcome of what is answered."""
        if contest.outcome is None:
            return self.text(f"state.{contest.state}")
        return self.text(f"outcome.{contest.outcome}")

    def remedy(self, contest: Contest) -> str:
        """Name the remedy, and where it stands if it is a new release."""
        named = f"{self.text(f'remedy.{contest.remedy}')} {contest.remedy_id}"
        if contest.remedy != "release":
            return named
        state = say("errors", f"term.release.{contest.remedy_state}", self.language)
        owed = f" {self.text('remedy_owed')}" if contest.is_owed else ""
        return f"{named} ({state}).{owed}"

    def about(self, contest: Contest) -> str:
        """Name what is contested."""
        return self.text(f"about.{contest.about}") if contest.about in WHOLE else contest.about

    def age(self, contest: Contest) -> str:
        """Say for how many days it has been without an answer, or after how many it was answered."""
        days = age_days(contest, self.at)
        singular = days <= 1 if self.language == "fr" else days == 1
        kind = "open" if contest.answered_at is None else "answered"
        return self.text(f"age.{kind}.{'one' if singular else 'many'}", days=days)

    def steps(self, one: Became) -> list[str]:
        """Say in sentences what became of a release."""
        return [self._step(step) for step in one.steps]

    def _step(self, step: Step) -> str:
        told = dict(step.told)
        if step.kind == "upheld" and told.get("remedy") == "correction":
            # The text of the correction is a step of its own.
            told["remedy"] = ""
        for name in ("outcome", "remedy"):
            if told.get(name):
                told[name] = self.text(f"{name}.{told[name]}")
        if told.get("about") in WHOLE:
            told["about"] = self.text(f"about.{told['about']}")
        kind = "withdrawn_after" if step.kind == "withdrawn" and told.get("contest") else step.kind
        return self.text(f"became.{kind}", at=self.day(step.at.date()), **told).strip()


def _plain(value: object) -> object:
    return written(value) if isinstance(value, datetime) else value
