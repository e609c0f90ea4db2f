"""Cases for the calculators of the web, each with what Python says of it: a value, or the problems it refuses."""

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from havre.audit.assessment import findings
from havre.audit.chain import chain
from havre.audit.claims import Claim, ClaimSet, disagree
from havre.audit.fleet import detections, fleet_outcomes, places_of_people
from havre.audit.gallery import (
    YearOfSearches,
    fpir,
    fpir_elsewhere,
    fpir_interval,
    required_fmr,
    share_of_hits,
)  # fmt: skip
from havre.audit.intervals import METHODS, Interval, interval
from havre.audit.links import LinkKind, spread
from havre.audit.questions import chance_of_flags, flag_chances
from havre.audit.rates import parse_rate
from havre.audit.roc import RocPoint, area_bounds, choose, consequences, trapezoid_area, useless_points
from havre.audit.screening import Screening
from havre.audit.sensors import Figure, Sensor, check_outcomes, in_time, outcomes
from havre.errors import AuditError

NAN, INF = math.nan, math.inf


@dataclass(frozen=True)
class Case:
    """A call of a calculator by its name in JavaScript, and the same in Python."""

    name: str
    args: tuple[Any, ...]
    compute: Callable[..., Any]

    def expected(self) -> dict[str, Any]:
        """Give what Python says: a value, or keys and fields of the problems."""
        try:
            return {"value": _plain(self.compute(*self.args))}
        except AuditError as error:
            problems = [
                {"key": one.key, "fields": {name: str(value) for name, value in one.fields}} for one in error.problems
            ]
            return {"problems": problems}


def cases() -> Iterator[Case]:
    """Give every case."""
    for made in (
        _special,
        _betas,
        _intervals,
        _rates,
        _screenings,
        _questions,
        _chains,
        _galleries,
        _links,
        _sensors,
        _thresholds,
    ):
        yield from made()


def _special() -> Iterator[Case]:
    for x in (1e-3, 0.5, 0.999, 1.0, 1.5, 2.0, 3.3, 11.9, 12.1, 100.0, 1e5, 1e9):
        yield Case("logGamma", (x,), special.gammaln)
        for b in (1e-3, 0.5, 4.0, 40.0, 1e4, 1e9):
            yield Case("logBeta", (x, b), special.betaln)
    for z in (-37.0, -8.5, -3.0, -1.0, -0.1, 0.0, 0.3, 2.0, 6.0):
        yield Case("normalBelow", (z,), special.ndtr)
    for p in (1e-15, 1e-6, 0.005, 0.025, 0.3, 0.5, 0.9, 0.9995):
        yield Case("normalScore", (p,), special.ndtri)
    for a, x in itertools.product((0.01, 0.5, 1.0, 7.0, 120.0), (1e-6, 0.4, 3.0, 100.0, 160.0)):
        yield Case("upperGamma", (a, x), special.gammaincc)
    for value in (
        0.0,
        -0.0,
        1.0,
        0.1,
        1.5,
        1234567.0,
        1e-5,
        0.0001234567,
        3e8,
        4e-12,
        100000.0,
        999999.7,
        -2.5,
        NAN,
        INF,
    ):
        yield Case("general", (value,), lambda v: f"{v:g}")


def _betas() -> Iterator[Case]:
    sizes = (0.5, 1.0, 2.5, 30.5, 999.0, 3100.0, 1e6)
    for a, b in itertools.product(sizes, sizes):
        mean, spread_ = a / (a + b), math.sqrt(a * b / (a + b + 1)) / (a + b)
        for z in (-4.0, -0.5, 1.5):
            x = min(max(mean + z * spread_, 1e-9), 1 - 1e-9)
            yield Case("betaBelow", (a, b, x), special.betainc)
            yield Case("betaAbove", (a, b, x), special.betaincc)
        for p in (1e-12, 0.025, 0.5, 0.975):
            yield Case("betaQuantile", (a, b, p), special.betaincinv)


