"""Forecasts of anybody in the layout of the forecast hubs: read to be judged beside ours, and written for others.

``model-output/<team>-<model>/<origin date>-<team>-<model>.parquet`` or ``.csv``, with the columns of
:data:`havre.record.hub.MODEL_OUTPUT`. What does not fit is refused, never repaired: a forecast that was changed on its
way to the judge is not the one that was made. All problems of all files are told at once. Reference: hubverse
documentation, https://docs.hubverse.io
"""

import io
import re
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from havre.draws import QUANTILE_LEVELS, Quantiles, SeriesKey
from havre.errors import FileError, ForecastError, Problem, check_none
from havre.evaluate.outside_rows import check_rows, to_types
from havre.evaluate.protocol import Forecasts
from havre.record.hub import MODEL_OUTPUT, TASK_IDS, TEAM, model_id
from havre.sources.own_file import read_table
from havre.whole_files import write_whole

FOLDER = "model-output"
_MODEL = re.compile(r"[A-Za-z0-9_]+-[A-Za-z0-9_]+")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def read_hub_forecasts(
    folder: Path,
    keys: Iterable[SeriesKey],
    *,
    origins: Collection[date] | None = None,
    taken: Collection[str] = (),
    source: str | None = None,
) -> Forecasts:
    """Read the quantile forecasts of every model of a hub.

    Series and horizons that a file does not hold are blank: :func:`havre.evaluate.protocol.score` counts them as
    missing. Rows of other output types than ``quantile`` are left out, and levels beside the 23.

    Parameters
    ----------
    folder : holds the folder ``model-output``
    keys : the series that a forecast may speak of
    origins : origins that are judged; files of others are left out, but each model needs one. All by default
    taken : names of the models that stand in the table already
    source : the source of the counts, if rows of another are to be refused

    Returns
    -------
    Quantiles by model and origin. A model is called ``<team>-<model>``; ours (of the team ``havre``) lose the team.

    Raises
    ------
    FileError : there is nothing to read, or a file is damaged
    ForecastError : a file or row does not fit; names the file, the row (counted from 1 below the header) and the
        column of everything that is wrong: unknown series, negative values, crossing or missing quantiles, repeated
        rows, horizons outside 1 to 12, dates that do not fit each other, names that are taken
    """
    known = tuple(dict.fromkeys(keys))
    files = _files(folder)
    problems = list(_name_problems(files, folder, taken))
    named = [path for path in files if _name_of(path) is not None]
    wanted = [path for path in named if origins is None or _origin_of(path) in origins]
    problems += [
        Problem.of("hub.no_origin", path=_short(paths[0].parent, folder))
        for paths in _by_model(named).values()
        if not set(paths) & set(wanted)
    ]
    forecasts: Forecasts = {}
    for path in wanted:
        found, wrong = _read_file(path, _short(path, folder), known, source)
        problems += wrong
        if found is not None:
            forecasts[called(path.parent.name), found.origin] = found
    check_none(problems, ForecastError)
    return forecasts


def called(hub_name: str) -> str:
    """Give the name in the league table of a model of a hub: ours lose the team.

    Examples
    --------
    >>> called("havre-rw_pooled"), called("team-model")
    ('rw_pooled', 'team-model')
    """
    return hub_name.removeprefix(f"{TEAM}-")


def write_hub_forecasts(forecasts: Forecasts, folder: Path, *, source: str) -> list[Path]:
    """Write forecasts as Parquet files in the layout of the hubs; blank horizons are left out, and files without any.

    Parameters
    ----------
    forecasts : quantiles by model and origin; a model of ours gets the team ``havre``
    folder : where the folder ``model-output`` is made
    source : id of the source of the counts

    Returns
    -------
    The files, in order.

    Raises
    ------
    FileError : a file is there already, in which case nothing is written, or it cannot be written
    """
    tables = {
        _path_of(folder, model, origin): hub_table(quantiles, source)
        for (model, origin), quantiles in sorted(forecasts.items(), key=lambda item: item[0])
    }
    tables = {path: table for path, table in tables.items() if table.height}
    for path in tables:
        if path.exists():
            raise FileError("file.exists", path=path)
    for path, table in tables.items():
        content = io.BytesIO()
        table.write_parquet(content, compression="zstd")
        write_whole(path, content.getvalue())
    return list(tables)


