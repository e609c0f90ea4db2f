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

    def wait(self, account: str, caller: str) -> int:
        """Give the seconds to wait before the next try; 0 where it may be now. Whether there is such an account does
        not matter.
        """
        now = self._clock()
        with self._lock:
            waits = [self._wait(now, name, MOST[kind]) for kind, name in self._names(account, caller)]
        return round(max(waits) + 0.5) if max(waits) > 0 else 0

    def failed(self, account: str, caller: str) -> None:
        """Note that a try failed."""
        now = self._clock()
        with self._lock:
            for _, name in self._names(account, caller):
                times = [each for each in self._failed.pop(name, []) if now - each < SECONDS]
                self._failed[name] = [*times, now]
            while len(self._failed) > KEPT:
                self._failed.popitem(last=False)

    def succeeded(self, account: str, caller: str) -> None:
        """Forget what failed for this account from this caller."""
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
