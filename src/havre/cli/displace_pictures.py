"""``--plot`` and ``--picture``: people in camps, and when camps fill; and which pictures of a run are wanted."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from havre.cli.console import stdout
from havre.cli.displace_facts import LEVELS, SURE, Ran
from havre.cli.displace_options import tell
from havre.cli.language import language
from havre.cli.plots import PlotsWanted, plots_wanted
from havre.cli.plots import tell as tell_pictures
from havre.texts import Language, say

if TYPE_CHECKING:
    import polars as pl

    from havre.pictures import CampCurvesChart, FillDatesChart, Picture


@dataclass(frozen=True)
class PicturesWanted:
    """Which pictures of a simulation are wanted."""

    curves: PlotsWanted
    map: PlotsWanted
    animation: Path | None
    quiet: bool

    @property
    def record(self) -> tuple[str, ...]:
        """What the simulation must keep beside the camps."""
        kept = ["locations"] if self.map.file or self.animation else []
        kept += ["flows"] if self.map.file else []
        return (*kept, *(["daily_flows"] if self.animation else []))

    def show(self, ran: Ran) -> None:
        """Make the pictures, draw and write them.

        Raises
        ------
        FileError : a file cannot be written
        """
        from havre.cli.displace_maps import animation_of, map_picture

        self.curves.show(lambda: camps_picture(ran))
        self.map.show(lambda: map_picture(ran))
        if self.animation is not None:
            from havre.pictures import write_animation

            write_animation(animation_of(ran), self.animation)
            if not self.quiet:
                stdout().print(tell_pictures("written", path=self.animation), soft_wrap=True, markup=False)


def pictures_wanted(
    *, plot: bool, picture: Path | None, map_file: Path | None, animation: Path | None, as_json: bool
) -> PicturesWanted:
    """Check the options for pictures, before the work begins.

    Raises
    ------
    FileError : a file has no ending that can be written, or cannot be made where it is to go
    ForecastError : the packages that draw are not installed
    """
    from havre.whole_files import check_writable

    curves = plots_wanted(plot=plot, file=picture, as_json=as_json)
    network = plots_wanted(plot=False, file=map_file, as_json=as_json)
    if animation is not None:
        from havre.pictures import check_animation_file

        check_animation_file(animation)
    for file in (picture, map_file, animation):
        if file is not None:
            check_writable(file)
    return PicturesWanted(curves, network, animation, as_json)


def picture_notes(ran: Ran, spoken: Language | None = None) -> tuple[str, ...]:
    """Say under a picture what it is and how it was made."""
    outcome, prepared = ran.outcome, ran.prepared
    facts = {"name": outcome.name, "replicas": outcome.replicas, "seed": outcome.seed, "rules": prepared.rules_name}
    in_language = spoken or language()
    notes = [say("displace", f"picture.{key}", in_language, **facts) for key in ("automated", "made")]
    if ran.forecast_from is not None:
        notes.append(say("displace", "picture.seam", in_language, date=ran.forecast_from))
    return tuple(notes)


def unit_of(ran: Ran) -> str:
    """Say what is counted: people, or simulated persons that each stand for some."""
    hasten = ran.outcome.hasten
    return tell("picture.people") if hasten == 1 else tell("picture.persons", hasten=hasten)


def camps_picture(ran: Ran) -> "Picture":
    """Draw the people in each camp by day, and when each camp fills."""
    from havre.pictures import Picture

    fill = fill_chart(ran)
    charts = (camp_curves(ran),) if fill is None else (camp_curves(ran), fill)
    return Picture(tell("picture.heading", name=ran.outcome.name), charts, picture_notes(ran), language())


def camp_curves(ran: Ran) -> "CampCurvesChart":
    """Give median and intervals of each camp by day, beside the counts and the capacity of the last day."""
    import numpy as np
    import polars as pl

    from havre.pictures import CampCurvesChart

    outcome, dates = ran.outcome, ran.outcome.dates
    levels = LEVELS if outcome.replicas > 1 else (0.5,)
    tables = []
    for name, counts in zip(outcome.camps, np.moveaxis(outcome.camp_counts, 2, 0), strict=True):
        values = np.quantile(counts, levels, axis=0)
        days = pl.Series("day", dates, dtype=pl.Date)
        tables += [
            pl.DataFrame({"camp": name, "day": days, "quantile": level, "value": row})
            for level, row in zip(levels, values, strict=True)
        ]
    limits = [float(limit) if np.isfinite(limit) else None for limit in ran.capacities[-1]]
    capacities = pl.DataFrame({"camp": outcome.camps, "capacity": limits}, schema_overrides={"capacity": pl.Float64})
    calibrated = ran.prepared.calibrated
    fitted = None
    if calibrated is not None and calibrated.calibration.fit_days < outcome.days:
        fitted = dates[calibrated.calibration.fit_days - 1]
    return CampCurvesChart(tell("picture.camps"), unit_of(ran), pl.concat(tables), _counted(ran), capacities, fitted)


def _counted(ran: Ran) -> "pl.DataFrame":
    """Give what was registered on the days of a count; counts that a correction made negative are none."""
    import numpy as np
    import polars as pl

    series, dates = ran.series, ran.outcome.dates
    rows = [
        (series.camps[camp], dates[day], float(series.counts[day, camp]))
        for day, camp in zip(*np.nonzero(series.observed), strict=True)
        if series.counts[day, camp] >= 0 and series.camps[camp] in ran.outcome.camps
    ]
    return pl.DataFrame(rows, schema={"camp": pl.String, "day": pl.Date, "value": pl.Float64}, orient="row")


def fill_chart(ran: Ran) -> "FillDatesChart | None":
    """Give the days between which each camp fills; ``None`` where none has a limit."""
    from datetime import date

    import numpy as np
    import polars as pl

    from havre.pictures import FillDatesChart

    limited = [bool(limits.any()) for limits in np.isfinite(ran.capacities).T]
    rows = [
        (str(row["camp"]), float(str(row["full"])),
         *(None if row[end] is None else date.fromisoformat(str(row[end])) for end in ("from", "median", "to")))
        for row, has_limit in zip(ran.fill.as_table(SURE), limited, strict=True)
        if has_limit
    ]  # fmt: skip
    if not rows:
        return None
    schema = {"camp": pl.String, "chance": pl.Float64, "low": pl.Date, "median": pl.Date, "high": pl.Date}
    title = tell("picture.fill", percent=f"{100 * ran.full_share:g}")
    dates = ran.outcome.dates
    table = pl.DataFrame(rows, schema=schema, orient="row")
    first = dates[0] if ran.forecast_from is None else date.fromisoformat(ran.forecast_from)
    return FillDatesChart(title, first, dates[-1], table, interval=round(100 * SURE))
