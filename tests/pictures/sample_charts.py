"""One picture of each kind, made by hand, and of each kind with nothing or one point in it."""

from datetime import date

import polars as pl

from havre.months import add_months
from havre.pictures import (
    AlarmsChart,
    CalibrationChart,
    CampCurvesChart,
    Chart,
    DriversChart,
    FanChart,
    FillDatesChart,
    LeagueChart,
    NetworkMapChart,
    Picture,
    ScenarioCampsChart,
    ScenarioChart,
)
from havre.texts import Language
from tests.pictures import sample_displacement as displaced

FIRST = date(2019, 1, 1)
LEVELS = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
LONG = "République démocratique du Congo → Royaume-Uni, décembre 2022"


def history(months: int, gap: int | None = None) -> pl.DataFrame:
    rows = [(add_months(FIRST, m), None if m == gap else 1000.0 + 10 * m) for m in range(months)]
    return pl.DataFrame(rows, schema={"month": pl.Date, "value": pl.Float64}, orient="row")


def forecast(months: int, middle: float | None = 1500.0) -> pl.DataFrame:
    rows = [
        (add_months(FIRST, 36 + h), level, None if middle is None else middle * (1 + (level - 0.5) * (h + 1) / 12))
        for h in range(months)
        for level in LEVELS
    ]
    return pl.DataFrame(rows, schema={"month": pl.Date, "quantile": pl.Float64, "value": pl.Float64}, orient="row")


def ratios(models: int, horizons: tuple[int, ...] = (1, 12)) -> pl.DataFrame:
    rows = [
        (f"model_{m}", m == 0, h, 3.0 if m == 0 else 0.8 + 0.01 * m, *((None, None) if m == 0 else (0.7, 0.9)))
        for m in range(models)
        for h in horizons
    ]
    kinds = (pl.String, pl.Boolean, pl.Int64, pl.Float64, pl.Float64, pl.Float64)
    names = ("model", "baseline", "horizon", "ratio", "low", "high")
    return pl.DataFrame(rows, schema=dict(zip(names, kinds, strict=True)), orient="row")


def coverage(horizons: tuple[int, ...]) -> pl.DataFrame:
    rows = [(h, nominal, nominal - 0.01 * h) for h in horizons for nominal in (0.5, 0.8, 0.9, 0.95)]
    return pl.DataFrame(rows, schema={"horizon": pl.Int64, "nominal": pl.Float64, "observed": pl.Float64}, orient="row")


def chances(*rows: tuple[str, float, float | None, bool]) -> pl.DataFrame:
    schema = {"name": pl.String, "chance": pl.Float64, "threshold": pl.Float64, "alarm": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row")


def parts(*rows: tuple[str, int]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={"name": pl.String, "persons": pl.Int64}, orient="row")


CHARTS: dict[str, Chart] = {
    "fan": FanChart("Arrivées en Grèce", "personnes par mois", history(36, gap=9), forecast(12)),
    "scenario": ScenarioChart("Italy", "closure (Italy)", "persons a month", forecast(12), forecast(12, 0.0)),
    "league": LeagueChart("panel A: ratios", ratios(9)),
    "calibration": CalibrationChart("panel A: coverage", coverage((1, 12))),
    "alarms": AlarmsChart("watched", chances((LONG, 0.42, 0.3, True), ("Erythrée", 0.02, None, False)), left_out=3),
    "drivers": DriversChart(
        "why", "persons a month", ("last", 1200), ("median", 1215), parts(("up", 65), ("down", -50))
    ),
    "network": displaced.network(displaced.sample()),
    "camps": displaced.curves(displaced.sample(), every=10),
    "fill": displaced.fill_dates(displaced.sample()),
    "change": displaced.changes(displaced.sample()),
}


def network_of(*rows: tuple[str, str, float, float, float | None]) -> NetworkMapChart:
    kinds = (pl.String, pl.String, pl.Float64, pl.Float64, pl.Float64)
    names = ("name", "kind", "latitude", "longitude", "people")
    places = pl.DataFrame(rows, schema=dict(zip(names, kinds, strict=True)), orient="row")
    schema = {"origin": pl.String, "destination": pl.String, "flow": pl.Float64}
    return NetworkMapChart("t", "people", "people", places, pl.DataFrame([], schema=schema))


def camps_of(*rows: tuple[str, date, float, float]) -> CampCurvesChart:
    schema = {"camp": pl.String, "day": pl.Date, "quantile": pl.Float64, "value": pl.Float64}
    curves = pl.DataFrame(rows, schema=schema, orient="row")
    counted = pl.DataFrame([], schema={"camp": pl.String, "day": pl.Date, "value": pl.Float64})
    return CampCurvesChart(
        "t", "people", curves, counted, pl.DataFrame([], schema={"camp": pl.String, "capacity": pl.Int64})
    )


def fills(*rows: tuple[str, float, date | None, date | None, date | None]) -> FillDatesChart:
    schema = {"camp": pl.String, "chance": pl.Float64, "low": pl.Date, "median": pl.Date, "high": pl.Date}
    return FillDatesChart("t", FIRST, add_months(FIRST, 12), pl.DataFrame(rows, schema=schema, orient="row"))


def differences(*rows: tuple[str, float, float, float, float]) -> ScenarioCampsChart:
    names = ("camp", "base", "change", "low", "high")
    schema = dict(zip(names, (pl.String, *[pl.Float64] * 4), strict=True))
    return ScenarioCampsChart("t", "s", "people", pl.DataFrame(rows, schema=schema, orient="row"))


SMALL: dict[str, Chart] = {
    "fan of nothing": FanChart("t", "u", history(0), forecast(0)),
    "fan of one": FanChart("t", "u", history(1), forecast(1)),
    "fan hidden": FanChart("t", "u", history(1, gap=0), forecast(2, None)),
    "fan of zeros": FanChart("t", "u", history(0), forecast(2, 0.0)),
    "scenario of nothing": ScenarioChart("t", "s", "u", forecast(0), forecast(0)),
    "scenario of one": ScenarioChart("t", "s", "u", forecast(1), forecast(1)),
    "league of nothing": LeagueChart("t", ratios(0)),
    "league of one": LeagueChart("t", ratios(1, (1,))),
    "calibration of nothing": CalibrationChart("t", coverage(())),
    "calibration of one": CalibrationChart("t", coverage((1,)).head(1)),
    "alarms of nothing": AlarmsChart("t", chances()),
    "alarms of one": AlarmsChart("t", chances(("one", 0.0, None, False))),
    "network of nothing": network_of(),
    "network of one": network_of(("Here", "camp", 12.0, 15.0, None)),
    "network of one spot": network_of(("A", "camp", 12.0, 15.0, 0.0), ("B", "town", 12.0, 15.0, 4.0)),
    "camps of nothing": camps_of(),
    "camps of one": camps_of(("One", FIRST, 0.5, 0.0)),
    "fill of nothing": fills(),
    "fill of one": fills(("One", 0.0, None, None, None)),
    "change of nothing": differences(),
    "change of one": differences(("One", 0.0, 0.0, 0.0, 0.0)),
    "drivers of nothing": DriversChart("t", "u", ("last", 0), ("median", 0), parts()),
}


def picture(*charts: Chart, language: Language = "en") -> Picture:
    return Picture("Heading & <more> for 5 $", charts, ("Source: a provider", "A forecast is not a promise."), language)
