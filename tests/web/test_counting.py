"""What is counted and logged names kinds of pages, and never who asked or what exactly."""

import json
import logging
import re
from types import SimpleNamespace

import pytest
from fastapi.testclient import TestClient

from havre.web.counting import Counting, Metrics, access_log

SECRETS = ("203.0.113.77", "Mozilla", "token-of-somebody", "SYR", "secret-cookie")


def ask_with_secrets(client: TestClient) -> None:
    headers = {
        "User-Agent": "Mozilla/5.0",
        "X-Forwarded-For": "203.0.113.77",
        "Cookie": "a=secret-cookie",
        "Referer": "https://a.example/token-of-somebody",
    }
    for path in (
        "/api/v1/series?origin=SYR",
        "/api/v1/series/asylum_applications/SYR/DEU",
        "/en/nothing/token-of-somebody",
        "/api/v1/nothing?q=token-of-somebody",
        "/embed/en/sea_arrivals/SYR/token-of-somebody",
    ):
        client.get(path, headers=headers)
    client.post("/token-of-somebody", headers=headers)


def test_metrics_tell_patterns_of_addresses_alone(client: TestClient) -> None:
    ask_with_secrets(client)
    told = client.get("/metrics").text
    assert 'route="/api/v1/series/{measure}/{origin}/{destination}"' in told
    assert [secret for secret in SECRETS if secret in told] == []
    assert re.search(r"\b(\d{1,3}\.){3}\d{1,3}\b", told) is None
    assert "testclient" not in told


def test_the_log_of_requests_tells_patterns_of_addresses_alone(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger=access_log.name):
        ask_with_secrets(client)
    lines = [json.loads(record.getMessage()) for record in caplog.records if record.name == access_log.name]
    assert len(lines) == 6
    assert {tuple(line) for line in lines} == {("method", "route", "status", "milliseconds")}
    assert [secret for secret in SECRETS if secret in caplog.text] == []


def test_nothing_is_logged_of_requests_unless_that_is_wanted(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    logging.getLogger(access_log.name).setLevel(logging.WARNING)
    ask_with_secrets(client)
    assert caplog.records == []


def test_methods_that_nobody_knows_are_one_kind(client: TestClient) -> None:
    for number in range(5):
        client.request(f"ODD{number}", "/api/v1")
    told = client.get("/metrics").text
    assert "ODD" not in told
    assert 'method="other"' in told


def test_swaps_and_releases_are_counted() -> None:
    holder = SimpleNamespace(site=SimpleNamespace(releases=(1, 2), refused=()), on_swap=[])
    metrics = Metrics(holder)  # type: ignore[arg-type]  # what a holder tells is enough
    assert metrics.registry.get_sample_value("havre_releases") == 2
    holder.on_swap[0](SimpleNamespace(releases=(1, 2, 3), refused=(1,)))
    values = [metrics.registry.get_sample_value(f"havre_{name}") for name in ("releases", "releases_refused")]
    assert values == [3, 1]
    assert metrics.registry.get_sample_value("havre_site_swaps_total") == 1
    assert Counting(None, metrics).app is None  # type: ignore[arg-type]  # nothing is asked of it
