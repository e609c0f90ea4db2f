"""Lets pages of other sites read what programs read: cross-origin resource sharing, without cookies.

References
----------
WHATWG, Fetch standard, section 3.3 (CORS protocol) and 3.7 (Cross-Origin-Resource-Policy).
"""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

OPEN = ("/api/", "/feeds/", "/embed/", "/files/", "/log/")
"""Beginnings of addresses that pages of other sites may read."""
EXPOSED = "ETag, Link, X-Total-Count, Retry-After, Content-Disposition"
PREFLIGHT = {
    "access-control-allow-methods": "GET, HEAD, OPTIONS",
    "access-control-allow-headers": "Accept, Accept-Language, Content-Type, If-None-Match",
    "access-control-max-age": "86400",
    "allow": "GET, HEAD, OPTIONS",
    "cache-control": "public, max-age=86400",
}


class CrossOrigin:
    """A layer that opens these addresses to pages of other sites, errors included, and answers their preflights."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a preflight, or pass the request on and add the headers to what comes back."""
        if scope["type"] != "http" or not f"{scope['path']}/".startswith(OPEN):
            await self.app(scope, receive, send)
            return

        async def opened(message: Message) -> None:
            if message["type"] == "http.response.start":
                told = MutableHeaders(raw=list(message["headers"]))
                told["Access-Control-Allow-Origin"] = "*"
                told["Access-Control-Expose-Headers"] = EXPOSED
                told["Cross-Origin-Resource-Policy"] = "cross-origin"
                message = {**message, "headers": told.raw}
            await send(message)

        if scope["method"] == "OPTIONS":
            headers = [(name.encode(), value.encode()) for name, value in PREFLIGHT.items()]
            await opened({"type": "http.response.start", "status": 204, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return
        await self.app(scope, receive, opened)