def _intervals() -> Iterator[Case]:
    def ends(x: float, n: float, method: str, level: float) -> Interval:
        return interval(x, n, method, level)

    counts = [(0, 1), (1, 1), (0, 30), (1, 30), (23, 30), (30, 30), (11.051, 15), (17, 1000), (3e5, 1e6), (1, 1e8)]
    for (x, n), method, level in itertools.product(counts, METHODS, (0.5, 0.95, 0.999)):
        yield Case("interval", (x, n, method, level), ends)
    refused = [(1, 0), (0, 0), (-1, 3), (4, 3), (1, -2), (NAN, 3), (1, NAN), (1, INF)]
    for x, n in refused:
        yield Case("interval", (x, n, "wilson", 0.95), ends)
    for level in (0.0, 1.0, -0.2, NAN):
        yield Case("interval", (1, 3, "jeffreys", level), ends)
    yield Case("interval", (1, 3, "wald", 0.95), ends)


def _rates() -> Iterator[Case]:
    texts = (
        "23/30", " 23 / 30 ", "0/1", "0.76", "76%", "76 %", "75.55%", "75.55%@15", "0.76@30", "73.66%@15", ".5", "5.",
        "1", "0", "100%", "1e-3", "1E-9", "0.1e1%", "1_0%", "1.0", "0.5@1", "33.3%@3", "33.3%@4", "+0.5", "-0", "050%",
        "1.2", "101%", "-0.1", "31/30", "-1/30", "1/0", "0/0", "5/-3", "0.5@0", "0.5@-3", "", " ", "%", "@", "@30", "/",
        "a", "0.5@b", "0.5@1.5", "1/2/3", "1.5/3", "nan", "inf", "--1", "1e", ".", "0,5", "1e400", "76%%", "0.5@30@2",
        "1e-400", "2@0",
    )  # fmt: skip
    for text in texts:
        yield Case("rate", (text,), lambda t: [(r := parse_rate(t)).share, r.trials, r.digits, r.is_attainable])


def _screenings() -> Iterator[Case]:
    pairs = [
        ("11/15", "12/15"), ("0/4", "4/4"), ("1/1", "0/1"), ("76%@15", "75.55%@15"), ("76%", "76%"), ("0.8@500", "0.9"),
        ("400/500", "999999/1000000"), ("0", "1"), ("1", "0"), ("5%@20", "40%@20"), ("8/15", "9/15"), ("20/20", "2/2"),
    ]  # fmt: skip
    for (one, other), base_rate in itertools.product(pairs, (1e-6, 0.001, 0.05, 0.5, 0.99)):
        yield Case("screening", (one, other, base_rate, 0.95), _screen)
    yield Case("screening", ("11/15", "12/15", 0.01, 0.8), _screen)
    for base_rate in (0.0, 1.0, -0.1, 1.5, NAN):
        yield Case("screening", ("11/15", "12/15", base_rate, 0.95), _screen)
    for four in itertools.combinations(("23/30", "0.9", "76%@15", "40%@1000"), 4):
        for level in (0.5, 0.95):
            yield Case("contradict", (*four, level), _contradict)
            yield Case("contradict", (*four[2:], *four[:2], level), _contradict)
    bare = [("76%", "76%"), ("75.55%", "73.66%"), ("76.4%", "0.756"), ("0.9", "0.764"), ("76%@15", "76%"), ("1", "3/4")]
    for (a, b), (c, d) in itertools.product(bare, repeat=2):
        yield Case("disagree", (a, b, c, d), _disagree)


def _screen(one: str, other: str, base_rate: float, level: float) -> dict[str, Any]:
    made = Screening(parse_rate(one), parse_rate(other))
    claim = Claim("", made, "", "", "measured", {"a": made, "b": made})
    return {
        "flagged": made.flagged(base_rate), "wrongly": made.flagged_wrongly(base_rate), "ppv": made.ppv(base_rate),
        "npv": made.npv(base_rate), "break_even": made.break_even(), "coin": made.chance_better_than_coin,
        "findings": findings(claim), "ppv_interval": made.ppv_interval(base_rate, level),
        "npv_interval": made.npv_interval(base_rate, level),
        "flagged_interval": made.flagged_interval(base_rate, level),
        "wrongly_interval": made.flagged_wrongly_interval(base_rate, level),
        "break_even_interval": made.break_even_interval(0.5, level),
    }  # fmt: skip


def _contradict(a: str, b: str, c: str, d: str, level: float) -> bool:
    checks = [Screening(parse_rate(one), parse_rate(other)) for one, other in ((a, b), (c, d))]
    claims = [Claim(str(at), check, "", "", "measured") for at, check in enumerate(checks)]
    return bool(ClaimSet("", tuple(claims)).contradictions(level))


