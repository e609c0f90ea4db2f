"""What a release is held against before it is approved."""

from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from havre.record import deciding
from havre.record.deciding import leaks_of
from tests.record.release_samples import sample_facts, sample_release


def test_what_any_release_states_of_its_hidden_counts_holds_and_counts_of_scores_are_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    earlier, now = (sample_release(facts=sample_facts(options={"protection_width": width})) for width in (30.0, 10.0))
    store = SimpleNamespace(read=nullcontext)
    record: Any = SimpleNamespace(store=store, folder=Path("record"))
    monkeypatch.setattr(deciding, "once_public", lambda _, *, but: [SimpleNamespace(id=f"before-{but}")])
    monkeypatch.setattr(deciding, "submitted", lambda *_: (earlier, {}))
    monkeypatch.setattr(deciding, "scored_counts", lambda folder: {f"{folder}/2026-12": earlier.history})
    monkeypatch.setattr(deciding, "leak_report", lambda _, width, known: (width, list(known)))
    standing: Any = SimpleNamespace(id="r-2")
    found: Any = leaks_of(record, standing, now)
    assert found == (30.0, ["before-r-2", "record/2026-12"])
