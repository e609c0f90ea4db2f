"""Settings come back as they were written; whatever is wrong is told, all at once."""

from dataclasses import replace
from pathlib import Path

import pytest

from havre.errors import FileError, RecordError
from havre.record.log.cosignature import witness_of
from havre.record.settings import FILE, read_settings, settings_from, write_settings
from tests.record.record_case import ADA, EVE, SETTINGS


def test_settings_come_back(tmp_path: Path) -> None:
    witnesses = ((witness_of(EVE), "https://witness.example"),)
    settings = replace(SETTINGS, witnesses=witnesses, witnesses_needed=1, answer_months=2, file="x")
    write_settings(tmp_path, settings)
    assert read_settings(tmp_path) == settings
    assert settings.person(ADA.verifier) == ADA.verifier
    with pytest.raises(RecordError, match="may act"):
        settings.person(EVE.verifier)


def test_all_that_is_wrong_is_told_at_once() -> None:
    told = {
        "orgin": "x", "log_keys": ["rubbish"], "people": "nobody", "answer_months": 0, "acknowledge_days": True,
        "witnesses": [{"key": "k"}], "witnesses_needed": 1,
    }  # fmt: skip
    with pytest.raises(RecordError) as caught:
        settings_from(told)
    text = "\n".join(problem.sentence() for problem in caught.value.problems)
    for word in (
        "“orgin”",
        "origin is None",
        "rubbish",
        "nobody",
        "answer_months",
        "acknowledge_days",
        "witnesses",
        "witnesses_needed",
    ):
        assert word in text


def test_files_that_are_missing_or_damaged(tmp_path: Path) -> None:
    with pytest.raises(FileError):
        read_settings(tmp_path)
    (tmp_path / FILE).write_text("= rubbish")
    with pytest.raises(RecordError, match="cannot be read"):
        read_settings(tmp_path)
