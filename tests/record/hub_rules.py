"""The rules of the hub layout, checked on the files of a release as any reader of the hub meets them."""

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
from jsonschema import Draft202012Validator, FormatChecker

SCHEMAS = Path(__file__).parents[1] / "golden" / "hubverse"
LEVELS = [0.01, 0.025, *(round(0.05 * step, 2) for step in range(1, 20)), 0.975, 0.99]
COLUMNS = {
    "origin_date": pl.Date,
    "target": pl.String,
    "source": pl.String,
    "origin": pl.String,
    "destination": pl.String,
    "horizon": pl.Int32,
    "target_end_date": pl.Date,
    "output_type": pl.String,
    "output_type_id": pl.Float64,
    "value": pl.Float64,
}
TASK = ["origin_date", "target", "source", "origin", "destination", "horizon", "target_end_date"]
FILE_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})-([A-Za-z0-9_]+-[A-Za-z0-9_]+)\.parquet")


def hub_problems(folder: Path) -> list[str]:
    """Give everything in which a folder breaks the layout; nothing for a sound one."""
    # Without a sound configuration there is nothing to hold the tables against.
    return list(_config_problems(folder)) or [
        *_output_problems(folder),
        *_metadata_problems(folder),
        *_truth_problems(folder),
    ]


def read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def read_metadata(path: Path) -> dict[str, Any]:
    """Read a metadata file: one key a line with a value in JSON, which is YAML too."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return {key: json.loads(value) for key, value in (line.split(": ", maxsplit=1) for line in lines)}


def _against(name: str, content: object, schema: Any) -> Iterator[str]:
    Draft202012Validator.check_schema(schema)
    for error in Draft202012Validator(schema, format_checker=FormatChecker()).iter_errors(content):
        yield f"{name}: {error.json_path} {error.message}"


def _config_problems(folder: Path) -> Iterator[str]:
    for name in ("admin", "tasks", "target-data"):
        schema = read_json(SCHEMAS / f"{name}.schema.json")
        yield from _against(name, read_json(folder / "hub-config" / f"{name}.json"), schema)


def _output_problems(folder: Path) -> Iterator[str]:
    files = sorted(path for path in (folder / "model-output").rglob("*") if path.is_file())
    if not files:
        yield "model-output: no file"
    [block] = read_json(folder / "hub-config" / "tasks.json")["rounds"][0]["model_tasks"]
    options = {name: set(found["optional"]) for name, found in block["task_ids"].items()}
    if block["output_type"]["quantile"]["output_type_id"]["required"] != LEVELS:
        yield "tasks: not the 23 levels"
    for path in files:
        name = str(path.relative_to(folder))
        match = FILE_NAME.fullmatch(path.name)
        if match is None or path.parent.name != match[2]:
            yield f"{name}: not named after its origin date, team and model"
            continue
        table = pl.read_parquet(path)
        if dict(table.schema) != COLUMNS:
            yield f"{name}: columns {table.schema}"
            continue
        yield from (f"{name}: {problem}" for problem in _table_problems(table, date.fromisoformat(match[1]), options))


def _table_problems(table: pl.DataFrame, origin_date: date, options: dict[str, set[Any]]) -> Iterator[str]:
    if table.height == 0 or any(table.null_count().row(0)):
        yield "empty cells, or no row"
        return
    if set(table["output_type"]) != {"quantile"} or set(table["origin_date"]) != {origin_date}:
        yield "another output type or origin date"
    for column in TASK:
        found = {value.isoformat() if isinstance(value, date) else value for value in table[column]}
        if not found <= options[column]:
            yield f"{column}: {found - options[column]} not in tasks.json"
    months = pl.col("horizon").cast(pl.String) + "mo"
    if not table.select((pl.col("origin_date").dt.offset_by(months) == pl.col("target_end_date")).all()).item():
        yield "a horizon that is not the months between origin and target"
    ordered = table.sort(*TASK, "output_type_id").group_by(TASK, maintain_order=True)
    for row in ordered.agg("output_type_id", "value").iter_rows(named=True):
        if row["output_type_id"] != LEVELS:
            yield f"{row['origin']}→{row['destination']}: not the 23 levels"
        if row["value"] != sorted(row["value"]) or min(row["value"]) < 0:
            yield f"{row['origin']}→{row['destination']}: falling or negative quantiles"


def _metadata_problems(folder: Path) -> Iterator[str]:
    models = {path.name for path in (folder / "model-output").iterdir()}
    described = {path.stem: read_metadata(path) for path in (folder / "model-metadata").glob("*.yml")}
    if models - described.keys():
        yield f"no metadata for {models - described.keys()}"
    schemas = (
        read_json(SCHEMAS / "model-metadata.schema.json"),
        read_json(folder / "hub-config" / "model-metadata-schema.json"),
    )
    for name, facts in described.items():
        for schema in schemas:
            yield from _against(name, facts, schema)
        if name != f"{facts.get('team_abbr')}-{facts.get('model_abbr')}":
            yield f"{name}: metadata of another model"


def _truth_problems(folder: Path) -> Iterator[str]:
    unit = read_json(folder / "hub-config" / "target-data.json")["observable_unit"]
    table = pl.read_parquet(folder / "target-data" / "time-series.parquet")
    if set(table.columns) != {*unit, "observation"}:
        yield f"target data: columns {table.columns}"
    elif any(table.null_count().row(0)) or table.select(unit).is_duplicated().any():
        yield "target data: empty cells, or an observable unit twice"
