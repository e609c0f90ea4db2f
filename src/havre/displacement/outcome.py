"""What a simulation gives: counts of people by replica, day and camp, labelled."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import polars as pl

Counts = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Outcome:
    """The draws of one simulation; a day's counts are those at its end.

    Attributes
    ----------
    camp_counts : people in each camp, shape (replicas, days, camps)
    people : people who were ever displaced or put in, on the way or arrived, shape (replicas, days); sinks leave it as
        it is
    raw : arrivals that the data tell, with falls left in, by day
    debt : falls of the registrations not yet made up for by arrivals, by day
    location_means : mean over replicas of the people in each place, shape (days, locations), or ``None``
    link_flows : mean over replicas of the people who set out on each directed link, shape (links,), or ``None``
    links : origin and destination of each directed link, as indices of ``locations``, shape (links, 2), or ``None``
    steps : parts into which the busiest travel pass of a day was split, by day (1 where occupancy is frozen)
    """

    name: str
    start: date
    hasten: int
    seed: int
    locations: tuple[str, ...]
    camps: tuple[str, ...]
    camp_counts: Counts
    people: Counts
    raw: Counts
    debt: Counts
    steps: Counts
    location_means: Floats | None = None
    link_flows: Floats | None = None
    daily_link_flows: Floats | None = None
    links: Counts | None = None

    @property
    def replicas(self) -> int:
        """How many runs there are."""
        return int(self.camp_counts.shape[0])

    @property
    def days(self) -> int:
        """How many days were simulated."""
        return int(self.camp_counts.shape[1])

    @property
    def dates(self) -> tuple[date, ...]:
        """The date of each day."""
        return tuple(self.start + timedelta(days=day) for day in range(self.days))

    def camp(self, name: str) -> Counts:
        """Give the counts of one camp, shape (replicas, days).

        Raises
        ------
        KeyError : there is no camp of that name
        """
        if name not in self.camps:
            raise KeyError(name)
        return self.camp_counts[:, :, self.camps.index(name)]

    def table(self) -> "pl.DataFrame":
        """Give the counts with their labels: ``replica``, ``day``, ``date``, ``camp`` and ``people``, a row each.

        Rows go by replica, then day, then camp; people are simulated persons, each for ``hasten`` people.
        """
        import polars as pl

        replicas, days, camps = self.camp_counts.shape
        each = replicas * days * camps
        at = np.arange(each)
        return (
            pl.DataFrame(
                {
                    "replica": at // (days * camps),
                    "day": at // max(camps, 1) % max(days, 1),
                    "camp": pl.Series(self.camps, dtype=pl.Categorical).gather(at % max(camps, 1))
                    if each
                    else pl.Series([], dtype=pl.Categorical),
                    "people": self.camp_counts.reshape(-1),
                }
            )
            .with_columns(date=pl.lit(self.start) + pl.duration(days="day"))
            .select("replica", "day", "date", "camp", "people")
        )

    def quantiles(self, levels: tuple[float, ...] = (0.1, 0.5, 0.9)) -> Floats:
        """Give quantiles over replicas of each camp's count, shape (levels, days, camps)."""
        return np.quantile(self.camp_counts, levels, axis=0)
