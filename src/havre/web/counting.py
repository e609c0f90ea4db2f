"""Counts requests for Prometheus, and writes one line of JSON for each where that is wanted: never who asked, or what.

Only the pattern of an address is told (``/{lang}/origin/{code}``), so that nothing of what somebody read is kept.
"""

import json
import logging
import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from havre.web.holder import SiteHolder
from havre.web.site import Site

access_log = logging.getLogger("havre.web.access")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Metrics:
    """The metrics of one app, in a registry of their own."""

    def __init__(self, holder: SiteHolder) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "havre_http_requests", "Requests answered.", ("method", "route", "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "havre_http_request_seconds", "Seconds until an answer was sent.", ("route",), registry=self.registry
        )
        self.releases = Gauge("havre_releases", "Releases shown.", registry=self.registry)
        self.refused = Gauge("havre_releases_refused", "Releases that cannot be shown.", registry=self.registry)
        self.swaps = Counter("havre_site_swaps", "New states shown since the start.", registry=self.registry)
        self._tell(holder.site)
        holder.on_swap.append(self._swapped)

    def _swapped(self, site: Site) -> None:
        self.swaps.inc()
        self._tell(site)

    def _tell(self, site: Site) -> None:
        self.releases.set(len(site.releases))
        self.refused.set(len(site.refused))


class Counting:
    """The outermost layer: it counts."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and count it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        status = 500

        async def told(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, told)
        finally:
            self._count(scope, status, time.perf_counter() - began)

    def _count(self, scope: Scope, status: int, seconds: float) -> None:
        route = scope.get("route_path") or getattr(scope.get("route"), "path", None) or "other"
        method = scope["method"] if scope["method"] in METHODS else "other"
        self._metrics.requests.labels(method, route, str(status)).inc()
        self._metrics.seconds.labels(route).observe(seconds)
        if access_log.isEnabledFor(logging.INFO):
            line = {"method": method, "route": route, "status": status, "milliseconds": round(1000 * seconds, 1)}
            access_log.info("%s", json.dumps(line))
