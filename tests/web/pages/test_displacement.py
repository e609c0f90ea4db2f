"""The pages of displacement: instances, an upload from its form to its result, scenarios, refusals, a full queue."""

import json
import re
import time
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from playwright.sync_api import Browser

from tests.web.runs.run_case import archive, arvania, long_run, write
from tests.web.site_case import faults, opened, site

RUNS = "/en/displacement/runs"


@pytest.fixture(scope="module", autouse=True)
def _result(app: FastAPI, client: TestClient) -> None:
    """Wait for the result of the instance of the package."""
    app.state.shelf.prepare()
    shown = app.state.shelf.instances["arvania"]
    end = time.monotonic() + 60
    while app.state.shelf.result(shown) is None:
        assert time.monotonic() < end, "the instance was not simulated"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def busy(record_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    """A site whose queue takes one run and never begins to work."""
    app = site(record_folder, state=tmp_path_factory.mktemp("busy"), runs_waiting=1)
    return TestClient(app, follow_redirects=False)


def upload(client: TestClient, content: bytes, **fields: str) -> str:
    sent = client.post(RUNS, files={"files": ("small.zip", content)}, data={"replicas": "5", **fields})
    assert sent.status_code == 303, sent.text
    return sent.headers["location"]


def ended(client: TestClient, where: str) -> dict[str, object]:
    api = f"/api/v1/displacement/runs/{where.rsplit('/', maxsplit=1)[-1]}"
    end = time.monotonic() + 60
    while (told := client.get(api).json())["state"] in ("waiting", "running"):
        assert time.monotonic() < end, "the run did not end"
        time.sleep(0.05)
    return dict(told)


def small() -> bytes:
    return archive(long_run(40), "small/")


def test_the_instances_are_listed_with_what_they_are(client: TestClient) -> None:
    for language, invented in (("en", "no real number"), ("fr", "aucun chiffre réel")):
        text = client.get(f"/{language}/displacement").text
        assert invented in text
        assert f"/{language}/displacement/instances/arvania" in text
    (told,) = client.get("/api/v1/displacement/instances").json()["items"]
    assert (told["name"], told["invented"], told["is_ready"]) == ("arvania", True, True)


def test_the_page_of_an_instance_says_what_its_result_says(client: TestClient) -> None:
    page = client.get("/en/displacement/instances/arvania").text
    result = client.get("/en/displacement/instances/arvania/result.json").json()
    for camp in result["camps"]:
        assert f"{camp['levels'][3][-1]:,}" in page
    assert "worse than a naive forecast" in page or "within the 80% intervals" in page
    table = client.get("/en/displacement/instances/arvania/camps.csv")
    assert table.text.count("\n") == 1 + 3 * result["days"]
    assert client.get("/en/displacement/instances/no").status_code == 404
    assert client.get("/en/displacement/instances/arvania/no.txt").status_code == 404


def test_a_day_of_the_map_is_in_the_address(client: TestClient) -> None:
    result = client.get("/en/displacement/instances/arvania/result.json").json()
    first = client.get("/en/displacement/instances/arvania?day=0").text
    assert re.findall(r'data-people="\d+">([\d,]+)<', first) == [f"{n:,}" for n in result["network"]["people"][0]]
    assert client.get("/en/displacement/instances/arvania?day=x").status_code == 200
    assert client.get("/en/displacement/instances/arvania?day=999").status_code == 200


def test_an_upload_is_run_shown_downloaded_and_erased(app: FastAPI, client: TestClient) -> None:
    where = upload(client, small())
    assert ended(client, where)["state"] == "done"
    page = client.get(where)
    assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")
    assert "Run of small" in page.text
    assert client.get(f"{where}/camps.csv").text.count("\n") == 1 + 3 * 40
    events_path = f"/api/v1/displacement/runs/{where.rsplit('/', maxsplit=1)[-1]}/events"
    others = [app.state.listeners.open("testclient") for _ in range(app.state.settings.streams_of_one)]
    refused = client.get(events_path)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "30")
    others[0]()
    for _ in range(2):
        with client.stream("GET", events_path) as events:
            assert events.headers["content-type"].startswith("text/event-stream")
            told = "".join(events.iter_text())
    for close in others:
        close()
    assert json.loads(told.split("data: ")[1].split("\n")[0])["state"] == "done"
    assert client.post(f"{where}/erase").headers["location"] == "/en/displacement"
    assert client.get(where).status_code == 404


