"""The audit of a decision log: everything that follows from its counts, and what cannot be concluded."""

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path

import polars as pl

from havre.audit.decisions.calibration import calibration_table
from havre.audit.decisions.calibration_tests import CalibrationTests, compare_calibration
from havre.audit.decisions.columns import Columns
from havre.audit.decisions.comparisons import compare_groups, disparities, with_alarms
from havre.audit.decisions.drift import compare_months
from havre.audit.decisions.humans import Departures, Pace, departures, paces
from havre.audit.decisions.measures import DECIDERS
from havre.audit.decisions.missing import outcome_findings, score_findings
from havre.audit.decisions.read import MISSING, Cube, read_log
from havre.audit.decisions.tables import attributes, bin_table, group_tables, month_table, total_table
from havre.audit.decisions.truths import truth_findings
from havre.audit.decisions.unknown_truth import KnownTruth, known_truth
from havre.errors import AuditError, Problem, check_none

Finding = tuple[str, dict[str, object]]


@dataclass(frozen=True)
class Settings:
    """How a log is audited.

    Parameters
    ----------
    threshold : smallest number of decisions about which a rate of a group is shown
    level : of each interval
    alpha : how often a log in which all are alike may give any alarm
    power : chance with which the stated detectable difference is found
    margin : difference of rates that does not matter
    probability : the score is meant as the probability that the truth is true

    Raises
    ------
    AuditError : a setting that cannot be; all are told
    """

    threshold: int = 10
    level: float = 0.95
    alpha: float = 0.05
    power: float = 0.8
    margin: float = 0.0
    probability: bool = False

    def __post_init__(self) -> None:
        inside = {"level": self.level, "alpha": self.alpha, "power": self.power}
        problems = [
            Problem.of("audit.log.setting", name=name, value=f"{value:g}")
            for name, value in inside.items()
            if not 0 < value < 1
        ]
        if not 0 <= self.margin < 1:
            problems.append(Problem.of("audit.log.setting", name="margin", value=f"{self.margin:g}"))
        if self.threshold < 2:
            problems.append(Problem.of("audit.log.threshold", value=self.threshold))
        check_none(problems, AuditError)


@dataclass(frozen=True)
class LogAudit:
    """Aggregates of a log; no row of it."""

    rows: int
    settings: Settings
    columns: Columns
    edges: tuple[float, ...]
    total: pl.DataFrame
    groups: pl.DataFrame
    disparities: pl.DataFrame
    comparisons: pl.DataFrame
    calibration: pl.DataFrame
    months: pl.DataFrame
    by_score: pl.DataFrame
    departures: Departures
    paces: tuple[Pace, ...]
    truth: dict[str, KnownTruth]
    findings: tuple[Finding, ...]

    @property
    def alarms(self) -> pl.DataFrame:
        """The comparisons that raise an alarm."""
        return self.comparisons.filter("alarm")

    def as_json(self) -> dict[str, object]:
        """Give it as plain data; numbers that are not there are null."""
        tables = ("total", "groups", "disparities", "comparisons", "calibration", "months", "by_score")
        plain: dict[str, object] = {name: _plain(getattr(self, name)) for name in tables}
        return {
            "rows": self.rows, "settings": asdict(self.settings), "columns": asdict(self.columns),
            "score_edges": list(self.edges), "departures": asdict(self.departures),
            "paces": [asdict(pace) for pace in self.paces],
            "truth_known": {who: asdict(found) for who, found in self.truth.items()},
            "findings": [{"key": key, **fields} for key, fields in self.findings], **plain,
        }  # fmt: skip

    def encode(self) -> bytes:
        """Write it as JSON."""
        return json.dumps(self.as_json(), ensure_ascii=False, indent=1, allow_nan=False).encode() + b"\n"


def audit_log(path: Path, columns: Columns, settings: Settings | None = None) -> LogAudit:
    """Audit the decision log in a file or folder.

    Raises
    ------
    FileError, AuditError : as :func:`havre.audit.decisions.read.read_log`; the score is no probability though it is
        said to be one
    """
    chosen = settings or Settings()
    return audit_counts(read_log(path, columns), columns, chosen)