def _disagree(a: str, b: str, c: str, d: str) -> bool:
    checks = [Screening(parse_rate(one), parse_rate(other)) for one, other in ((a, b), (c, d))]
    one, other = (Claim(str(at), check, "", "", "measured") for at, check in enumerate(checks))
    return disagree(one, other)


def _questions() -> Iterator[Case]:
    for n, rate, rho in itertools.product((1, 16, 200), (0.0, 0.2445, 1.0), (0.0, 1e-9, 0.1, 0.9, 1.0)):
        yield Case("flagChances", (n, rate, rho), flag_chances)
        yield Case("chanceOfFlags", (min(4, n), n, rate, rho), chance_of_flags)
    for args in ((0, 0.5, 0.0), (-3, 1.5, 2.0), (4, NAN, 0.0), (4, 0.5, -0.1), (4, 0.5, NAN)):
        yield Case("flagChances", args, flag_chances)
    for beyond in ((-1, 4, 0.5, 0.0), (5, 4, 0.5, 0.0)):
        yield Case("chanceOfFlags", beyond, chance_of_flags)


def _chains() -> Iterator[Case]:
    def combine(rates: Sequence[float], rule: Any) -> list[float]:
        found = chain(rates, rule)
        return [found.independent, found.lowest, found.highest]

    lists: tuple[list[float], ...] = (
        [0.2, 0.1], [0.3], [0.9, 0.8, 0.7], [0.0, 0.5], [1.0, 1.0], [1e-9, 1e-3], [0.6, 0.7], [], [1.2, -0.1], [NAN],
    )  # fmt: skip
    for rates, rule in itertools.product(lists, ("any", "all")):
        yield Case("chain", (rates, rule), combine)


def _galleries() -> Iterator[Case]:
    rates, sizes, variations = (0.0, 1e-12, 1e-9, 1e-6, 1e-3, 0.4, 1.0), (1.0, 7e6, 3e8), (0.0, 0.1, 1.0, 3.0)
    for rate, size, variation in itertools.product(rates, sizes, variations):
        yield Case("fpir", (rate, size, variation), fpir)
    for goal, size, variation in itertools.product((0.0, 1e-6, 0.001, 0.3, 1.0), sizes, variations):
        yield Case("requiredFmr", (goal, size, variation), required_fmr)
        yield Case("fpirElsewhere", (goal, 12e6, size, variation), fpir_elsewhere)
    counted: tuple[tuple[float, ...], ...] = (
        (0, 1000, 12e6, 3e8), (90, 30000, 12e6, 4e8, 1.0), (3, 30000, 12e6, 6e7, 0.5, 0.99), (5, 3, 1e6, 1e6),
    )  # fmt: skip
    for args in counted:
        yield Case("fpirInterval", args, fpir_interval)
    for refused in ((1.5, 1e6, 0.0), (0.1, 0.5, 0.0), (-0.1, INF, -1.0), (0.1, NAN, NAN), (NAN, 1e6, INF)):
        yield Case("fpir", refused, fpir)
        yield Case("requiredFmr", refused, required_fmr)
    for top, variation in itertools.product((0.001, 0.01, 0.5, 0.99), (0.0, 0.1, 1.0, 2.0, 5.0)):
        yield Case("shareOfHits", (top, variation), share_of_hits)
    yield Case("shareOfHits", (1.5, 1.0), share_of_hits)
    for year in (
        (6e7, 0.3, 0.001, 0.01),
        (1e6, 0.0, 0.001),
        (1e6, 1.0, 0.5, 1.0),
        (0.0, 2.0, -1.0, 3.0),
        (INF, 0.0, 0.0),
    ):
        yield Case("year", year, _year)


def _year(searches: float, mated: float, rate: float, fnir: float | None = None) -> list[float | None]:
    found = YearOfSearches(searches, mated, rate, fnir)
    return [found.false_hits, found.missed, found.hits_that_are_false]


def _links() -> Iterator[Case]:
    def reach(kinds: list[tuple[float, float, float]]) -> list[float | None]:
        found = spread([LinkKind("", *kind) for kind in kinds])
        return [found.reach, found.linked, found.joined, found.giant]

    for files, false, left in itertools.product((0.0, 2.0, 7.0), (0.0, 1e-4, 0.1, 0.3, 1.0), (0.0, 0.3, 1.0)):
        yield Case("spread", ([(files, false, left)],), reach)
    yield Case("spread", ([(2.0, 0.05, 1.0), (3.0, 0.1, 0.5)],), reach)
    yield Case("spread", ([(0.5, 1.0, 1.0), (1e-7, 1.0, 1.0)],), reach)
    for kinds in ([], [(-1.0, 1.5, -0.2)], [(INF, 0.5, 0.5)], [(NAN, NAN, 1.0)]):
        yield Case("spread", (kinds,), reach)


