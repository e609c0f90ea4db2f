"""What is asked of a provider, and how it is shown: a secret never leaves the request."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal
from urllib.parse import quote, quote_plus, urlencode, urlsplit

from havre.errors import Problem

Kind = Literal["json", "csv", "xml", "html", "zip", "gzip", "xlsx", "ods", "text"]
"""What the body has to be; anything else, such as a login page with status 200, is refused."""
HIDDEN = "…"
MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Wait:
    """The provider is still at work: ask the same again after some seconds."""

    seconds: float


@dataclass(frozen=True)
class Refused:
    """The body is no data, though its status may say so."""

    problem: Problem


Verdict = Wait | Refused | None
Judge = Callable[[int, bytes], Verdict]
"""Takes the status and the first 64 KiB of a body; tells what it is, ``None`` for data."""


@dataclass(frozen=True)
class Request:
    """One thing to fetch.

    Parameters
    ----------
    name : how to call it in messages and sidecars, such as ``asylum_applicants/DE``
    params : query, in order; may repeat a name
    secrets : further query parameters that are never shown, logged or kept
    secret_headers : headers that are never shown, logged or kept
    form : fields of a POST; the whole of it counts as secret
    judge : tells a body that is no data, for providers whose errors look like data
    browser : send the User-Agent of a browser, for hosts that refuse others
    largest : most bytes of the body, once unpacked from its transfer
    may_be_missing : a 404 is no fault
    pause : least seconds between two requests to this host
    """

    url: str
    name: str
    kind: Kind
    params: tuple[tuple[str, str], ...] = ()
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    secret_headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    judge: Judge | None = None
    browser: bool = False
    largest: int = 256 * MEBIBYTE
    may_be_missing: bool = False
    pause: float = 0.0

    @property
    def host(self) -> str:
        """The host that is asked."""
        return urlsplit(self.url).netloc

    @property
    def shown(self) -> str:
        """The address without secrets.

        Examples
        --------
        >>> Request("https://a.example/x", "x", "json", (("y", "1"),), {"client_id": "k7"}).shown
        'https://a.example/x?y=1&client_id=…'
        """
        pairs = [urlencode(self.params, safe="/:,+*[]"), *(f"{name}={HIDDEN}" for name in self.secrets)]
        query = "&".join(pair for pair in pairs if pair)
        return f"{self.url}?{query}" if query else self.url

    @property
    def key(self) -> str:
        """Sixteen digits that are the same whenever the same is asked, whatever the secrets."""
        return sha256(self.shown.encode("utf-8")).hexdigest()[:16]

    def without_secrets(self, text: str) -> str:
        """Put a mark in the place of each secret of this request in a text."""
        values = [*self.secrets.values(), *self.secret_headers.values(), *(self.form or {}).values()]
        values += [value.partition(" ")[2] for value in self.secret_headers.values()]
        for value in _spellings(values):
            text = text.replace(value, HIDDEN)
        return text

    def bytes_without_secrets(self, content: bytes) -> bytes:
        """Put a mark in the place of each secret in a body: some providers echo a key in their links."""
        bare = [value.partition(" ")[2] for value in self.secret_headers.values()]
        for value in _spellings([*self.secrets.values(), *self.secret_headers.values(), *bare]):
            content = content.replace(value.encode("utf-8"), b"REDACTED")
        return content


def _lower_escapes(text: str) -> str:
    return re.sub(r"%[0-9A-F]{2}", lambda found: found[0].lower(), text)


def _spellings(values: Iterable[str]) -> list[str]:
    """Give secrets as they may stand in a text, in an address too; the longest first."""
    secrets = [each for each in values if len(each) >= LEAST_SECRET]
    return sorted(
        {
            form
            for each in secrets
            for quoted in (each, quote(each, safe=""), quote(each), quote_plus(each))
            for form in (quoted, _lower_escapes(quoted), quoted.replace("/", "\\/"), json.dumps(quoted)[1:-1])
        },
        key=lambda form: (-len(form), form),
    )


LEAST_SECRET = 4
"""Shorter values are words of everyday, such as the name of a grant; to hide them would tear texts apart."""
