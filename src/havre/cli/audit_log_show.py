"""The audit of a decision log, written line by line and table by table on a terminal or an HTML page."""

from typing import TYPE_CHECKING, Any

import polars as pl

from havre.cli.audit_options import DASH, level_percent, percent, percent_range, tell, written
from havre.cli.console import number

if TYPE_CHECKING:
    from collections.abc import Iterable

    from havre.audit.decisions.report import LogAudit
    from havre.cli.audit_log_pages import Page

SHOWN = ("flagged", "false_positive", "false_negative", "error")
DEPARTURES = ("departure", "overturned_flag", "added_flag")
MOST_ALARMS = 20
MOST_GROUPS = 30


def show(found: "LogAudit", page: "Page") -> None:
    """Write what follows from a log, what cannot be concluded first."""
    page.heading(tell("log.title", rows=number(found.rows)))
    page.line(tell("log.assumption", level=level_percent(found.settings.level)))
    for key, fields in found.findings:
        page.item(tell(f"log.finding.{key}", **{name: _told(name, value) for name, value in fields.items()}))
    _show_total(found, page)
    for attribute in found.groups["attribute"].unique(maintain_order=True):
        _show_groups(found, attribute, page)
    for part in (_show_alarms, _show_departures, _show_humans, _show_truth, _show_calibration, _show_months):
        part(found, page)


def _told(name: str, value: object) -> str:
    """Write what stands in a finding: shares in per cent, counts, names of groups, months, and measures in words."""
    if isinstance(value, float):
        return percent(value)
    if isinstance(value, int):
        return number(value)
    if isinstance(value, tuple):
        return ", ".join(
            tell(f"log.measure.{one}") if name == "measures" else str(one) or tell("log.missing") for one in value
        )
    return str(value)


def _interval(row: dict[str, object]) -> str:
    from havre.audit.intervals import Interval

    if row["hidden"]:
        return tell("log.few")
    if row["rate"] is None:
        return DASH
    rate, low, high = (float(str(row[name])) for name in ("rate", "low", "high"))
    return f"{percent(rate)} ({percent_range(Interval(low, high))})"


def _show_total(found: "LogAudit", page: "Page") -> None:
    lacking = bool(found.total["missing"].sum())
    rows = [
        [tell(f"log.measure.{row['measure']}"), tell("log.few") if row["hidden"] else number(row["of"]), _interval(row),
         *(_bounds(row) if lacking else [])]
        for row in found.total.iter_rows(named=True)
    ]  # fmt: skip
    names = ("measure", "of", "rate", *(("missing", "bounds") if lacking else ()))
    page.table(tell("log.total"), [tell(f"log.column.{name}") for name in names], rows)


def _bounds(row: dict[str, Any]) -> list[str]:
    """Write how many outcomes are missing, and between which shares the rate lies whatever they were."""
    from havre.audit.intervals import Interval

    if row["least"] is None:
        return ["", ""]
    return [number(row["missing"]), percent_range(Interval(row["least"], row["most"]))]


def _show_groups(found: "LogAudit", attribute: str, page: "Page") -> None:
    here = found.groups.filter(pl.col("attribute") == attribute)
    measures = [
        name
        for who in ("automated", "human")
        for part in SHOWN
        if (name := f"{who}_{part}") in found.total["measure"].to_list()
    ]
    by_cell = {(row["group"], row["measure"]): row for row in here.iter_rows(named=True)}
    groups = here["group"].unique().sort().to_list()
    for place in range(0, len(measures), len(SHOWN)):
        shown = measures[place : place + len(SHOWN)]
        columns = [attribute, *(tell(f"log.measure.{name}") for name in shown)]
        rows = [[_named(group), *(_interval(by_cell[group, name]) for name in shown)] for group in groups[:MOST_GROUPS]]
        page.table("", columns, rows)
    if len(groups) > MOST_GROUPS:
        page.line(tell("log.more_groups", count=len(groups) - MOST_GROUPS))


def _show_alarms(found: "LogAudit", page: "Page") -> None:
    alarms = found.alarms.sort("p")
    if alarms.is_empty():
        return
    rows = [
        [_who(row), tell(f"log.measure.{row['measure']}"), percent(row["rate"]), percent(row["other"]),
         _points(row), written(row['holm'], ".2g"), written(row['bh'], ".2g")]
        for row in alarms.head(MOST_ALARMS).iter_rows(named=True)
    ]  # fmt: skip
    names = ("group", "measure", "rate", "other", "difference", "holm", "bh")
    page.table(tell("log.alarms", count=alarms.height), [tell(f"log.column.{name}") for name in names], rows)
    page.line(tell("log.how_to_read", alpha=level_percent(found.settings.alpha)))


def _who(row: dict[str, object]) -> str:
    if row["kind"] == "drift":
        return tell("log.over_months")
    if not row["attribute"]:
        return tell("log.everybody")
    return f"{row['attribute']}: {_named(str(row['group']))}"


