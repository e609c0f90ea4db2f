"""Who may enter the desk: every page of it asks here, for a sign-in, a role, and the secret of its own forms."""

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Request
from starlette.datastructures import URL
from starlette.responses import HTMLResponse, RedirectResponse, Response

from havre.record.store.database import Store
from havre.release_view import View
from havre.texts import Language, catalogue, say
from havre.web.desk.accounts import Account
from havre.web.desk.passwords import Passwords
from havre.web.desk.sessions import Lifetime, Session, find_session, is_own_form, masked
from havre.web.desk.tables import open_desk_store
from havre.web.desk.throttle import Throttle
from havre.web.forms import Posted, PostedForm
from havre.web.guards import caller_of
from havre.web.records import RecordRoom, add_record_room
from havre.web.rendering import Lang, page
from havre.web.settings import WebSettings

COOKIE = "havre-desk"
_NEXT = re.compile(r"/(?:en|fr)/desk(?:/[A-Za-z0-9._~:-]+)*(?:\?[A-Za-z0-9._~:/=&%-]*)?")
VIEWS = 6
_SECRET = ("password", "key_password", "log_password", "new_password", "again", "csrf", "code")
"""Fields that are never shown again."""


class Desk:
    """What the desk needs in every request.

    Parameters
    ----------
    seconds : gives seconds that never run back
    """

    def __init__(self, settings: WebSettings, room: RecordRoom, seconds: Callable[[], float] = time.monotonic) -> None:
        self.settings = settings
        self.room = room
        self.throttle = Throttle(seconds)
        self.lifetime = Lifetime(
            timedelta(minutes=settings.desk_idle_minutes), timedelta(hours=settings.desk_session_hours)
        )
        self._lock = threading.Lock()
        self._store: Store | None = None
        self._passwords: Passwords | None = None
        self._views: OrderedDict[tuple[object, ...], View] = OrderedDict()

    @property
    def store(self) -> Store:
        """Accounts, sign-ins and journal."""
        with self._lock:
            if self._store is None:
                self._store = open_desk_store(self.settings.state)
            return self._store

    @property
    def passwords(self) -> Passwords:
        """Hashes passwords at the costs that are set."""
        with self._lock:
            if self._passwords is None:
                self._passwords = Passwords(self.settings.password_memory_kib, self.settings.password_rounds)
            return self._passwords

    def view(self, key: tuple[object, ...], make: Callable[[], View]) -> View:
        """Give what a reviewer sees of a release, computed once for each state of what it is computed from."""
        with self._lock:
            found = self._views.get(key)
        if found is None:
            found = make()
            with self._lock:
                self._views[key] = found
                while len(self._views) > VIEWS:
                    self._views.popitem(last=False)
        return found

    def close(self) -> None:
        """Close what is open."""
        with self._lock:
            if self._store is not None:
                self._store.close()
            self._store = None


@dataclass(frozen=True)
class Visit:
    """A request of somebody who is signed in and may do it."""

    desk: Desk
    session: Session
    at: datetime
    caller: str

    @property
    def account(self) -> Account:
        """Whose request it is."""
        return self.session.account

    @property
    def csrf(self) -> str:
        """The secret of the sign-in for one form."""
        return masked(self.session.csrf)


class NotSignedInError(Exception):
    """A page of the desk was asked by somebody who is not signed in."""

    def __init__(self, posted: Posted | None = None) -> None:
        super().__init__()
        self.posted = posted


class PasswordDueError(Exception):
    """Somebody has to choose a password of their own first."""


def add_desk(app: FastAPI) -> None:
    """Give an app its desk."""
    add_record_room(app)
    app.state.desk = Desk(app.state.settings, app.state.record_room)
    app.state.ending.append(app.state.desk.close)
    app.add_exception_handler(NotSignedInError, _lead_to_sign_in)
    app.add_exception_handler(PasswordDueError, _lead_to_account)


def desk_of(request: Request) -> Desk:
    """Give the desk.

    Raises
    ------
    HTTPException : 404 where the site has no record, or no desk
    """
    state = request.app.state
    if state.holder.site.record is None or not state.settings.desk:
        raise HTTPException(404)
    desk: Desk = state.desk
    return desk


DeskNow = Annotated[Desk, Depends(desk_of)]


def allow(*roles: str, before_change: bool = False) -> Callable[..., Visit]:
    """Let in who is signed in and has one of the roles; with none named, everybody who is signed in.

    Parameters
    ----------
    before_change : also who has to change their password first
    """

    def enter(request: Request, desk: DeskNow) -> Visit:
        return _visit(request, desk, roles, before_change=before_change, posted=None)

    return enter


