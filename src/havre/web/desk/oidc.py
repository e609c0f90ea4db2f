"""Speaks with the OpenID Connect provider of the settings: authorization code with PKCE, state and nonce.

Nothing that a request says decides which address is asked: the issuer stands in the settings, its other addresses in
its own document, all over HTTPS (plain HTTP on this machine alone), and no redirect is followed.

References
----------
OpenID Connect Core 1.0, sections 3.1 and 3.1.3.7; RFC 7636 (PKCE); RFC 9207 (``iss`` in the answer).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from havre.web.desk.passwords import AccountError
from havre.web.settings import Oidc

if TYPE_CHECKING:
    import httpx

SECONDS = 10.0
MOST_BYTES = 300_000
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
"""Signatures of ID tokens that are taken: none without a key, none with a secret that both sides know."""
_SAFE = re.compile(r"https://[^\s/]+(/.*)?|http://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?(/.*)?")


@dataclass(frozen=True)
class Provider:
    """What a provider says of itself.

    Parameters
    ----------
    authorization, token, keys : its addresses
    """

    issuer: str
    authorization: str
    token: str
    keys: str


def find_provider(settings: Oidc, client: "httpx.Client") -> Provider:
    """Read what the provider says of itself.

    Raises
    ------
    AccountError : it cannot be reached, names another issuer, or an address that is not safe
    """
    _check_safe(settings.issuer)
    told = _read(client, f"{settings.issuer.rstrip('/')}/.well-known/openid-configuration")
    names = {"authorization": "authorization_endpoint", "token": "token_endpoint", "keys": "jwks_uri"}
    try:
        found = Provider(issuer=told["issuer"], **{name: str(told[key]) for name, key in names.items()})
    except KeyError as error:
        raise AccountError("web.oidc.provider", reason=f"no {error}") from error
    if found.issuer != settings.issuer:
        raise AccountError("web.oidc.provider", reason=f"issuer {found.issuer!r}"[:200])
    for address in (found.authorization, found.token, found.keys):
        _check_safe(address)
    return found


def address_to_ask(settings: Oidc, provider: Provider, back: str, state: str, nonce: str, verifier: str) -> str:
    """Give the address at the provider to which the browser goes.

    Parameters
    ----------
    back : address of this site to which it comes back
    verifier : secret of PKCE; only its hash goes along
    """
    with _oauth(settings, back) as oauth:
        address, _ = oauth.create_authorization_url(
            provider.authorization, state=state, nonce=nonce, code_verifier=verifier
        )
        return str(address)


def subject_of(
    settings: Oidc, provider: Provider, client: "httpx.Client", back: str, code: str, nonce: str, verifier: str,
    at: datetime,
) -> str:  # fmt: skip
    """Exchange a code for the name that somebody has at the provider (``sub``).

    Raises
    ------
    AccountError : the provider refuses, or its token is not signed by it, for this site, for this sign-in, and of now
    """
    import httpx
    from authlib.common.errors import AuthlibBaseError
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    try:
        with _oauth(settings, back) as oauth:
            token = oauth.fetch_token(provider.token, code=code, code_verifier=verifier)
        keys = KeySet.import_key_set(_read(client, provider.keys))  # type: ignore[arg-type]
        found = jwt.decode(str(token["id_token"]), keys, algorithms=ALGORITHMS)
        jwt.JWTClaimsRegistry(
            now=int(at.timestamp()), leeway=120,
            iss={"essential": True, "value": provider.issuer}, aud={"essential": True, "value": settings.client_id},
            exp={"essential": True}, iat={"essential": True}, sub={"essential": True},
            nonce={"essential": True, "value": nonce},
        ).validate(found.claims)  # fmt: skip
    except (AuthlibBaseError, JoseError, httpx.HTTPError, KeyError, ValueError, TypeError) as error:
        raise AccountError("web.oidc.refused") from error
    parties, party = found.claims["aud"], found.claims.get("azp", settings.client_id)
    if party != settings.client_id or (isinstance(parties, list) and len(parties) > 1 and "azp" not in found.claims):
        raise AccountError("web.oidc.refused")
    return str(found.claims["sub"])


def new_client() -> "httpx.Client":
    """Make a client that follows no redirect and waits for seconds only."""
    import httpx

    return httpx.Client(timeout=SECONDS, follow_redirects=False)


def _oauth(settings: Oidc, back: str) -> Any:
    try:
        from authlib.integrations.httpx_client import OAuth2Client
    except ImportError as error:
        raise AccountError("web.oidc.extra") from error
    secret = None if settings.client_secret_file is None else settings.client_secret_file.read_text("utf-8").strip()
    return OAuth2Client(
        settings.client_id, secret, scope="openid", redirect_uri=back, code_challenge_method="S256",
        token_endpoint_auth_method="client_secret_basic" if secret else "none", timeout=SECONDS,
        follow_redirects=False,
    )  # fmt: skip


def _read(client: "httpx.Client", address: str) -> Mapping[str, Any]:
    import httpx

    try:
        with client.stream("GET", address, headers={"Accept": "application/json"}) as answer:
            answer.raise_for_status()
            content = b""
            for piece in answer.iter_bytes():
                content += piece
                if len(content) > MOST_BYTES:
                    raise AccountError("web.oidc.provider", reason=f"> {MOST_BYTES} B")
        told = httpx.Response(200, content=content).json()
    except (httpx.HTTPError, ValueError) as error:
        raise AccountError("web.oidc.provider", reason=type(error).__name__) from error
    if not isinstance(told, dict):
        raise AccountError("web.oidc.provider", reason="JSON")
    return told


def _check_safe(address: str) -> None:
    if not _SAFE.fullmatch(address):
        raise AccountError("web.oidc.provider", reason=address[:200])
