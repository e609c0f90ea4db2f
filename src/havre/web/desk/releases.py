"""A release at the desk: what changed, what may leak, what reviewers did; and what can be decided now."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

import polars as pl
from fastapi import APIRouter, Depends, HTTPException, Query, Request
from starlette.responses import HTMLResponse, Response

from havre.errors import HavreError, RecordError
from havre.record import review
from havre.record.changed_words import input_sentences, setting_sentences
from havre.record.changes import interval_missed
from havre.record.deciding import decide
from havre.record.dossier import Dossier, dossier, once_public, submitted
from havre.record.figures import figures_of
from havre.record.log.keys import Signer, parse_verifier
from havre.record.publication import Record, Words
from havre.record.publishing import is_interrupted, publish_once
from havre.record.report import render_report
from havre.record.review import Standing, latest_published, standing
from havre.record.tables import Release
from havre.record.verify import verify_release
from havre.release_view import View, view_of
from havre.texts import Language
from havre.web.desk.accounts import Account
from havre.web.desk.acting import conclude, open_keys, status_of, told
from havre.web.desk.passwords import AccountError
from havre.web.desk.room import Visit, allow, allow_posted, desk_page, lead
from havre.web.figures import choices, in_words, joined
from havre.web.forms import Posted, PostedForm
from havre.web.pages.downloads import PAGE_POLICY
from havre.web.records import is_of_storage
from havre.web.rendering import Lang, SiteNow
from havre.web.site import Site

router = APIRouter(include_in_schema=False)
Entered = Annotated[Visit, Depends(allow("author", "reviewer"))]
_TYPED = ("series", "month", "value", "reason", "note", "contest")


@router.get("/{lang}/desk/releases/{release}")
def release_page(
    request: Request,
    lang: Lang,
    site: SiteNow,
    visit: Entered,
    release: str,
    against: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Show what a reviewer decides by."""
    return _page(request, lang, site, visit, release, against=against)


@router.get("/{lang}/desk/releases/{release}/report")
def report(lang: Lang, visit: Entered, release: str) -> Response:
    """Show the report as it would be published, in both languages, away from what the desk may do."""
    from havre.pipeline import measure_names

    with visit.desk.room.open() as record:
        now, _ = _found(record, release)
        shown, _ = submitted(record, now)
    headers = {"Content-Security-Policy": PAGE_POLICY, "Cache-Control": "no-store"}
    return HTMLResponse(render_report(shown, measure_names()), headers=headers)


@router.post("/{lang}/desk/releases/{release}")
def act(
    request: Request,
    lang: Lang,
    site: SiteNow,
    visit: Annotated[Visit, Depends(allow_posted("reviewer"))],
    posted: PostedForm,
    release: str,
) -> Response:
    """Do what a form says: replace a figure, add a note, approve, refuse, publish or withdraw."""
    action = posted.text("action")
    if action not in _ACTIONS:
        raise HTTPException(400)
    before: int | None = None
    try:
        signer, log_signers = open_keys(visit, posted)
        with visit.desk.room.open() as record:
            with record.store.read() as connection:
                before = standing(connection, release).version
            _ACTIONS[action](visit, record, release, signer, log_signers, posted)
            conclude(visit, record, action, release, log_signers)
    except HavreError as error:
        typed = {f"{action}.{name}": posted.text(name) for name in _TYPED}
        status = status_of(error.problems)
        return _page(request, lang, site, visit, release, errors=told(error.problems, lang, action), typed=typed,
                     status=status, version_before=None if status == 409 else before)  # fmt: skip
    if action in ("publish", "withdraw"):
        request.app.state.holder.reload()
        visit.desk.room.changed()
    return lead(f"/{lang}/desk/releases/{release}", done=action)


def _override(visit: Visit, record: Record, release: str, signer: Signer, _: Sequence[Signer], posted: Posted) -> None:
    figure = joined(posted.line("series"), posted.line("month"))
    if not figure:
        raise RecordError("web.contest.no_figure")
    value = "".join(posted.text("value").split()).replace("\u202f", "")
    changes = [(f"{figure}={value}", posted.text("reason"))]
    decide(record, release, signer, visit.at, overrides=changes, seen=_seen(posted))


def _note(visit: Visit, record: Record, release: str, signer: Signer, _: Sequence[Signer], posted: Posted) -> None:
    decide(record, release, signer, visit.at, notes=[posted.text("note")], seen=_seen(posted))


def _approve(visit: Visit, record: Record, release: str, signer: Signer, _: Sequence[Signer], posted: Posted) -> None:
    decide(record, release, signer, visit.at, approve=True, seen=_seen(posted))


def _refuse(visit: Visit, record: Record, release: str, signer: Signer, _: Sequence[Signer], posted: Posted) -> None:
    decide(record, release, signer, visit.at, refuse=posted.text("reason"), seen=_seen(posted))


