"""Runs schemathesis against the app in this process, with all its checks, and counts what it did."""

import copy
from collections import Counter
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

import schemathesis
from fastapi import FastAPI
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.specs.openapi.schemas import OpenApiSchema

DOCUMENT = "/api/v1/openapi.json"


@dataclass
class Outcome:
    """What a run did: cases, checks that passed by name, statuses of answers, what failed."""

    operations: int = 0
    cases: int = 0
    checks: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        statuses = ", ".join(f"{status}: {count}" for status, count in sorted(self.statuses.items()))
        checks = ", ".join(f"{name}: {count}" for name, count in sorted(self.checks.items()))
        return (
            f"schemathesis {version('schemathesis')}: {self.cases} cases over {self.operations} operations, "
            f"{len(self.failures)} failures\nanswers: {statuses}\nchecks passed: {checks}"
        )


def run(app: FastAPI, phases: tuple[str, ...], examples: int, *, narrow: bool = False, seed: int = 1) -> Outcome:
    """Run phases of schemathesis with every check.

    Parameters
    ----------
    phases : of ``examples``, ``coverage``, ``fuzzing``, ``stateful``
    examples : most cases of an operation while fuzzing
    narrow : whether parameters in paths take values that exist, so that more than errors is answered
    """
    schema = schemathesis.openapi.from_asgi(DOCUMENT, app, config=_config(phases, examples, seed))
    if narrow:
        narrowed = schemathesis.openapi.from_dict(
            narrowed_document(schema.raw_schema), config=_config(phases, examples, seed)
        )
        narrowed.app, narrowed.location = app, DOCUMENT
        schema = narrowed
    return _counted(schema)


def _config(phases: tuple[str, ...], examples: int, seed: int) -> SchemathesisConfig:
    chosen = {name: {"enabled": name in phases} for name in ("examples", "coverage", "fuzzing", "stateful")}
    return SchemathesisConfig.from_dict(
        {
            "seed": seed,
            "continue-on-failure": True,
            "generation": {"max-examples": examples, "deterministic": True, "database": "none"},
            "phases": chosen,
        }
    )


def _counted(schema: OpenApiSchema) -> Outcome:
    outcome = Outcome(operations=sum(1 for _ in schema.get_all_operations()))
    for event in from_schema(schema).execute():
        if isinstance(event, events.NonFatalError | events.FatalError):
            outcome.failures.append(str(event))
        if not isinstance(event, events.ScenarioFinished):
            continue
        recorder = event.recorder
        outcome.cases += len(recorder.cases)
        for interaction in recorder.interactions.values():
            if interaction.response is not None:
                outcome.statuses[interaction.response.status_code] += 1
        for case_id, nodes in recorder.checks.items():
            for node in nodes:
                if node.failure_info is None:
                    outcome.checks[node.name] += 1
                else:
                    outcome.failures.append(f"{recorder.label} {case_id}: {node.failure_info.failure}")
    return outcome


def narrowed_document(document: dict[str, Any]) -> dict[str, Any]:
    """Let each parameter of a path that has an example take that value alone."""
    made = copy.deepcopy(document)
    for operations in made["paths"].values():
        for operation in operations.values():
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "path" and "example" in parameter:
                    parameter["schema"] = {"type": "string", "enum": [parameter["example"]]}
    return made