def allow_posted(*roles: str, before_change: bool = False) -> Callable[..., Visit]:
    """Let in as :func:`allow`, to send a form; it has to carry the secret of the sign-in."""

    def enter(request: Request, lang: Lang, desk: DeskNow, posted: PostedForm) -> Visit:
        found = _visit(request, desk, roles, before_change=before_change, posted=posted)
        if not is_own_form(found.session, posted.text("csrf")):
            raise HTTPException(403, _lost_form(lang))
        return found

    return enter


def _visit(
    request: Request, desk: Desk, roles: tuple[str, ...], *, before_change: bool, posted: Posted | None
) -> Visit:
    at = desk.room.clock()
    token = request.cookies.get(cookie_name(request))
    if not token:
        raise NotSignedInError(posted)
    with desk.store.change() as connection:
        session = find_session(connection, token, at, desk.lifetime)
    if session is None:
        raise NotSignedInError(posted)
    if session.account.must_change and not before_change:
        raise PasswordDueError
    if roles and not session.account.has(*roles):
        raise HTTPException(403)
    return Visit(desk, session, at, caller_of(request.scope, desk.settings.trusted_proxies))


def is_https(request: Request) -> bool:
    """Tell whether people reach the site over HTTPS."""
    address = request.app.state.settings.address
    return address.startswith("https://") if address else request.url.scheme == "https"


def cookie_name(request: Request) -> str:
    """Name the cookie: over HTTPS so that browsers take it from this very host alone, over HTTPS."""
    return f"__Host-{COOKIE}" if is_https(request) else COOKIE


def set_cookie(request: Request, response: Response, token: str) -> None:
    """Give the browser the token of a sign-in; it ends with the browser."""
    response.set_cookie(
        cookie_name(request), token, path="/", secure=is_https(request), httponly=True, samesite="strict"
    )


def drop_cookie(request: Request, response: Response) -> None:
    """Take the token of a sign-in from the browser."""
    response.delete_cookie(cookie_name(request), path="/", secure=is_https(request), httponly=True, samesite="strict")


def desk_page(
    request: Request, template: str, lang: Language, visit: Visit, /, *, status: int = 200, **facts: Any
) -> HTMLResponse:
    """Make a page of the desk: nobody may keep it."""
    # What was done stands in the address: only what the catalogue has a sentence for is said.
    sentence = f"{template.partition('.')[0]}_done.{request.query_params.get('done', '')}"
    facts["done"] = say("web_desk", sentence, lang) if sentence in catalogue("web_desk", lang) else None
    return page(request, f"desk/{template}", lang, status=status, store=False, visit=visit, account=visit.account,
                **facts)  # fmt: skip


def lead(address: str, **query: str) -> RedirectResponse:
    """Lead to a page of this site after a form was taken."""
    target = str(URL(address).include_query_params(**query)) if query else address
    return RedirectResponse(target, 303, {"Cache-Control": "no-store"})


def safe_next(text: str, lang: Language) -> str:
    """Give where to go after signing in: a page of the desk, and nothing else.

    Examples
    --------
    >>> safe_next("/fr/desk/contests?state=open", "en"), safe_next("//elsewhere.example/en/desk", "en")
    ('/fr/desk/contests?state=open', '/en/desk')
    """
    good = len(text) <= 300 and _NEXT.fullmatch(text) is not None and "/sign-" not in text
    return text if good else f"/{lang}/desk"


def _lost_form(lang: Language) -> str:
    return say("web_desk", "lost_form", lang)


def _path_language(request: Request) -> Language:
    return "fr" if request.url.path.startswith("/fr/") else "en"


def _lead_to_sign_in(request: Request, error: Exception) -> Response:
    """Lead to the page of the sign-in; what somebody typed when theirs had ended is shown, so that it is not lost."""
    lang = _path_language(request)
    posted = error.posted if isinstance(error, NotSignedInError) else None
    query = f"?{request.url.query}" if request.url.query else ""
    here = safe_next(f"{request.url.path}{query}", lang)
    if posted is None:
        return lead(f"/{lang}/desk/sign-in", **({} if here == f"/{lang}/desk" else {"next": here}))
    typed = [value for name, value in posted.texts.items() if name not in _SECRET and len(value) > 20]
    return page(request, "desk/ended.html.jinja", lang, status=403, store=False, typed=typed, target=here)


def _lead_to_account(request: Request, _: Exception) -> Response:
    return lead(f"/{_path_language(request)}/desk/account", due="1")
