"""Slows down whoever tries passwords: by account and caller together, by caller, and by account from anywhere.

Failures are kept in memory only, under keyed hashes, for a quarter of an hour: nothing about callers is written down.
Somebody who wants to keep a person out has to fail from many addresses, since the lower bound counts both together.
"""

import hashlib
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable

SECONDS = 900
"""How long a failure counts."""
MOST = {"both": 5, "caller": 20, "account": 60}
"""Failures within that time after which the next try has to wait."""
KEPT = 20_000


class Throttle:
    """Failures of late.

    Parameters
    ----------
    clock : gives seconds that never run back
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._key = secrets.token_bytes(16)
        self._failed: OrderedDict[bytes, list[float]] = OrderedDict()
        self._lock = threading.Lock()

    def begin(self, account: str, caller: str) -> int:
        """Begin a try: from now on it counts as failed, so that many at once are no more than one after the other.

        Whether there is such an account does not matter.

        Returns
        -------
        int : seconds to wait first, and nothing was begun; 0 where the try may be now
        """
        now = self._clock()
        with self._lock:
            names = self._names(account, caller)
            waits = [self._wait(now, name, MOST[kind]) for kind, name in names]
            if max(waits) > 0:
                return round(max(waits) + 0.5)
            for _, name in names:
                times = [each for each in self._failed.pop(name, []) if now - each < SECONDS]
                self._failed[name] = [*times, now]
            while len(self._failed) > KEPT:
                self._failed.popitem(last=False)
        return 0

    def take_back(self, account: str, caller: str) -> None:
        """Say that a try that was begun was none."""
        with self._lock:
            for _, name in self._names(account, caller):
                times = self._failed.get(name, [])[:-1]
                if times:
                    self._failed[name] = times
                else:
                    self._failed.pop(name, None)

    def succeeded(self, account: str, caller: str) -> None:
        """Say that a try was right: what failed for this account from this caller is forgotten."""
        self.take_back(account, caller)
        with self._lock:
            self._failed.pop(dict(self._names(account, caller))["both"], None)

    def _wait(self, now: float, name: bytes, most: int) -> float:
        times = [each for each in self._failed.get(name, []) if now - each < SECONDS]
        return 0.0 if len(times) < most else times[-most] + SECONDS - now

    def _names(self, account: str, caller: str) -> list[tuple[str, bytes]]:
        told = {"both": f"{account}\0{caller}", "caller": f"\0{caller}", "account": f"{account}\0"}
        return [
            (kind, hashlib.blake2b(f"{kind} {text}".encode(errors="replace"), key=self._key, digest_size=12).digest())
            for kind, text in told.items()
        ]
