"""Pure functions of the pages' scripts, run by node."""

import json
import subprocess
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from tests.programs import needed

NOW = "https://havre.example/en/corridor/m/SYR/DEU?release=r-1&month=2026-02#why"
CASES: tuple[tuple[Any, Any], ...] = (
    (("fits", "Côte d’Ivoire CIV", "ivoi cote"), True),
    (("fits", "Guinea-Bissau GNB", "bissau"), True),
    (("fits", "Guinea GIN", "bissau"), False),
    (("fits", "anything", "  "), True),
    # Numbers by size and not by their first digit; what has no value stays at the end either way.
    (("order", ["9", None, "10", "1.5"], False, "en"), [3, 0, 2, 1]),
    (("order", ["9", None, "10", "1.5"], True, "en"), [2, 0, 3, 1]),
    (("order", ["Zambie", "Érythrée", "Estonie"], False, "fr"), [1, 2, 0]),
    (("order", ["b", "a", "b"], True, "en"), [0, 2, 1]),
    (("clamped", 7, 3), 2),
    (("clamped", -1, 3), 0),
    # Only what this slider chooses changes; the choice of another one stays.
    (
        ("paramsWith", NOW, "https://havre.example/en/corridor/m/SYR/DEU?month=2026-09#why", ["month"]),
        "/en/corridor/m/SYR/DEU?release=r-1&month=2026-09#why",
    ),
    (
        ("paramsWith", NOW, "https://havre.example/en/corridor/m/SYR/DEU#earlier", ["release"]),
        "/en/corridor/m/SYR/DEU?month=2026-02#earlier",
    ),
)


def test_functions_answer_as_they_should() -> None:
    node = needed("node", "nodejs")
    runner = Path(__file__).with_name("functions.mjs")
    with as_file(files("havre.web").joinpath("assets", "js")) as folder:
        told = json.dumps([call for call, _ in CASES])
        ran = subprocess.run(
            [node, str(runner), str(folder)], input=told, capture_output=True, text=True, timeout=60, check=False
        )
    assert ran.returncode == 0, ran.stderr
    answers = json.loads(ran.stdout)
    assert [(call, answer) for (call, _), answer in zip(CASES, answers, strict=True)] == list(CASES)
