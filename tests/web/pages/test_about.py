"""The pages about the site: all of them in both languages, from documents that the package holds."""

import html
import json
import re
import tomllib
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from havre.sources.caveats import caveat_in
from havre.texts import LANGUAGES, Language
from havre.web.documents import NAMES, document, glossary, rendered
from havre.web.pages.about import PAGES
from tests.web.site_case import site

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_there_and_named_on_the_first(client: TestClient, name: str, language: Language) -> None:
    assert client.get(f"/{language}/about/{name}").status_code == 200
    assert f'href="/{language}/about/{name}"' in client.get(f"/{language}/about").text


def test_what_is_no_page_is_not_found(client: TestClient) -> None:
    assert client.get("/en/about/secrets").status_code == 404


def test_the_wheel_holds_the_documents() -> None:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    included = told["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert {f"docs/{name}": f"havre/web/documents/{name}" for name in NAMES}.items() <= included.items()
    assert all((ROOT / "docs" / name).is_file() for name in NAMES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_of_the_glossary_is_lost(language: Language) -> None:
    written = document("glossary.md")
    terms = [term for section in glossary(language) for term in section.terms]
    assert len(terms) == sum(line.startswith("**") for line in written.splitlines()) > 100
    assert len(glossary(language)) == sum(line.startswith("## ") for line in written.splitlines())
    assert len({term.anchor for term in terms}) == len(terms)
    words = {term.word for term in terms}
    assert ("corridor" if language == "en" else "couloir") in words
    assert all(term.meaning and not term.meaning.startswith("*") for term in terms)


def test_documents_are_shown_without_their_html_and_links_lead_to_this_site() -> None:
    links = "[in](methods.md#x) [out](https://x.example/) [code](../LICENSE)"
    text = f"# Title\n\n## A <b>part</b>\n\n{links} <script>x</script>"
    title, shown = rendered(text, {"methods.md": "/en/about/methods"})
    assert title == "Title"
    assert '<h2 id="a-bpartb">A &lt;b&gt;part&lt;/b&gt;</h2>' in shown
    assert '<a href="/en/about/methods">in</a> <a href="https://x.example/">out</a> code' in shown
    assert "<script" not in shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_links_of_the_charter_lead_somewhere(client: TestClient, language: Language) -> None:
    page = client.get(f"/{language}/about/charter").text
    main = page.split("<main", 1)[1].split("</main>", 1)[0]
    targets = set(re.findall(r'href="([^"]+)"', main))
    assert all(client.get(target).status_code == 200 for target in targets if target.startswith("/"))
    anchors = {html.unescape(target[1:]) for target in targets if target.startswith("#")}
    assert anchors <= set(re.findall(r'id="([^"]+)"', main))


def test_the_imprint_tells_who_answers_or_that_nobody_does(client: TestClient, record_folder: Path) -> None:
    assert "Do not rely on figures" in client.get("/en/about/imprint").text
    imprint = {"name": "Haven <e.V.>", "email": "help@haven.example"}
    with TestClient(site(record_folder, imprint=imprint)) as told:
        page = told.get("/fr/about/imprint").text
        assert "Haven &lt;e.V.&gt;" in page
        assert "Ne vous fiez pas" not in page
        assert "help@haven.example" in told.get("/en/about/accessibility").text


def test_the_page_on_data_names_every_source_of_the_release(client: TestClient, record_folder: Path) -> None:
    manifest = json.loads((record_folder / "releases/r-2/manifest.json").read_bytes())
    page = html.unescape(client.get("/en/about/data").text)
    for each in manifest["sources"]:
        assert all(each[key] in page for key in ("provider", "title", "licence", "attribution", "url"))
        assert all(caveat in page for caveat in each["caveats"])


def test_caveats_are_told_in_the_language_of_the_page(client: TestClient, record_folder: Path) -> None:
    manifest = json.loads((record_folder / "releases/r-2/manifest.json").read_bytes())
    page = html.unescape(client.get("/fr/about/data").text)
    told = [caveat_in(caveat, "fr") for each in manifest["sources"] for caveat in each["caveats"]]
    assert told
    marks = {"fr": "", "en": ' lang="en"'}
    assert all(f"<li{marks[each.language]}>{each.text}</li>" in page for each in told)
