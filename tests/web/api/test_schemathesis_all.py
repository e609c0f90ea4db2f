"""schemathesis with thousands of cases and all its checks; prints how many."""

import sys

import pytest
from fastapi import FastAPI

from tests.web.api.schemathesis_case import Outcome, run

LEAST_CASES = 2_000


@pytest.mark.slow
def test_thousands_of_cases_find_nothing(app: FastAPI, capsys: pytest.CaptureFixture[str]) -> None:
    outcomes: list[Outcome] = [
        run(app, ("examples", "coverage", "fuzzing", "stateful"), 40),
        run(app, ("examples", "coverage", "fuzzing"), 40, narrow=True, seed=2),
    ]
    with capsys.disabled():
        told = [str(each) for each in outcomes]
        sys.stdout.write("\n".join(["", *told, f"together {sum(each.cases for each in outcomes)} cases", ""]))
    assert [failure for each in outcomes for failure in each.failures] == []
    assert sum(each.cases for each in outcomes) >= LEAST_CASES