def test_a_scenario_of_an_upload_and_of_an_instance(client: TestClient) -> None:
    where = upload(client, small())
    assert ended(client, where)["state"] == "done"
    run = where.rsplit("/", maxsplit=1)[-1]
    asked = {"kind": "capacity", "run": run, "camp": "0", "places": "90", "from": "10", "replicas": "4"}
    sent = client.post(RUNS, data=asked)
    assert ended(client, sent.headers["location"])["state"] == "done"
    page = client.get(sent.headers["location"]).text
    assert "A camp has other places" in page
    assert "What this does not say" in page
    result = client.get(f"{sent.headers['location']}/result.json").json()
    assert [camp["changed_capacity"] == camp["capacity"] for camp in result["camps"]] == [False, True, True]
    scores = result["validation"]
    assert page.index("How good is the run without the scenario?") < page.index("Supposed</h2>")
    assert "drawn anew here, together with the scenario" in page
    assert f"of the {scores['entries']} counts lie within the 80% intervals" in page
    described = re.findall(r"<desc [^>]*>([^<]*Places: [^<]*)</desc>", page)
    assert len(described) == 3
    last = [camp[curve][3][-1] for camp in result["camps"] for curve in ("levels", "changed")]
    told = [count for each in described for count in re.findall(r"([\d,]+) people", each)]
    assert [int(each.replace(",", "")) for each in told] == last
    places = f"Places with the scenario: {result['camps'][0]['changed_capacity'][-1]:,.0f}."
    assert [places in each for each in described] == [True, False, False]
    french = client.get(sent.headers["location"].replace("/en/", "/fr/")).text
    assert "Que vaut le calcul sans le scénario" in french
    assert french.count("Avec le scénario\u00a0: ") >= 2 * 3


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"kind": "road", "road": "99", "from": "3"}, "Road"),
        ({"kind": "border", "border": "0", "from": "x"}, "the first day"),
        ({"kind": "camp", "camp": "-1", "from": "5", "until": "4"}, "Camp"),
        ({"kind": "arrivals", "factor": "nan", "from": "1"}, "Times as many"),
        ({"kind": "nonsense", "from": "1"}, "the kind of change"),
    ],
)
def test_a_scenario_that_cannot_be_is_refused_in_words(client: TestClient, fields: dict[str, str], named: str) -> None:
    sent = client.post(RUNS, data={"instance": "arvania", **fields})
    assert sent.status_code == 422
    assert f"incomplete: {named}" in sent.text


def test_an_instance_with_faults_tells_them_on_the_page_of_its_run(client: TestClient) -> None:
    content = archive(arvania() | {"input_csv/routes.csv": b"#name1,name2,distance\nLindra,<b>Nowhere</b>,4\n"})
    where = upload(client, content)
    assert ended(client, where)["state"] == "refused"
    page = client.get(where.replace("/en/", "/fr/")).text
    assert "routes.csv" in page
    assert "<b>Nowhere" not in page


def test_what_is_no_instance_is_refused_at_once(client: TestClient) -> None:
    for content, sentence in ((b"PK\x03\x04no", "cannot be read"), (b"a,b", "no instance in Flee")):
        sent = client.post(RUNS, files={"files": ("x.zip" if content[:2] == b"PK" else "x.csv", content)})
        assert sent.status_code == 422
        assert sentence in sent.text
    told = client.post(RUNS, files={"files": ("x.csv", b"a")}, headers={"Accept": "application/json"})
    assert (told.status_code, told.headers["content-type"]) == (422, "application/problem+json")
    assert client.post(RUNS, files={"files": ("x.zip", small())}, data={"replicas": "999999"}).status_code == 422


def test_an_upload_beyond_its_bound_is_not_read(client: TestClient) -> None:
    large = client.post(RUNS, files={"files": ("x.zip", b"PK\x03\x04" + b"0" * 5_100_000)})
    assert large.status_code == 413


def test_a_stream_without_an_end_keeps_no_site_from_stopping(record_folder: Path, tmp_path: Path) -> None:
    waiting = TestClient(site(record_folder, state=tmp_path, runs_waiting=1), follow_redirects=False)
    waiting.app.state.is_stopping = True  # type: ignore[attr-defined]
    where = upload(waiting, small()).rsplit("/", maxsplit=1)[-1]
    assert '"state":"waiting"' in waiting.get(f"/api/v1/displacement/runs/{where}/events").text


def test_a_full_queue_asks_to_come_back(busy: TestClient) -> None:
    first = busy.post(RUNS, files={"files": ("small.zip", small())}, headers={"Accept": "application/json"})
    assert (first.status_code, first.json()["state"]) == (202, "waiting")
    second = busy.post(RUNS, files={"files": ("small.zip", small())})
    assert (second.status_code, second.headers["retry-after"]) == (503, "30")
    where = first.json()["page"]
    assert 'http-equiv="refresh"' in busy.get(where).text
    assert busy.post(f"{where}/stop").status_code == 303
    assert "It was stopped" in busy.get(where).text


