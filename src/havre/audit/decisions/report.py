"""The audit of a decision log: everything that follows from its counts, and what cannot be concluded."""

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path

import polars as pl

from havre.audit.decisions.calibration import calibration_table
from havre.audit.decisions.columns import Columns
from havre.audit.decisions.comparisons import (
    compare_calibration,
    compare_groups,
    compare_months,
    disparities,
    with_alarms,
)
from havre.audit.decisions.humans import Departures, Pace, departures, paces
from havre.audit.decisions.measures import DECIDERS
from havre.audit.decisions.read import MISSING, Cube, read_log
from havre.audit.decisions.tables import attributes, bin_table, group_tables, month_table, total_table
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
    compared = [compare_groups(groups, total, settings.margin, level), compare_months(months)]
    if settings.probability:
        compared.append(compare_calibration(calibration))
    comparisons = with_alarms(pl.concat(compared), settings.alpha, settings.power)
    by_score = bin_table(cube, threshold, level) if cube.edges else months.head(0).rename({"month": "bin"})
    departed = departures(total, level)
    hidden = set(total.filter("hidden")["measure"])
    truth = {
        who: known_truth(cube, who, hidden=f"{who}_error" in hidden)
        for who in DECIDERS
        if who in cube.has and "truth" in cube.has
    }
    findings = tuple(_findings(cube, groups, comparisons, departed, truth, settings))
    if hidden:
        findings = (("total_hidden", {"threshold": threshold}), *findings)
    return LogAudit(
        cube.rows, settings, columns, cube.edges, total, groups, disparities(groups), comparisons,
        calibration.drop("score_sum", "square_sum"), months, by_score, departed, tuple(paces(cube, threshold)), truth,
        findings,
    )  # fmt: skip


def _findings(
    cube: Cube,
    groups: pl.DataFrame,
    comparisons: pl.DataFrame,
    departed: Departures,
    truth: dict[str, KnownTruth],
    settings: Settings,
) -> list[Finding]:
    """Say what cannot be concluded, and what is to be known (keys ``log.finding.*`` of the catalogue ``audit``)."""
    found: list[Finding] = [
        (f"no_{name}", {})
        for name in ("automated", "human", "truth", "score", "time", "seconds")
        if name not in cube.has
    ]
    if not cube.groups:
        found.append(("no_groups", {}))
    found += _group_findings(cube, groups, settings)
    found += [(f"humans_{departed.verdict}", {})] if departed.verdict != "unknown" else []
    for who, known in truth.items():
        if known.is_partial:
            found.append((f"truth_partly_{who}", {}))
    found += _truth_findings(cube)
    if comparisons.height:
        found.append(("no_alarm" if not comparisons["alarm"].any() else "alarm", {"tests": comparisons.height}))
    else:
        found.append(("no_test", {}))
    if "score" in cube.has and "truth" in cube.has and not settings.probability:
        found.append(("not_probability", {}))
    return found


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


def _truth_findings(cube: Cube) -> list[Finding]:
    """Find a truth that is the human's decision, or that follows the score without fail."""
    found: list[Finding] = []
    known = cube.counts.filter(pl.col("truth").is_not_null())
    decided = known.filter(pl.col("human").is_not_null())
    both = known["truth"].n_unique() == 2
    if both and decided.height and bool((decided["human"] == decided["truth"]).all()):
        found.append(("truth_is_human", {}))
    if both and cube.edges:
        mixed = known.group_by("bin").agg(pl.col("truth").n_unique().alias("kinds"))
        if int((mixed["kinds"] == 2).sum()) <= 1 and mixed.height > 2:
            found.append(("truth_follows_score", {}))
    return found


def _plain(table: pl.DataFrame) -> list[dict[str, object]]:
    return table.to_dicts()
