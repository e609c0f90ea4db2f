"""Turns of computing answers: a few at once, as many for each address, so that nobody's questions hold up others.

What is computed in one process shares one interpreter: more at once makes nothing quicker, and each of them slower. Who
has to wait stands in a line of their own address. Next comes the line that takes the least time: what its address took
of late, and what its question usually takes.
"""

import asyncio
import hashlib
import math
import secrets
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass

PATIENCE_SECONDS = 5.0
"""How long a question waits for its turn."""
RETRY_SECONDS = 5
"""After how long who got none may ask again."""
MOST_WAITING = 64
"""Questions of one address that wait at once."""
MOST_WAITING_IN_ALL = 1000
HALF_SECONDS = 3.0
"""After how long time that was taken counts half."""
MOST_CALLERS = 2000
Turn = Callable[[], None]
"""Ends a turn; called again it does nothing."""


class NoTurnError(Exception):
    """A question gets no turn.

    Parameters
    ----------
    status : 429 where the same address asks too much at once, 503 where all together do
    """

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True, eq=False)
class Waiting:
    """A question that waits: what its turn comes as, and its kind."""

    coming: "asyncio.Future[Turn]"
    kind: str


class Turns:
    """Gives turns to callers, within one loop of events.

    Callers are held in memory alone, as hashes with a key of this process; of the last ones no more than MOST_CALLERS.

    Parameters
    ----------
    at_once : turns at the same time
    of_one : turns at the same time of one caller
    patience : how long a question waits [s]
    """

    def __init__(
        self,
        at_once: int,
        of_one: int,
        patience: float = PATIENCE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._at_once, self._of_one, self._patience, self._clock = at_once, of_one, patience, clock
        self._key = secrets.token_bytes(16)
        self._begun: Counter[bytes] = Counter()
        self._lines: dict[bytes, deque[Waiting]] = {}
        self._took: dict[bytes, tuple[float, float]] = {}
        self._usual: dict[str, float] = {}

    async def take(self, address: str, kind: str = "") -> Turn:
        """Wait for a turn, and give what ends it.

        Parameters
        ----------
        kind : of question, of which there are a few: those of a kind take about the same time

        Raises
        ------
        NoTurnError : too many wait, or none came in time
        """
        caller = hashlib.blake2b(address.encode(), key=self._key, digest_size=12).digest()
        if caller not in self._lines and self._is_free(caller):
            return self._begin(caller, kind)
        if len(self._lines.get(caller, ())) >= MOST_WAITING:
            # Not at once: who is refused at once asks again at once.
            await asyncio.sleep(min(1.0, self._patience))
            raise NoTurnError(429)
        if sum(map(len, self._lines.values())) >= MOST_WAITING_IN_ALL:
            raise NoTurnError(503)
        coming: asyncio.Future[Turn] = asyncio.get_running_loop().create_future()
        waiting = Waiting(coming, kind)
        self._lines.setdefault(caller, deque()).append(waiting)
        try:
            await asyncio.wait((coming,), timeout=self._patience)
        except asyncio.CancelledError:
            self._leave(caller, waiting)
            raise
        if not coming.done():
            self._leave(caller, waiting)
            raise NoTurnError(503)
        return coming.result()

    def _is_free(self, caller: bytes) -> bool:
        return self._begun.total() < self._at_once and self._begun[caller] < self._of_one

    def _begin(self, caller: bytes, kind: str) -> Turn:
        self._begun[caller] += 1
        left = [self._clock()]

        def end() -> None:
            if left:
                self._end(caller, kind, left.pop())

        return end

    def _end(self, caller: bytes, kind: str, began: float) -> None:
        """Note the time that was taken, and let the next ones begin."""
        now = self._clock()
        self._took[caller] = (self._taken(caller, now) + now - began, now)
        self._usual[kind] = 0.8 * self._usual.get(kind, now - began) + 0.2 * (now - began)
        self._begun[caller] -= 1
        if not self._begun[caller]:
            del self._begun[caller]
        while free := [each for each in self._lines if self._is_free(each)]:
            chosen = min(
                free, key=lambda each: self._taken(each, now) + self._usual.get(self._lines[each][0].kind, 0.0)
            )
            waiting = self._lines[chosen].popleft()
            if not self._lines[chosen]:
                del self._lines[chosen]
            waiting.coming.set_result(self._begin(chosen, waiting.kind))
        if len(self._took) > MOST_CALLERS:
            self._forget(now)

    def _forget(self, now: float) -> None:
        """Keep of the callers those that took the most of late."""
        told = {each: self._taken(each, now) for each in self._took}
        kept = sorted(told, key=lambda each: told[each])[-MOST_CALLERS // 2 :]
        self._took = {each: (told[each], now) for each in kept}

    def _taken(self, caller: bytes, now: float) -> float:
        """Give the time that a caller took of late, of which older time counts less [s]."""
        seconds, at = self._took.get(caller, (0.0, now))
        return seconds * math.exp2((at - now) / HALF_SECONDS)

    def _leave(self, caller: bytes, waiting: Waiting) -> None:
        """Wait no longer; a turn that came in the same moment goes to the next."""
        if waiting.coming.done():
            waiting.coming.result()()
            return
        self._lines[caller].remove(waiting)
        if not self._lines[caller]:
            del self._lines[caller]