def hub_table(quantiles: Quantiles, source: str) -> pl.DataFrame:
    """Give quantiles as rows in the hub's columns, sorted; blank horizons are left out."""
    keys = pl.DataFrame(
        [(key.measure, source, key.origin, key.destination) for key in quantiles.keys],
        schema=["target", "source", "origin", "destination"],
        orient="row",
    )
    months = pl.DataFrame(
        {"horizon": range(1, quantiles.horizons + 1), "target_end_date": quantiles.target_months},
        schema_overrides={"target_end_date": pl.Date},
    )
    levels = pl.DataFrame({"output_type_id": QUANTILE_LEVELS})
    grid = keys.join(months, how="cross", maintain_order="left_right")
    grid = grid.join(levels, how="cross", maintain_order="left_right")
    rows = grid.with_columns(
        origin_date=pl.lit(quantiles.origin), output_type=pl.lit("quantile"), value=quantiles.values.ravel()
    ).filter(pl.col("value").is_not_nan())
    sorted_rows = rows.sort([*TASK_IDS, "output_type_id"])
    return sorted_rows.select([pl.col(name).cast(kind) for name, kind in MODEL_OUTPUT.items()])


def _path_of(folder: Path, model: str, origin: date) -> Path:
    name = model if _MODEL.fullmatch(model) else model_id(model)
    return folder / FOLDER / name / f"{origin}-{name}.parquet"


def _files(folder: Path) -> list[Path]:
    root = folder / FOLDER
    if not root.is_dir():
        raise FileError("file.missing", path=root)
    files = sorted(path for path in root.glob("*/*") if path.suffix.lower() in {".parquet", ".csv"})
    visible = [path for path in files if not path.name.startswith(".")]
    if not visible:
        raise FileError("file.missing", path=root / "<team>-<model>" / "<YYYY-MM-DD>-<team>-<model>.parquet")
    return visible


def _short(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


def _by_model(files: list[Path]) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for path in files:
        found.setdefault(path.parent.name, []).append(path)
    return found


def _name_of(path: Path) -> str | None:
    """Give the hub's name of the model where folder and file agree on it and the date is the first of a month."""
    name = path.parent.name
    fits = _MODEL.fullmatch(name) and path.stem[10:] == f"-{name}" and _origin_of(path) is not None
    return name if fits else None


def _origin_of(path: Path) -> date | None:
    text = path.stem[:10]
    try:
        day = date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None
    return day if day is not None and day.day == 1 else None


def _name_problems(files: list[Path], folder: Path, taken: Collection[str]) -> Iterator[Problem]:
    for name, paths in _by_model(files).items():
        if name in taken or called(name) in taken:
            yield Problem.of("hub.taken", path=_short(paths[0].parent, folder), model=called(name))
        stems = [path.stem for path in paths]
        for path in paths:
            if _name_of(path) is None:
                yield Problem.of("hub.file_name", path=_short(path, folder))
            elif stems.index(path.stem) != paths.index(path):
                yield Problem.of("hub.file_twice", path=_short(path, folder))


def _read_file(
    path: Path, name: str, keys: tuple[SeriesKey, ...], source: str | None
) -> tuple[Quantiles | None, list[Problem]]:
    origin = _origin_of(path)
    if origin is None:
        return None, []
    raw = read_table(path)
    missing = [column for column in MODEL_OUTPUT.names() if column not in raw.columns]
    if missing:
        return None, [Problem.of("hub.missing_column", path=name, column=column) for column in missing]
    table, problems = to_types(raw, name)
    problems = problems or list(check_rows(table, name, origin, keys, source))
    return (None, problems) if problems else (_quantiles(table, origin, keys), [])


def _quantiles(table: pl.DataFrame, origin: date, keys: tuple[SeriesKey, ...]) -> Quantiles:
    """Place checked rows into an array, series in the order of ``keys``."""
    names = ["target", "origin", "destination"]
    rows = table.drop_nulls("place")
    present = {SeriesKey(*row) for row in rows.select(names).unique().iter_rows()}
    chosen = tuple(key for key in keys if key in present)
    places = pl.DataFrame(
        [(key.measure, key.origin, key.destination) for key in chosen], schema=names, orient="row"
    ).with_row_index("series")
    series = rows.select(names).join(places, on=names, how="left", maintain_order="left")["series"]
    values = np.full((len(chosen), int(str(rows["horizon"].max())), len(QUANTILE_LEVELS)), np.nan)
    values[series.to_numpy(), rows["horizon"].to_numpy() - 1, rows["place"].to_numpy()] = rows["value"].to_numpy()
    return Quantiles(chosen, origin, values)
