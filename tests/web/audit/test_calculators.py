"""The calculators of the web say what Python says, to nine digits, and refuse what Python refuses in the same words."""

import math
from typing import Any

import pytest

from tests.web.audit.calculator_cases import Case, cases
from tests.web.audit.node import run_node

RELATIVE = 1e-9
ABSOLUTE = {"screening": 2e-15, "interval": 1e-16, "logGamma": 1e-14, "logBeta": 1e-12}
"""What may differ however small the value: Python finds quantiles of predictive values to 1e-15; SciPy's quantile of
Beta(2, 10⁸ − 1) at 0.75 is 3e-17 off (2.69263450610146e-8 is right); logarithms pass through 0."""


@pytest.fixture(scope="module")
def compared() -> list[tuple[Case, dict[str, Any], dict[str, Any]]]:
    every = list(cases())
    answers = [
        _read(answer) for answer in run_node("run_cases.mjs", [[case.name, _spelled(case.args)] for case in every])
    ]
    return [(case, case.expected(), answer) for case, answer in zip(every, answers, strict=True)]


def test_values_agree(compared: list[tuple[Case, dict[str, Any], dict[str, Any]]]) -> None:
    apart = [
        (case.name, case.args, expected, found)
        for case, expected, found in compared
        if "value" in expected and not _close(expected["value"], found.get("value"), ABSOLUTE.get(case.name, 0.0))
    ]
    assert apart == []
    assert sum("value" in expected for _, expected, _ in compared) > 900


def test_the_same_is_refused_for_the_same_reasons(
    compared: list[tuple[Case, dict[str, Any], dict[str, Any]]],
) -> None:
    refused = [(case.name, case.args, expected, found) for case, expected, found in compared if "problems" in expected]
    assert [one for one in refused if one[2] != one[3]] == []
    assert len(refused) > 80


def _close(expected: Any, found: Any, absolute: float) -> bool:
    if isinstance(expected, dict):
        return set(expected) == set(found) and all(_close(one, found[name], absolute) for name, one in expected.items())
    if isinstance(expected, list):
        return len(expected) == len(found) and all(
            _close(one, other, absolute) for one, other in zip(expected, found, strict=True)
        )
    if isinstance(expected, bool) or not isinstance(expected, int | float) or not isinstance(found, int | float):
        return type(expected) is type(found) and bool(expected == found)
    return math.isclose(expected, found, rel_tol=RELATIVE, abs_tol=absolute)


def _spelled(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _spelled(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_spelled(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return {"number": "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"}
    return value


def _read(value: Any) -> Any:
    if isinstance(value, dict):
        return float(value["number"]) if set(value) == {"number"} else {name: _read(one) for name, one in value.items()}
    return [_read(one) for one in value] if isinstance(value, list) else value
