"""``havre displace calibrate``: which move parameters the camps support, and how well they forecast the other days."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from havre.cli.console import number, progress_bar, stderr, stdout, table, write_json
from havre.cli.displace_facts import asked_facts
from havre.cli.displace_meter import Meter
from havre.cli.displace_options import (
    Asked,
    Folder,
    Hasten,
    Lenient,
    OccupancyOption,
    Prepared,
    RulesOption,
    SettingsFile,
    Switches,
    Validation,
    WithoutAgentsOut,
    Workers,
    prepare,
    tell,
)
from havre.cli.displace_show import decimal_cell, share_cell, show_asked, show_cost, show_few, significant
from havre.cli.displace_simulate import parse_workers
from havre.cli.options import DEFAULT_SEED, Json, Seed

if TYPE_CHECKING:
    from havre.displacement.calibrate import Calibration

REPLICAS = 200
"""Runs with parameters of the calibration, by which it is scored."""
_ALIKE = (
    ("plain", "calibrated", "settings"),
    ("corrected", "calibrated_with_discrepancy", "settings_with_discrepancy"),
)
"""Calibrated parameters beside those of the settings, each pair made in the same way."""


def _help(key: str) -> str:
    return tell(f"calibrate.option.{key}")


def calibrate(
    folder: Folder,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help=_help("out"))] = None,
    priors: Annotated[Path | None, typer.Option("--priors", metavar="FILE", help=_help("priors"))] = None,
    fit_days: Annotated[int | None, typer.Option("--fit-days", min=1, help=_help("fit_days"))] = None,
    fit_share: Annotated[float, typer.Option("--fit-share", min=0.01, max=1.0, help=_help("fit_share"))] = 0.5,
    population: Annotated[int, typer.Option("--population", min=10, help=_help("population"))] = 100,
    generations: Annotated[int, typer.Option("--generations", min=1, help=_help("generations"))] = 5,
    least_acceptance: Annotated[
        float, typer.Option("--least-acceptance", min=0.0, max=1.0, help=_help("least_acceptance"))
    ] = 0.1,
    replicas: Annotated[int, typer.Option("--replicas", min=2, help=_help("replicas"))] = REPLICAS,
    settings: SettingsFile = None,
    validation: Validation = None,
    rules: RulesOption = "flee",
    switch: Switches = None,
    occupancy: OccupancyOption = "frozen",
    hasten: Hasten = None,
    lenient: Lenient = False,  # noqa: FBT002 - a flag of the command line
    without_agents_out: WithoutAgentsOut = False,  # noqa: FBT002
    seed: Seed = DEFAULT_SEED,
    workers: Workers = None,
    as_json: Json = False,  # noqa: FBT002
) -> None:
    """Fit move parameters to the first days; the help text stands in the catalogue."""
    meter = Meter.start()
    from havre.displacement.calibrate import calibrate as fit
    from havre.displacement.calibrate_file import write_calibration
    from havre.displacement.calibrate_scores import scored
    from havre.displacement.priors import read_priors

    processes, cluster = parse_workers(workers)
    check_out(out)
    chosen = None if priors is None else read_priors(priors)
    prepared = prepare(
        Asked(
            folder=folder,
            settings=settings,
            validation=validation,
            rules=rules,
            switches=switch or (),
            occupancy=occupancy,
            hasten=hasten,
            lenient=lenient,
            without_agents_out=without_agents_out,
        )
    )
    with progress_bar() as progress:
        found = fit(
            prepared.instance,
            priors=chosen,
            fit_days=fit_days,
            fit_share=fit_share,
            population=population,
            generations=generations,
            least_acceptance=least_acceptance,
            seed=seed,
            rules=prepared.rules,
            occupancy=occupancy,
            workers=processes,
            cluster=cluster,
            progress=progress,
        )
        if found.fit_days < prepared.instance.length:
            found = scored(prepared.instance, found, replicas=replicas, workers=processes, cluster=cluster)
    if out is not None:
        write_calibration(out, found)
    cost = meter.as_dict(found.simulated, cluster)
    if as_json:
        facts = asked_facts(folder, prepared, seed, replicas)
        write_json({**facts, "calibration": found.summary()})
        show_cost(cost, stderr())
    else:
        show(prepared, found, seed, replicas, cost, out)


def check_out(out: Path | None) -> None:
    """Check, before the work, that the file can be written; one of that name is not replaced.

    Raises
    ------
    FileError : there is such a file, or no such folder, or no file can be made in it
    """
    from havre.errors import FileError
    from havre.whole_files import check_writable

    if out is None:
        return
    if out.exists():
        raise FileError("file.taken", path=out)
    if not out.absolute().parent.is_dir():
        raise FileError("file.no_folder", path=out.absolute().parent)
    check_writable(out)


def show(
    prepared: Prepared, found: "Calibration", seed: int, replicas: int, cost: dict[str, object], out: Path | None
) -> None:
    """Print what the first days say about each parameter, then how it forecasts the others, the losers too."""
    console = stdout()
    show_asked(prepared, seed, replicas)
    facts = {"days": found.fit_days, "last": found.fit_days - 1, "simulated": number(found.simulated)}
    ard = float((found.weights * found.distances).sum())
    told = {"particles": f"{found.effective_particles:.0f}", "ard": decimal_cell(ard, 4), **facts}
    console.print(tell("calibrate.fit", **told), soft_wrap=True)
    _show_parameters(prepared, found)
    console.print(tell("calibrate.parameters_read"), soft_wrap=True)
    if found.scores:
        _show_scores(found)
        show_few(replicas)
    else:
        console.print(tell("calibrate.nothing_left"), soft_wrap=True)
    console.print(tell("calibrate.conditional"), soft_wrap=True)
    show_cost(cost)
    if out is not None:
        console.print(tell("calibrate.written", path=out), soft_wrap=True, markup=False)


def _show_parameters(prepared: Prepared, found: "Calibration") -> None:
    """Print prior and posterior of each parameter beside the value of the settings."""
    import numpy as np

    levels = (0.1, 0.5, 0.9)
    columns = [tell(f"calibrate.column.{name}") for name in ("parameter", "settings", "prior", "posterior")]
    posterior = found.quantiles(levels)
    rows = [
        [
            name,
            significant(getattr(prepared.instance.settings.move_rules, name)),
            _range(list(found.priors[name].quantile(np.array(levels)))),
            _range(list(values)),
        ]
        for name, values in posterior.items()
    ]
    table(tell("calibrate.parameters"), columns, rows)


def _range(values: list[float]) -> str:
    low, middle, high = (significant(value) for value in values)
    return f"{middle} ({low}–{high})"


def _show_scores(found: "Calibration") -> None:
    names = ("fit_ard", "ard", "ard_rescaled", "coverage_80", "wis")
    columns = [tell(f"calibrate.column.{name}") for name in ("method", *names)]
    rows = [_score_row(row) for row in found.scores]
    table(tell("calibrate.scores", first=found.fit_days, last=found.length - 1), columns, rows)
    stdout().print(tell("calibrate.scores_read"), soft_wrap=True)
    stdout().print(verdict(found), soft_wrap=True, style="bold")


def verdict(found: "Calibration") -> str:
    """Say whether the calibrated parameters are better than the settings', like beside like, and what is best of all.

    Forecasts with past misses begin at what was counted last, which helps any parameters: so they are compared with the
    settings under the same correction, and plain runs with plain runs.
    """
    ard = {str(row["method"]): float(str(row["ard"])) for row in found.scores}
    pairs = [(name, ours, theirs) for name, ours, theirs in _ALIKE if ours in ard and theirs in ard]
    wins = sum(ard[ours] < ard[theirs] for _, ours, theirs in pairs)
    key = "better" if wins == len(pairs) else "mixed" if wins else "worse"
    sentences = [tell(f"calibrate.{key}")]
    for name, ours, theirs in pairs:
        told = {"ours": decimal_cell(ard[ours], 4), "settings": decimal_cell(ard[theirs], 4)}
        sentences.append(tell(f"calibrate.alike.{name}", **told))
    fitted = {str(row["method"]): row["fit_ard"] for row in found.scores}
    fit, usual = (float(str(fitted[name])) for name in ("calibrated", "settings"))
    key = "fit_better" if fit < usual else "fit_worse"
    sentences.append(tell(f"calibrate.{key}", ours=decimal_cell(fit, 4), settings=decimal_cell(usual, 4)))
    best = min(ard, key=lambda name: ard[name])
    if not wins or best not in {ours for _, ours, _ in pairs}:
        sentences.append(
            tell("calibrate.best", method=tell(f"calibrate.method.{best}"), ard=decimal_cell(ard[best], 4))
        )
    return " ".join(sentences)


def _score_row(row: "Mapping[str, object]") -> list[str]:
    return [
        tell(f"calibrate.method.{row['method']}"),
        decimal_cell(row["fit_ard"], 4),
        decimal_cell(row["ard"], 4),
        decimal_cell(row["ard_rescaled"], 4),
        share_cell(row["coverage_80"]),
        number(float(str(row["wis"])) if row["wis"] is not None else None),
    ]
