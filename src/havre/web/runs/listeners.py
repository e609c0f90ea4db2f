"""Streams of events that are open: bounded in all and for each address, so that nobody takes all of them."""

from collections import Counter
from collections.abc import Callable

MOST = 200
"""Streams that are open at once."""


class TooManyStreamsError(Exception):
    """No further stream is opened.

    Parameters
    ----------
    status : 429 where the address holds as many as it may, 503 where all together do
    """

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Listeners:
    """Counts the streams that are open; an address is held as long as a stream of it is open, and no longer.

    Parameters
    ----------
    of_one : streams of one address
    most : streams in all
    """

    def __init__(self, of_one: int, most: int = MOST) -> None:
        self._of_one, self._most = of_one, most
        self._open: Counter[str] = Counter()

    def open(self, address: str) -> Callable[[], None]:
        """Count a stream, and give what ends that; called again it does nothing.

        Raises
        ------
        TooManyStreamsError : too many are open
        """
        if self._open[address] >= self._of_one:
            raise TooManyStreamsError(429)
        if self._open.total() >= self._most:
            raise TooManyStreamsError(503)
        self._open[address] += 1
        left = [address]
        return lambda: self._close(left.pop()) if left else None

    def _close(self, address: str) -> None:
        self._open[address] -= 1
        if not self._open[address]:
            del self._open[address]
