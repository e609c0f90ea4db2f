"""Holds the snapshot that readers see, and swaps it for a newer one only when that is whole and good."""

import logging
import threading
from collections.abc import Callable

from havre.errors import HavreError
from havre.web.settings import WebSettings
from havre.web.site import Site, fingerprint_of, read_site

_log = logging.getLogger("havre.web")
LINES = 10
"""Faults of one release that the log names."""


def _short(text: str) -> str:
    """Tell the first of many faults: a folder may hold thousands of files that are none of the release."""
    lines = text.splitlines()
    return "\n".join([*lines[:LINES], *([f"… {len(lines) - LINES} more"] if len(lines) > LINES else [])])


def _tell_faults(site: Site) -> None:
    """Name the files in the folder of scenarios that are none, or no longer."""
    for name, fault in site.scenarios.faults.items():
        _log.warning("%s is no result of a scenario; what it said before stays, if it was one: %s", name, _short(fault))


class SiteHolder:
    """The snapshot of now. Reading it takes no lock: a request holds on to the one that it began with.

    Raises
    ------
    HavreError : there is nothing that could be shown
    """

    def __init__(self, settings: WebSettings) -> None:
        self.settings = settings
        self._site = read_site(settings)
        _tell_faults(self._site)
        self._seen = self._site.fingerprint
        self._building = threading.Lock()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self.on_swap: list[Callable[[Site], None]] = []
        self.failed: HavreError | None = None

    @property
    def site(self) -> Site:
        """The snapshot of now."""
        return self._site

    def reload(self) -> bool:
        """Read the folders again; give whether a new snapshot took the place of the old one.

        Where nothing good can be read the old snapshot stays, and :attr:`failed` says why.
        """
        with self._building:
            seen = fingerprint_of(self.settings)
            try:
                site = read_site(self.settings, self._site)
            except HavreError as error:
                self._seen, self.failed = seen, error
                _log.error("the new state cannot be shown, the old one stays: %s", error.message())
                return False
            self._seen, self.failed = seen, None
            for each in site.refused:
                _log.error("release %s is not shown: %s", each.folder, _short(each.error.message()))
            if site.scenarios.faults != self._site.scenarios.faults:
                _tell_faults(site)
            self._site = site
        for tell in self.on_swap:
            tell(site)
        return True

    def look(self) -> bool:
        """Read the folders again if they look otherwise than when they were last read."""
        return fingerprint_of(self.settings) != self._seen and self.reload()

    def watch(self) -> None:
        """Begin to look at the folders every few seconds, in a thread of its own."""
        self._ended.clear()
        self._thread = threading.Thread(target=self._watch, name="havre-site", daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while not self._ended.wait(self.settings.reload_seconds):
            try:
                self.look()
            except Exception:
                # Whatever happens while a new state is read, the old one is served on.
                _log.exception("looking for a new state failed")

    def stop(self) -> None:
        """End the thread that looks."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join(timeout=5)
