"""What a simulation costs: processor time and memory, as the system measures them.

None of it enters a file: it differs from run to run, while the files of a run have the same bytes for the same seed.
"""

import sys
import time
from dataclasses import dataclass

_BYTES_OF_A_UNIT = 1 if sys.platform == "darwin" else 1024
"""What ``ru_maxrss`` counts in: bytes on macOS, elsewhere KiB."""
_MB = 1_000_000


@dataclass(frozen=True)
class Meter:
    """Measures from the moment at which it was started.

    Attributes
    ----------
    before : processor seconds of this process until then: the start of Python and of the command line
    of_others : processor seconds of processes that had worked for this one until then
    """

    before: float
    of_others: float

    @classmethod
    def start(cls) -> "Meter":
        """Begin to measure."""
        return cls(time.process_time(), _of_others())

    @property
    def cpu_seconds(self) -> float:
        """Processor seconds since the start, those of processes that worked for this one and have ended included."""
        return time.process_time() - self.before + _of_others() - self.of_others

    def as_dict(self, replicas: int, cluster: str | None) -> dict[str, object]:
        """Tell the cost in plain values; of work on a cluster only what this process had of it is known."""
        seconds = self.cpu_seconds
        return {
            "cpu_seconds": round(seconds, 3),
            "cpu_seconds_per_replica": None if cluster else round(seconds / replicas, 4),
            "cpu_seconds_of_start": round(self.before, 3),
            "peak_memory_mb": peak_memory_mb(),
            "work_elsewhere_not_counted": cluster is not None,
        }


def peak_memory_mb() -> float | None:
    """Give the most memory that this process, or one that worked for it, has had at once [MB of 1,000,000 bytes].

    ``None`` where the system does not tell.
    """
    try:
        import resource
    except ImportError:
        return None
    sizes = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return round(max(sizes) * _BYTES_OF_A_UNIT / _MB, 1)


def _of_others() -> float:
    try:
        import resource
    except ImportError:
        return 0.0
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