def _thresholds() -> Iterator[Case]:
    lists: tuple[list[list[float]], ...] = (
        [[0.3, 0.9, 0.5], [0.5, 0.76, 0.76], [0.7, 0.5, 0.9]], [[0.7, 0.5, 0.9], [0.3, 0.9, 0.5]], [[1.0, 0.4, 0.5]],
        [[0.1, 1.0, 0.0], [0.2, 1.0, 0.3], [0.9, 0.0, 1.0]],
    )  # fmt: skip
    for points, base_rate, weight in itertools.product(lists, (0.001, 0.3), (0.1, 1.0, 100.0)):
        yield Case("roc", (points, base_rate, weight), _roc)
    refused: tuple[list[list[float]], ...] = (
        [], [[0.5, 1.2, -0.1]], [[0.5, 0.8, 0.7], [0.5, 0.9, 0.6]], [[0.5, 0.8, 0.7], [0.4, 0.9, 0.8]],
    )  # fmt: skip
    for points in refused:
        yield Case("roc", (points, 0.01, 1.0), _roc)
    for base_rate, weight in ((0.0, 1.0), (0.01, 0.0), (0.01, INF), (0.01, NAN)):
        yield Case("roc", (lists[0], base_rate, weight), _roc)


def _roc(rows: list[list[float]], base_rate: float, weight: float) -> list[Any]:
    points = [RocPoint(*row) for row in rows]
    area, trapezoid = area_bounds(points), trapezoid_area(points)
    choice = choose(points, base_rate, weight)
    each = [[*(found := consequences(point, base_rate)).shares, found.ppv] for point in points]
    useless = [point.threshold for point in useless_points(points)]
    best = choice.best if isinstance(choice.best, str) else choice.best.threshold
    return [area.low, area.high, trapezoid, useless, each, best, choice.cost]


def _sensors() -> Iterator[Case]:
    every = {
        "sweep_width_km": [2.0, 4.0], "speed_kmh": [90.0, 90.0], "availability": [0.4, 0.7],
        "area_km2": [5000.0, 5000.0], "hours": [6.0, 6.0],
        "detection_per_look": [0.2, 0.9], "looks": [1.0, 7.0], "sensors": [3.0, 3.0],
        "length_km": [12.0, 40.0], "false_alarms_per_hour": [0.0, 0.5], "targets_per_hour": [0.0, 0.1],
        "confirm_minutes": [5.0, 20.0], "alert_minutes": [10.0, 60.0], "distance_km": [30.0, 80.0],
        "rescue_speed_kmh": [30.0, 50.0], "survival_minutes": [60.0, 180.0],
        "detection": [0.3, 0.9], "acted_on": [0.5, 0.8], "returned": [0.0, 0.3],
        "occupied_share": [0.001, 0.01], "detection_per_check": [0.8, 0.95], "false_alarms_per_check": [0.0, 0.05],
        "checks_per_day": [500.0, 500.0],
    }  # fmt: skip
    yield Case("sensor", (every,), _sense)
    for name in every:
        yield Case("sensor", ({other: ends for other, ends in every.items() if other != name},), _sense)
    yield Case("sensor", ({**every, "survival_minutes": [10.0, 30.0]},), _sense)
    yield Case("sensor", ({**every, "survival_minutes": [1000.0, 3000.0]},), _sense)
    yield Case("sensor", ({},), _sense)


def _sense(figures: dict[str, list[float]]) -> list[Any]:
    made = {name: Figure(Interval(low, high, 1.0), "made up", "2026") for name, (low, high) in figures.items()}
    sensor = Sensor("", made)
    found = outcomes(sensor)
    ways = detections(sensor)
    people = [one for way in ways.values() for one in places_of_people(sensor, way)]
    every = [*found, *fleet_outcomes(sensor), *people, *check_outcomes(sensor)]
    return [in_time(found), *ways, *([one.name, one.range, one.lacks] for one in every)]


def _plain(value: Any) -> Any:
    if isinstance(value, Interval):
        return [value.low, value.high]
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value
