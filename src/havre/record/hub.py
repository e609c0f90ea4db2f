"""A release in the layout of the forecast hubs (hubverse), so that other people's tools can read and judge it.

``model-output/<model_id>/<origin_date>-<model_id>.parquet``, ``model-metadata/``, ``target-data/`` and ``hub-config/``.
The rules that this follows are written down, in our own words, as JSON schemas beside the tests. Reference: hubverse
documentation, schema version 6.0.0, https://docs.hubverse.io
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date

import polars as pl

from havre.draws import QUANTILE_LEVELS
from havre.months import add_months
from havre.record.tables import Release

Json = Mapping[str, object]
SCHEMA_VERSION = "https://raw.githubusercontent.com/hubverse-org/schemas/main/v6.0.0"
TEAM = "havre"
TASK_IDS = ("origin_date", "target", "source", "origin", "destination", "horizon", "target_end_date")
MODEL_OUTPUT = pl.Schema(
    {
        "origin_date": pl.Date(),
        "target": pl.String(),
        "source": pl.String(),
        "origin": pl.String(),
        "destination": pl.String(),
        "horizon": pl.Int32(),
        "target_end_date": pl.Date(),
        "output_type": pl.String(),
        "output_type_id": pl.Float64(),
        "value": pl.Float64(),
    }
)
"""``origin_date``: first day of the last published month; ``target_end_date``: first day of the month forecast."""


def model_id(model: str) -> str:
    """Give the hub's name of a model: team and model joined by a hyphen."""
    return f"{TEAM}-{model}"


def model_output(release: Release) -> Iterator[tuple[str, pl.DataFrame]]:
    """Give the path and table of each model and origin date; suppressed forecasts are left out, as the layout asks."""
    months_back = (-pl.col("horizon")).cast(pl.String) + "mo"
    table = _visible(release.forecasts, release, month="target_month").with_columns(
        origin_date=pl.col("target_end_date").dt.offset_by(months_back),
        output_type=pl.lit("quantile"),
        output_type_id=pl.col("quantile"),
    )
    keys = [*TASK_IDS, "output_type_id"]
    for (model, origin_date), rows in sorted(table.partition_by("model", "origin_date", as_dict=True).items()):
        output = rows.select(MODEL_OUTPUT.names()).sort(keys)
        name = model_id(str(model))
        yield f"model-output/{name}/{origin_date}-{name}.parquet", output.match_to_schema(MODEL_OUTPUT)


def target_data(release: Release) -> Iterator[tuple[str, pl.DataFrame]]:
    """Give the published months as the hub's time series, with suppressed months left out."""
    keys = ["target", "source", "origin", "destination", "target_end_date"]
    visible = release.history.filter(~pl.col("suppressed"))
    shown = _visible(visible, release, month="period").select(*keys, observation=pl.col("value"))
    yield "target-data/time-series.parquet", shown.sort(keys)


def _visible(table: pl.DataFrame, release: Release, *, month: str) -> pl.DataFrame:
    """Give what is not suppressed under the hub's names, with the source, each series from its first scope.

    The same series may stand in two scopes of a release (a destination's total, for one); a hub knows it once.
    """
    sources = release.series.select("scope", "source").unique(maintain_order=True)
    with_source = table.join(sources, on="scope", maintain_order="left")
    first = pl.col("scope").first().over("measure", "source", "origin", "destination")
    once = with_source.filter(pl.col("scope") == first).drop_nulls("value")
    return once.rename({"measure": "target", month: "target_end_date"})


def hub_config(release: Release) -> Iterator[tuple[str, Json]]:
    """Give the configuration files of the hub."""
    yield "hub-config/admin.json", _admin()
    yield "hub-config/tasks.json", _tasks(release)
    yield "hub-config/target-data.json", _target_data_config()
    yield "hub-config/model-metadata-schema.json", _metadata_schema()


def model_metadata(release: Release, descriptions: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Give the metadata file of each model, as YAML.

    Parameters
    ----------
    descriptions : one sentence per model
    """
    for model in sorted(release.forecasts["model"].unique()):
        facts: dict[str, object] = {
            "team_name": "Havre",
            "team_abbr": TEAM,
            "model_name": model,
            "model_abbr": model,
            "model_version": release.facts.code_version,
            "model_contributors": [{"name": "The Havre developers"}],
            "license": "EUPL-1.2",
            "designated_model": model == release.facts.ensemble,
            "methods": descriptions.get(model, model),
        }
        lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in facts.items()]
        yield f"model-metadata/{model_id(model)}.yml", "".join(lines)


def _admin() -> Json:
    return {
        "schema_version": f"{SCHEMA_VERSION}/admin-schema.json",
        "name": "Havre release",
        "maintainer": "The Havre developers",
        "contact": {"name": "The publisher of this release", "email": "contact@example.org"},
        "repository": {"host": "local", "owner": "havre", "name": "release"},
        "hub_models": [],
        "file_format": ["parquet"],
        "timezone": "UTC",
        "model_output_dir": "model-output",
    }


def _tasks(release: Release) -> Json:
    output = pl.concat([table for _, table in model_output(release)])
    options: dict[str, list[object]] = {name: sorted(output[name].unique().to_list()) for name in TASK_IDS}
    due = max(date.fromisoformat(str(day)) for day in options["origin_date"])
    return {
        "schema_version": f"{SCHEMA_VERSION}/tasks-schema.json",
        "rounds": [
            {
                "round_id_from_variable": True,
                "round_id": "origin_date",
                "model_tasks": [_model_task(options)],
                "submissions_due": {"start": f"{due}", "end": f"{add_months(due, 3)}"},
                "file_format": ["parquet"],
            }
        ],
        "derived_task_ids": ["target_end_date"],
        "output_type_id_datatype": "double",
    }


def _model_task(options: Mapping[str, list[object]]) -> Json:
    task_ids = {
        name: {
            "required": None,
            "optional": [value.isoformat() if isinstance(value, date) else value for value in values],
        }
        for name, values in options.items()
    }
    return {
        "task_ids": task_ids,
        "output_type": {
            "quantile": {
                "output_type_id": {"required": list(QUANTILE_LEVELS)},
                "is_required": True,
                "value": {"type": "double", "minimum": 0},
            }
        },
        "target_metadata": [
            {
                "target_id": target,
                "target_name": str(target).replace("_", " ").capitalize(),
                "target_units": "persons",
                "target_keys": {"target": target},
                "target_type": "discrete",
                "description": "Persons counted in the month by origin and destination; TOT is all of them together.",
                "is_step_ahead": True,
                "time_unit": "month",
            }
            for target in options["target"]
        ],
    }


def _target_data_config() -> Json:
    return {
        "schema_version": f"{SCHEMA_VERSION}/target-data-schema.json",
        "observable_unit": ["target", "source", "origin", "destination", "target_end_date"],
        "date_col": "target_end_date",
        "versioned": False,
        "time-series": {"non_task_id_schema": {}},
    }


def _metadata_schema() -> Json:
    text = {"type": "string", "minLength": 1}
    names = ("team_name", "team_abbr", "model_name", "model_abbr", "model_version", "license", "methods")
    contributors = {
        "type": "array",
        "minItems": 1,
        "items": {"type": "object", "properties": {"name": text}, "required": ["name"]},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {
            **dict.fromkeys(names, text),
            "model_contributors": contributors,
            "designated_model": {"type": "boolean"},
        },
        "required": [*names, "model_contributors", "designated_model"],
        "additionalProperties": False,
    }
