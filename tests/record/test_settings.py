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


def test_witnesses_are_read_as_they_are_printed() -> None:
    eye = witness_of(EVE)
    told = {"origin": "x", "log_keys": [ADA.verifier.text], "witnesses_needed": 1}
    read = settings_from({**told, "witnesses": [f"{eye.text}=http://127.0.0.1:8480"]})
    assert read.witnesses == ((eye, "http://127.0.0.1:8480"),)
    with pytest.raises(RecordError, match="not that of a witness") as caught:
        settings_from({**told, "witnesses": [f"{EVE.verifier.text}=http://127.0.0.1:8480"]})
    assert "témoins nécessaires : 1, nommés : 0" in caught.value.message("fr")


@pytest.mark.parametrize("witness", ["{key}", {"key": "{key}"}, 7])
def test_a_witness_without_an_address_is_told_in_both_languages(witness: object) -> None:
    key = witness_of(EVE).text
    given = witness.format(key=key) if isinstance(witness, str) else {"key": key} if witness != 7 else 7
    with pytest.raises(RecordError) as caught:
        settings_from({"origin": "x", "log_keys": [ADA.verifier.text], "witnesses": [given]})
    assert "key and address of a witness" in caught.value.message("en")
    assert "la clé et l’adresse d’un témoin" in caught.value.message("fr")


def test_files_that_are_missing_or_damaged(tmp_path: Path) -> None:
    with pytest.raises(FileError):
        read_settings(tmp_path)
    (tmp_path / FILE).write_text("= rubbish")
    with pytest.raises(RecordError, match="cannot be read"):
        read_settings(tmp_path)
