"""``havre displace validate``: how well a simulation tells what was registered, over all camps and camp by camp."""

from typing import TYPE_CHECKING, Annotated

import typer

from havre.cli.console import number, stderr, stdout, table, write_json
from havre.cli.displace_facts import asked_facts, digest, ran_of
from havre.cli.displace_meter import Meter
from havre.cli.displace_options import (
    Asked,
    CalibrationFile,
    Days,
    Folder,
    Hasten,
    Lenient,
    OccupancyOption,
    Prepared,
    Replicas,
    RulesOption,
    SettingsFile,
    Switches,
    Validation,
    WithoutAgentsOut,
    WithoutDiscrepancy,
    Workers,
    prepare,
    tell,
)
from havre.cli.displace_show import (
    camp_name,
    decimal_cell,
    listed,
    plus_minus,
    share_cell,
    show_asked,
    show_cost,
    show_few,
)
from havre.cli.displace_simulate import parse_workers, simulated
from havre.cli.options import DEFAULT_SEED, Json, Seed

if TYPE_CHECKING:
    from havre.displacement.validate import Validation as Scores

REPLICAS = 100
"""Runs unless asked otherwise: the ends of a 95 % interval need more of them than those of an 80 % one."""
INTERVALS = ("coverage_50", "coverage_80", "coverage_95")


def _help(key: str) -> str:
    return tell(f"validate.option.{key}")


def validate(
    folder: Folder,
    settings: SettingsFile = None,
    validation: Validation = None,
    rules: RulesOption = "flee",
    switch: Switches = None,
    occupancy: OccupancyOption = "adaptive",
    replicas: Replicas = REPLICAS,
    days: Days = None,
    from_day: Annotated[int | None, typer.Option("--from-day", min=0, help=_help("from_day"))] = None,
    hasten: Hasten = None,
    calibration: CalibrationFile = None,
    without_discrepancy: WithoutDiscrepancy = False,  # noqa: FBT002
    lenient: Lenient = False,  # noqa: FBT002 - a flag of the command line
    without_agents_out: WithoutAgentsOut = False,  # noqa: FBT002
    seed: Seed = DEFAULT_SEED,
    workers: Workers = None,
    as_json: Json = False,  # noqa: FBT002
) -> None:
    """Compare a simulation with the registrations; the help text stands in the catalogue."""
    meter = Meter.start()
    from havre.displacement.validate import validate as compare

    working = parse_workers(workers)
    prepared = prepare(
        Asked(
            folder=folder,
            settings=settings,
            validation=validation,
            rules=rules,
            switches=switch or (),
            occupancy=occupancy,
            days=days,
            hasten=hasten,
            lenient=lenient,
            without_agents_out=without_agents_out,
            calibration=calibration,
            without_discrepancy=without_discrepancy,
        )
    )
    found = simulated(prepared, replicas=replicas, seed=seed, workers=working)
    ran = ran_of(folder, prepared, found, None)
    fitted = prepared.calibrated.calibration.fit_days if prepared.calibrated else 0
    scores = compare(ran.compared, ran.series, fitted if from_day is None else from_day)
    cost = meter.as_dict(replicas, working[1])
    if as_json:
        facts = {**asked_facts(folder, prepared, seed, replicas), "draws_sha256": digest(ran.outcome)}
        write_json({**facts, "validation": scores.summary()})
        show_cost(cost, stderr())
    else:
        show(prepared, scores, seed, cost)


def show(prepared: Prepared, scores: "Scores", seed: int, cost: dict[str, object]) -> None:
    """Print the scores: over all camps in sentences, then a table by camp."""
    console, found = stdout(), scores.summary()
    show_asked(prepared, seed, scores.replicas)
    told = {name: _plus_minus(found, name) for name in ("ard", "ard_rescaled")}
    days = {"first": scores.first_day, "last": scores.end_day - 1, "entries": found["entries"]}
    console.print(tell("validate.ard" if scores.replicas > 1 else "validate.ard_alone", **told), soft_wrap=True)
    console.print(tell("validate.days", **days), soft_wrap=True)
    _show_mase(scores, found)
    coverage: dict[str, float | None] = found["coverage"]  # type: ignore[assignment]
    if scores.replicas > 1:
        shares = {name: share_cell(coverage[name]) for name in INTERVALS}
        key = "coverage" if prepared.calibrated is None else "coverage_calibrated"
        console.print(tell(f"validate.{key}", **shares), soft_wrap=True)
    columns = ("camp", "entries", "ard", "absolute_error", "bias", "mase", "best_naive", "coverage_80")
    rows = [_row(row) for row in scores.as_table()]
    table(tell("validate.table"), [tell(f"validate.column.{name}") for name in columns], rows)
    console.print(tell("validate.how_to_read"), soft_wrap=True)
    show_few(scores.replicas)
    show_cost(cost)


def _show_mase(scores: "Scores", found: dict[str, object]) -> None:
    """Say whether the simulation beats the naive forecasts, the losses as plainly as the wins."""
    naive: dict[str, float | None] = found["naive_mase"]  # type: ignore[assignment]
    known = {name: value for name, value in naive.items() if value is not None}
    mase = found["mase"]
    if not isinstance(mase, float) or not known:
        stdout().print(tell("validate.no_mase"), soft_wrap=True)
        return
    names = listed([f"{tell(f'validate.naive.{name}')} {decimal_cell(value)}" for name, value in known.items()])
    best = min(known, key=lambda name: known[name])
    early = scores.first_day < scores.end_day / 10
    outcome = ("better_early" if early else "better") if mase < known[best] else "worse"
    facts = {"mase": decimal_cell(mase), "camps": found["mase_camps"], "naive": names}
    stdout().print(tell("validate.mase", **facts), soft_wrap=True)
    verdict = tell(f"validate.{outcome}", best=tell(f"validate.naive.{best}"), later=scores.end_day // 2)
    stdout().print(verdict, soft_wrap=True, style="bold")


def _row(row: "dict[str, str | int | float | None]") -> list[str]:
    naive = {name.removeprefix("mase_"): value for name, value in row.items() if name.startswith("mase_")}
    naive.pop("sd", None)
    known = {name: float(value) for name, value in naive.items() if value is not None}
    best = min(known, key=lambda name: known[name]) if known else None
    return [
        camp_name(str(row["camp"])),
        str(row["entries"]),
        _plus_minus(row, "ard"),
        number(_float(row["absolute_error"])),
        _signed(_float(row["bias"])),
        decimal_cell(row["mase"]),
        "–" if best is None else f"{decimal_cell(known[best])} {tell(f'validate.short.{best}')}",
        share_cell(row["coverage_80"]),
    ]


def _plus_minus(found: "dict[str, object] | dict[str, str | int | float | None]", name: str) -> str:
    return plus_minus(found[name], found[f"{name}_sd"])


def _float(value: object) -> float:
    return float(value) if isinstance(value, int | float) else float("nan")


def _signed(value: float) -> str:
    return f"{'+' if round(value) > 0 else ''}{number(value)}"
