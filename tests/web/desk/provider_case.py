"""An OpenID Connect provider on this machine: it signs whoever is told in, and can be made to lie in every way."""

import json
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "havre", "secret of the client"


@dataclass
class Lying:
    """What the provider does otherwise than it should.

    Parameters
    ----------
    claims : claims that are put in the place of the right ones; ``None`` leaves one out
    document : entries of its document that are put in the place of the right ones
    foreign_key : whether the token is signed with a key that it does not publish
    """

    claims: dict[str, Any] = field(default_factory=dict)
    document: dict[str, Any] = field(default_factory=dict)
    foreign_key: bool = False


@dataclass
class Provider:
    """A provider that runs: its address, and what it was asked."""

    issuer: str
    lying: Lying
    subject: str = "person-7"
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "k1"}))
    other: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "k1"}))

    def document(self) -> dict[str, Any]:
        names = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        told = {name: f"{self.issuer}/{path}" for name, path in names.items()}
        return {"issuer": self.issuer, **told, **self.lying.document}

    def authorize(self, query: dict[str, str]) -> str:
        """Sign somebody in at once; give where the browser goes."""
        assert (query["client_id"], query["response_type"], query["scope"]) == (CLIENT, "code", "openid")
        assert query["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}"
        self.codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state'], 'iss': self.issuer})}"

    def token(self, form: dict[str, str]) -> dict[str, Any] | None:
        """Exchange a code once; ``None`` where it is refused."""
        query = self.codes.pop(form.get("code", ""), None)
        challenge = urlsafe_b64encode(sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        if query is None or challenge != query["code_challenge"] or form["redirect_uri"] != query["redirect_uri"]:
            return None
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "sub": self.subject, "iat": now, "exp": now + 300,
                  "nonce": query["nonce"], **self.lying.claims}  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        key = self.other if self.lying.foreign_key else self.key
        signed = jwt.encode({"alg": "RS256", "kid": "k1"}, claims, key)
        return {"access_token": "a", "token_type": "Bearer", "expires_in": 300, "id_token": signed}


@contextmanager
def providing() -> Iterator[Provider]:
    """Run a provider on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            return

        def do_GET(self) -> None:
            path = urlsplit(self.path)
            made.asked.append(path.path)
            query = {name: values[0] for name, values in parse_qs(path.query).items()}
            if path.path == "/authorize":
                self.send_response(302)
                self.send_header("Location", made.authorize(query))
                self.end_headers()
                return
            documents: dict[str, dict[str, Any]] = {
                "/.well-known/openid-configuration": made.document(),
                "/keys": {"keys": [made.key.as_dict(private=False)]},
            }
            self.answer(documents.get(path.path))

        def do_POST(self) -> None:
            made.asked.append(self.path)
            assert self.headers["Authorization"].startswith("Basic ")
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.answer(made.token({name: values[0] for name, values in parse_qs(body).items()}))

        def answer(self, told: dict[str, Any] | None) -> None:
            body = json.dumps(told or {"error": "invalid_grant"}).encode()
            self.send_response(400 if told is None else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made = Provider(f"http://127.0.0.1:{server.server_port}", Lying())
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)