def _publish(
    visit: Visit, record: Record, release: str, signer: Signer, log_signers: Sequence[Signer], _: Posted
) -> None:
    from havre.forecast.models import describe_models
    from havre.pipeline import measure_names

    if not log_signers:
        raise AccountError("web.desk.no_log_key")
    words = Words(measure_names(), describe_models())
    folder = publish_once(record, release, signer, log_signers, words, visit.at)
    verify_release(folder, record.settings.log_keys)


def _withdraw(visit: Visit, record: Record, release: str, signer: Signer, _: Sequence[Signer], posted: Posted) -> None:
    record.settings.person(signer.verifier)
    with record.store.change() as connection:
        contest = posted.line("contest") or None
        review.withdraw(connection, release, posted.text("reason"), signer, visit.at, contest=contest)


_ACTIONS: Mapping[str, Callable[[Visit, Record, str, Signer, Sequence[Signer], Posted], None]] = {
    "override": _override,
    "note": _note,
    "approve": _approve,
    "refuse": _refuse,
    "publish": _publish,
    "withdraw": _withdraw,
}


def _seen(posted: Posted) -> int:
    """Give the version of the release that the form was made from.

    Raises
    ------
    AccountError : it tells none
    """
    text = posted.line("version")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise AccountError("web.desk.changed")
    return int(text)


def _page(
    request: Request, lang: Language, site: Site, visit: Visit, release: str, *, against: str = "",
    errors: Mapping[str, list[str]] | None = None, typed: Mapping[str, str] | None = None, status: int = 200,
    version_before: int | None = None,
) -> Response:  # fmt: skip
    with visit.desk.room.open() as record:
        now, known = _found(record, release)
        with record.store.read() as connection:
            public = once_public(connection, but=release)
            before = latest_published(connection, release)
        if against and against not in {each.id for each in public}:
            raise HTTPException(404)
        shown, view, fault = _seen_by(visit, record, now, public, against)
        begun = is_interrupted(record, now)
    words = site.words(lang)
    may = visit.account.has("reviewer")
    figures = [] if shown is None else [each.id for each in figures_of(_ensemble(shown))]
    facts: dict[str, Any] = {
        "now": now, "dossier": known, "view": view, "fault": None if fault is None else fault.message(lang),
        "interrupted": begun, "public": public[::-1], "against": against or (before.id if before else ""),
        "own": is_own(visit.account, now), "may": may,
        "choices": choices(figures, words) if may and now.state == "in_review" else None,
        "outside": [] if shown is None else [interval_missed(shown, each) for each in known.overrides],
        "named": [in_words(_figure_of(each), words) for each in known.overrides],
        "errors": errors or {}, "typed": typed or {}, "log_needed": not visit.desk.settings.log_key_password,
        "has_log_key": visit.desk.settings.log_key_file is not None,
        "asked_contest": request.query_params.get("contest", "")[:40],
        "made_by": parse_verifier(now.author).name, "is_public": site.release(now.id) is not None,
        # An action may break off after a part of it stands, as a publication does where the disk fills up.
        "in_part": version_before not in (None, now.version),
    }  # fmt: skip
    told = {"input_sentences": input_sentences, "setting_sentences": setting_sentences}
    return desk_page(request, "release.html.jinja", lang, visit, status=status, **facts, **told)


def _found(record: Record, release: str) -> tuple[Standing, Dossier]:
    """Find a release by its name in the store: what somebody types never becomes a path."""
    try:
        with record.store.read() as connection:
            return standing(connection, release), dossier(connection, record, release)
    except RecordError as error:
        if is_of_storage(error):
            raise
        raise HTTPException(404, error.message()) from error


def _seen_by(
    visit: Visit, record: Record, now: Standing, public: Sequence[Standing], against: str
) -> tuple[Release | None, View | None, HavreError | None]:
    """Give the draft and what is said of it; where it cannot be read, why."""
    try:
        shown, _ = submitted(record, now)
        counted = sorted(path.name for path in (record.folder / "track-record").glob("*"))
        key = (now.id, now.draft, now.state, against, tuple((each.id, each.state) for each in public), *counted)
        return shown, visit.desk.view(key, lambda: view_of(record, now.id, against or None)), None
    except HavreError as error:
        return None, None, error


def is_own(account: Account, now: Standing) -> bool:
    """Tell whether a release was made with the key of an account, or under its name."""
    author = parse_verifier(now.author)
    own = None if account.verifier is None else parse_verifier(account.verifier)
    return own is not None and (own.name == author.name or own.key == author.key)


def _ensemble(release: Release) -> pl.DataFrame:
    return release.forecasts.filter(pl.col("model") == release.facts.ensemble)


def _figure_of(change: Any) -> str:
    return f"{change.scope}/{change.origin}/{change.destination}/{change.target_month:%Y-%m}"