def test_an_instance_of_the_site_that_cannot_be_simulated_says_so(record_folder: Path, tmp_path: Path) -> None:
    write(tmp_path / "broken", long_run(5) | {"input_csv/routes.csv": b"#a,b,c\nLindra,Nowhere,1\n"})
    app = site(record_folder, state=tmp_path / "state", instances=(tmp_path / "broken",))
    with TestClient(app) as asking:
        page = asking.get("/en/displacement/instances/broken")
        assert 'http-equiv="refresh"' in page.text
        end = time.monotonic() + 60
        while 'http-equiv="refresh"' in page.text:
            assert time.monotonic() < end
            time.sleep(0.1)
            page = asking.get("/en/displacement/instances/broken")
        assert "could not be simulated" in page.text
        assert "Nowhere" in page.text


def test_a_site_that_cannot_write_shows_its_pages_and_tells_no_path(record_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file in the place of the folder", encoding="utf-8")
    app = site(record_folder, state=tmp_path / "state")
    asking = TestClient(app, follow_redirects=False)
    assert asking.get("/en/displacement").status_code == 200
    assert asking.get("/en/displacement/instances/arvania").status_code == 200
    sent = asking.post(RUNS, files={"files": ("small.zip", small())})
    assert sent.status_code == 503
    assert str(tmp_path) not in sent.text


def test_an_upload_does_not_choose_how_it_is_decoded(client: TestClient) -> None:
    told = {"Content-Type": "multipart/form-data; boundary=x; charset=punycode"}
    assert client.post(RUNS, content=b"--x--\r\n", headers=told).status_code == 415


@pytest.mark.parametrize("elsewhere", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}])
def test_forms_of_other_sites_are_refused(client: TestClient, elsewhere: dict[str, str]) -> None:
    assert client.post(RUNS, data={"kind": "road"}, headers=elsewhere).status_code == 403
    assert client.post(f"{RUNS}/{'a' * 22}/erase", headers=elsewhere).status_code == 403


def test_runs_that_are_not_there_are_not_found(client: TestClient) -> None:
    for path in (f"{RUNS}/{'a' * 22}", f"{RUNS}/..%2f..%2fetc", f"/api/v1/displacement/runs/{'a' * 22}/events"):
        assert client.get(path).status_code == 404


def test_a_browser_follows_a_run_to_its_result(chromium: Browser, address: str, client: TestClient) -> None:
    content = small()
    with opened(chromium, f"{address}/fr/displacement", 390) as (page, said):
        page.set_input_files("#files", {"name": "small.zip", "mimeType": "application/zip", "buffer": content})
        page.fill("#replicas", "5")
        page.click("#upload-form button[type=submit]")
        page.wait_for_selector(".camps .camp", timeout=30_000)
        assert faults(page, said) == []
        before = page.locator("#day-name").inner_text()
        page.locator("#day").fill("0")
        assert page.locator("#day-name").inner_text() != before


def test_without_scripts_the_result_is_there_as_well(chromium: Browser, address: str) -> None:
    with opened(chromium, f"{address}/en/displacement/instances/arvania", java_script_enabled=False) as (page, _):
        assert page.locator(".camps .camp svg").count() == 3
        page.locator("[data-map-go]").click()
        assert "day=" in page.url


def test_of_very_many_camps_the_largest_are_drawn(client: TestClient) -> None:
    from havre.record.wording import Wording
    from havre.web.pages.displacement_view import MOST_DRAWN, largest_camps, view_result

    result = client.get("/en/displacement/instances/arvania/result.json").json()
    more = {**result, "camps": result["camps"][:2] * MOST_DRAWN + result["camps"][2:]}
    view = view_result(more, Wording("en", {}))
    assert (len(view.camps), view.hidden_camps) == (MOST_DRAWN, MOST_DRAWN + 1)
    peaks = [max(camp["levels"][3]) for camp in more["camps"]]
    shown = largest_camps(more)
    assert min(peaks[n] for n in shown) >= max(peaks[n] for n in set(range(len(peaks))) - set(shown))


def test_a_program_uploads_and_follows_by_the_api_alone(client: TestClient) -> None:
    sent = client.post("/api/v1/displacement/runs", files={"files": ("small.zip", small())}, data={"replicas": "5"})
    assert sent.status_code == 202
    run = sent.json()["links"]["self"]
    assert run.startswith("http://testserver/api/v1/displacement/runs/")
    assert client.get(sent.json()["page"]).status_code == 200
    assert ended(client, run)["state"] == "done"
    assert client.get(f"{run}/result").json()["camps"]
    refused = client.post(
        "/api/v1/displacement/runs", files={"files": ("a.txt", b"x")}, headers={"Accept-Language": "fr"}
    )
    assert (refused.status_code, refused.headers["content-type"]) == (422, "application/problem+json")
    assert refused.json()["title"] == "Quelque chose ne va pas dans cette requête"