def audit_counts(cube: Cube, columns: Columns, settings: Settings) -> LogAudit:
    """Audit a log that was counted already.

    Raises
    ------
    AuditError : the score is no probability though it is said to be one
    """
    if settings.probability and (not cube.edges or cube.edges[0] < 0 or cube.edges[-1] > 1):
        low, high = (cube.edges[0], cube.edges[-1]) if cube.edges else (math.nan, math.nan)
        raise AuditError("audit.log.no_probability", low=f"{low:g}", high=f"{high:g}")
    level, threshold = settings.level, settings.threshold
    total = total_table(cube, threshold, level)
    groups = group_tables(cube, threshold, level)
    months = month_table(cube, threshold, level)
    calibration = calibration_table(cube, threshold, level)
    drift = compare_months(months)
    compared = [compare_groups(groups, total, settings.margin, level), drift.comparisons]
    promised = compare_calibration(cube, calibration) if settings.probability else None
    if promised:
        compared.append(promised.comparisons)
    comparisons = with_alarms(pl.concat(compared), settings.alpha, settings.power)
    by_score = bin_table(cube, threshold, level) if cube.edges else months.head(0).rename({"month": "bin"})
    departed = departures(total, level)
    hidden = set(total.filter("hidden")["measure"])
    truth = {
        who: known_truth(cube, who, hidden=f"{who}_error" in hidden)
        for who in DECIDERS
        if who in cube.has and "truth" in cube.has
    }
    findings: list[Finding] = [
        *_lacking(cube),
        *outcome_findings(cube, total),
        *score_findings(cube),
        *_group_findings(cube, groups, settings),
        *_departure_findings(departed),
        *_partial_truths(cube, truth),
        *truth_findings(cube),
        *_month_findings(cube),
        *drift.findings(),
        *_calibration_findings(cube, calibration, promised, settings, comparisons.height),
        *_test_findings(comparisons),
    ]
    if hidden:
        findings.insert(0, ("total_hidden", {"threshold": threshold}))
    return LogAudit(
        cube.rows, settings, columns, cube.edges, total, groups, disparities(groups), comparisons,
        calibration.drop("score_sum", "square_sum"), months, by_score, departed, tuple(paces(cube, threshold)), truth,
        tuple(findings),
    )  # fmt: skip


def _lacking(cube: Cube) -> list[Finding]:
    """Say what a log lacks altogether (keys ``log.finding.*`` of the catalogue ``audit``)."""
    found: list[Finding] = [
        (f"no_{name}", {})
        for name in ("automated", "human", "truth", "score", "time", "seconds")
        if name not in cube.has
    ]
    return found if cube.groups else [*found, ("no_groups", {})]


def _departure_findings(departed: Departures) -> list[Finding]:
    if departed.verdict == "unknown":
        return []
    bounds = departed.bounds
    facts: dict[str, object] = {} if bounds is None else {"low": bounds.low, "high": bounds.high}
    partly: list[Finding] = [("departures_missing", {"count": departed.missing, **facts})] if bounds else []
    told: dict[str, object] = {}
    if departed.verdict == "between" and departed.interval:
        share, found = departed.that / departed.of, departed.interval
        told = {"share": share, "low": found.low, "high": found.high}
    return [(f"humans_{departed.verdict}", told), *partly]


def _partial_truths(cube: Cube, truth: dict[str, KnownTruth]) -> list[Finding]:
    unknown = cube.counts.filter(pl.col("truth").is_null()).height > 0
    return [(f"truth_partly_{who}", {}) for who, known in truth.items() if known.is_partial and unknown]


def _month_findings(cube: Cube) -> list[Finding]:
    return [("one_month", {})] if "time" in cube.has and cube.counts["month"].drop_nulls().n_unique() == 1 else []


def _calibration_findings(
    cube: Cube, calibration: pl.DataFrame, promised: CalibrationTests | None, settings: Settings, tests: int
) -> list[Finding]:
    """Say of which groups calibration was not tested, or could not have been found wanting."""
    if "score" not in cube.has or (promised is None and "truth" not in cube.has):
        return []
    if promised is None:
        return [("not_probability", {})]
    if "truth" not in cube.has:
        return [("calibration_no_truth", {})]
    found: list[Finding] = []
    whole = calibration.filter(pl.col("bin").is_null())
    if whole.filter(pl.col("attribute").is_null())["hidden"].any():
        found.append(("calibration_hidden_all", {"threshold": settings.threshold}))
    hidden = whole.filter(pl.col("hidden") & pl.col("attribute").is_not_null())
    for name, count in hidden.group_by("attribute", maintain_order=True).agg(pl.len()).iter_rows():
        found.append(("calibration_hidden", {"attribute": name, "count": count, "threshold": settings.threshold}))
    for name, groups in promised.powerless(settings.alpha / max(tests, 1)).items():
        found.append(("calibration_small", {"attribute": name, "groups": groups}))
    return found


def _test_findings(comparisons: pl.DataFrame) -> list[Finding]:
    if comparisons.is_empty():
        return [("no_test", {})]
    key = "alarm" if comparisons["alarm"].any() else "no_alarm"
    return [(key, {"tests": comparisons.height})]


def _group_findings(cube: Cube, groups: pl.DataFrame, settings: Settings) -> list[Finding]:
    found: list[Finding] = []
    for name in cube.groups:
        values = cube.counts.group_by(f"group:{name}").agg(pl.col("n").sum())
        missing = int(values.filter(pl.col(f"group:{name}") == MISSING)["n"].sum())
        if missing:
            found.append(("group_missing", {"attribute": name, "share": missing / cube.rows}))
        if values.height == 1:
            found.append(("one_group", {"attribute": name}))
    hidden = groups.filter("hidden").group_by("attribute", maintain_order=True).agg(pl.col("group").n_unique())
    found += [("hidden", {"attribute": name, "groups": count, "threshold": settings.threshold})
              for name, count in hidden.iter_rows()]  # fmt: skip
    pairs = len(cube.groups) * (len(cube.groups) - 1) // 2
    if pairs > len(attributes(cube)) - len(cube.groups):
        found.append(("too_fine", {}))
    return found


def _plain(table: pl.DataFrame) -> list[dict[str, object]]:
    return table.to_dicts()