def _named(group: str) -> str:
    """Write a group as the log has it."""
    return group or tell("log.missing")


def _points(row: dict[str, object]) -> str:
    from babel.numbers import format_decimal

    from havre.cli.language import language
    from havre.texts import MINUS

    gap, low, high = (row[name] for name in ("difference", "low", "high"))
    written = [
        format_decimal(100 * float(str(v)), "0.00", locale=language()).replace("-", MINUS)
        for v in (gap, low, high)
        if v is not None
    ]
    return written[0] if len(written) == 1 else f"{written[0]} ({written[1]} {DASH} {written[2]})"


def _show_departures(found: "LogAudit", page: "Page") -> None:
    """Show how often humans depart, by band of the score and by group; few decisions are hidden as everywhere."""
    cells: dict[str, dict[str, dict[str, Any]]] = {}
    for row in found.by_score.filter(pl.col("measure").is_in(DEPARTURES)).sort("bin").iter_rows(named=True):
        low, high = (written(found.edges[row["bin"] + at], ".3g") for at in (0, 1))
        cells.setdefault(tell("log.score_band", low=low, high=high), {})[row["measure"]] = row
    for row in found.groups.filter(pl.col("measure").is_in(DEPARTURES)).iter_rows(named=True):
        cells.setdefault(_who({**row, "kind": "group"}), {})[row["measure"]] = row
    if not cells:
        return
    shown = [name for name in DEPARTURES if any(name in row for row in cells.values())]
    rows = [
        [who, tell("log.few") if row["departure"]["hidden"] else number(row["departure"]["of"]),
         *(_interval(row[name]) if name in row else DASH for name in shown)]
        for who, row in list(cells.items())[:MOST_GROUPS]
    ]  # fmt: skip
    names = ["", tell("log.column.of"), *(tell(f"log.measure.{name}") for name in shown)]
    page.table(tell("log.departures"), names, rows)
    if len(cells) > MOST_GROUPS:
        page.line(tell("log.more_groups", count=len(cells) - MOST_GROUPS))


def _show_humans(found: "LogAudit", page: "Page") -> None:
    rows = [
        [tell(f"log.pace.{pace.kind}"), *_pace_cells(pace.decisions, pace.median, pace.under)] for pace in found.paces
    ]
    if rows:
        names = ("decisions", "median", "under_5", "under_10", "under_30", "under_60")
        page.table(tell("log.pace.title"), ["", *(tell(f"log.pace.{name}") for name in names)], rows)


def _pace_cells(
    decisions: int | None, median: tuple[float, float] | None, under: dict[int, float] | None
) -> "Iterable[str]":
    if decisions is None or median is None or under is None:
        return [tell("log.few"), *([DASH] * 5)]
    return [
        number(decisions),
        f"{written(median[0], '.3g')}{DASH}{written(median[1], '.3g')}\u00a0s",
        *map(percent, under.values()),
    ]


def _show_truth(found: "LogAudit", page: "Page") -> None:
    for who, known in found.truth.items():
        if not known.is_partial or known.flagged is known.passed is None:
            continue
        bounds = {"positive": percent_range(known.false_positive), "negative": percent_range(known.false_negative)}
        facts = {"who": tell(f"log.who.{who}"), "flagged": percent(known.flagged), "passed": percent(known.passed)}
        page.line(tell("log.truth", **facts, **bounds))


def _show_calibration(found: "LogAudit", page: "Page") -> None:
    rows = [
        [_who({**row, "kind": "calibration"}),
         written(row["mean_score"], ".4g") if row["mean_score"] is not None else DASH, _interval(row)]
        for row in found.calibration.filter(pl.col("bin").is_null()).iter_rows(named=True)
    ]  # fmt: skip
    if rows:
        names = ("group", "mean_score", "came_true")
        page.table(tell("log.calibration"), [tell(f"log.column.{name}") for name in names], rows[:MOST_GROUPS])


def _show_months(found: "LogAudit", page: "Page") -> None:
    """Show the lowest and the highest month of each rate with their intervals, and the test over all months."""
    tests = {row["measure"]: row for row in found.comparisons.filter(pl.col("kind") == "drift").iter_rows(named=True)}
    visible = found.months.filter(~pl.col("hidden") & pl.col("rate").is_not_null())
    rows = []
    for (measure,), months in visible.group_by("measure", maintain_order=True):
        ordered = months.sort("rate")
        ends = [f"{row['month']}: {_interval(row)}" for row in (ordered.row(at, named=True) for at in (0, -1))]
        tested = tests.get(str(measure))
        found_p = [written(tested[name], ".2g") if tested else DASH for name in ("p", "holm")]
        rows.append([tell(f"log.measure.{measure}"), *ends, *found_p])
    if found.months["month"].n_unique() > 1:
        names = ("measure", "lowest", "highest", "p", "holm")
        page.table(tell("log.months"), [tell(f"log.column.{name}") for name in names], rows)
