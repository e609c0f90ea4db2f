import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import polars as pl
import pytest

from havre.record.outlook import read_outlooks
from havre.record.report import Page, render_report
from havre.record.tables import Release
from havre.record.wording import Wording
from havre.texts import LANGUAGES, Language, catalogue, fields_of
from tests.record.release_samples import MEASURE_NAMES, sample_facts, sample_release, sample_source

VOID = {"meta", "input", "br", "line", "polyline", "polygon", "circle", "path"}


class Outline(HTMLParser):
    """Collects what the tests ask of a page, and refuses elements that are closed in the wrong order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.references: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            self.attributes.append((tag, name, value or ""))
            if name == "id":
                self.ids.append(value or "")
            if name in {"aria-labelledby", "aria-describedby", "for"}:
                self.references += (value or "").split()

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag, f"</{tag}> closes something else"


def article(html: str, language: Language) -> str:
    return html.split(f'<article class="page" id="{language}"')[1].split("</article>", maxsplit=1)[0]


def words(html: str) -> str:
    """The text of a piece of HTML on one line, with plain spaces."""
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


@pytest.fixture(scope="module")
def html() -> str:
    return render_report(sample_release(), MEASURE_NAMES)


def test_the_page_is_well_formed_and_its_references_lead_somewhere(html: str) -> None:
    outline = Outline(html)
    assert outline.open == []
    assert len(outline.ids) == len(set(outline.ids))
    assert set(outline.references) <= set(outline.ids)
    anchors = [value[1:] for _, name, value in outline.attributes if name == "href" and value.startswith("#")]
    assert anchors
    assert set(anchors) <= set(outline.ids)


def test_same_release_gives_same_bytes(html: str) -> None:
    assert render_report(sample_release(), MEASURE_NAMES) == html


def test_nothing_is_loaded_from_anywhere(html: str) -> None:
    outline = Outline(html)
    assert not {name for _, name, _ in outline.attributes} & {"src", "srcset", "data", "action", "style", "background"}
    assert {tag for tag, name, _ in outline.attributes if name == "href"} == {"a"}
    assert "url(" not in html
    assert "@import" not in html
    assert "default-src &#39;none&#39;" in html or "default-src 'none'" in html
    assert "unsafe-inline" not in html


def test_hostile_text_stays_text() -> None:
    evil = '<script>alert("x")</script>'
    source = sample_source(
        title=evil, provider="a & b", caveats=(evil,), url="javascript:alert(1)", licence='"><img src=x>'
    )
    facts = sample_facts(sources=(source,), options={evil: evil}, inputs={evil: evil}, code_version=evil, id=evil)
    html = render_report(sample_release(facts=facts), {"asylum_applications": {"en": evil, "fr": evil}})
    assert html.count("<script>") == 1
    assert "<img" not in html
    assert not [value for _, name, value in Outline(html).attributes if name == "href" and "javascript" in value]
    assert "&lt;script&gt;" in article(html, "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_says_everything(html: str, language: Language) -> None:
    text = words(article(html, language))
    for section in ("losing", "headline", "largest", "skill", "reading", "sources", "rights"):
        assert words(catalogue("report", language)[f"{section}.heading"]) in text
    for month in ("January 2021", "December 2021") if language == "en" else ("janvier 2021", "décembre 2021"):
        assert month in text
    assert words(catalogue("report", language)["page.automated"]) in text
    assert article(html, language).count('role="img"') == 2 * 2 + 6 + 3
    assert "Source: BAMF" in text


def test_catalogues_have_the_same_keys_and_fields() -> None:
    english, french = catalogue("report", "en"), catalogue("report", "fr")
    assert english.keys() == french.keys()
    assert {key: fields_of(text) for key, text in english.items()} == {
        key: fields_of(text) for key, text in french.items()
    }


def test_numbers_are_written_as_each_language_does(html: str) -> None:
    assert "1,347–4,923" in article(html, "en")
    assert "1\u202f347–4\u202f923" in article(html, "fr")


def test_losing_series_come_first_and_worst_first(html: str) -> None:
    page = article(html, "en")
    assert page.index('id="en-losing"') < page.index('id="en-headline"')
    losing = words(page.split('id="en-losing"')[1].split("</section>")[0])
    assert "lost on 4 of the 10 series" in losing
    names = ["Türkiye", "Afghanistan", "Arrivals by sea, all together", "Italy"]
    places = [losing.index(name) for name in names]
    assert places == sorted(places)
    assert "23% worse" in losing
    assert "Spain" not in losing
    assert "Eritrea" in losing.split("Series without a track record")[1]


def test_without_losses_the_page_says_so() -> None:
    rows = (("germany", "asylum_applications", "TOT", "DEU", "total", 8500.0, 0.89),)
    html = render_report(sample_release(series=rows), MEASURE_NAMES)
    assert "lost on none of the 1 series" in words(article(html, "en"))
    assert '<table class="losing">' not in html


def test_many_losses_are_all_named() -> None:
    origins = ("SYR", "AFG", "IRQ", "TUR", "ERI", "SOM", "NGA", "GIN", "MLI", "PAK", "BGD", "MAR")
    rows = tuple(
        ("germany", "asylum_applications", origin, "DEU", "corridor", 100.0, 1.1 + 0.01 * rank)
        for rank, origin in enumerate(origins)
    )
    page = article(render_report(sample_release(series=rows, hidden=frozenset()), MEASURE_NAMES), "en")
    losing = page.split('id="en-losing"')[1].split("</section>")[0]
    assert losing.count('<th scope="row">') == len(origins)
    assert "Show the other 4 series" in losing
    assert "the 10 largest of 12 series" in words(page)
    assert "This part of the data has no total" in words(page)


def test_a_suppressed_figure_is_nowhere() -> None:
    """Even where a table breaks its promise and still holds the value."""
    html = render_report(sample_release(hidden_value=7777777.0), MEASURE_NAMES)
    assert "7777777" not in re.sub(r"[\s,\u202f\u00a0]", "", html)
    assert words(article(html, "en")).count("hidden hidden hidden hidden hidden") == 1
    assert "masqué" in article(html, "fr")
    assert "20 months of history and 12 forecasts of a month hidden" in words(article(html, "en"))


@pytest.mark.parametrize(("threshold", "told"), [(0, True), (1, True), (2, False), (10, False)])
def test_a_release_that_hides_nothing_says_so(threshold: int, told: bool) -> None:  # noqa: FBT001 - a case
    html = render_report(sample_release(facts=sample_facts(threshold=threshold)), MEASURE_NAMES)
    assert words(article(html, "en")).count("Small counts are not hidden here") == 2 * told
    assert words(article(html, "fr")).count("ne sont pas masqués ici") == 2 * told


def test_a_suppressed_total_gets_a_sentence_instead_of_a_chart() -> None:
    rows = (("germany", "asylum_applications", "TOT", "DEU", "total", 4.0, None),)
    html = render_report(sample_release(series=rows, hidden=frozenset({("TOT", "DEU")})), MEASURE_NAMES)
    assert 'class="chart"' not in html
    assert "The forecast of this series is hidden" in article(html, "en")


def test_the_banner_tells_the_last_month_and_that_it_is_a_reference(html: str) -> None:
    text = words(article(html, "en"))
    assert "figures that end in December 2020, not today’s situation" in text
    assert "Asylum applications, Germany (BAMF): December 2020" in text
    assert "51 months after the latest month counted" in text
    current = sample_facts(reference_only=False, made_on=date(2020, 12, 30))
    text = words(article(render_report(sample_release(facts=current), MEASURE_NAMES), "en"))
    assert "Reference snapshot" not in text
    assert "after the latest month counted" not in text


def test_series_that_end_at_different_months_say_so() -> None:
    release = sample_release()
    earlier = pl.when(pl.col("scope") == "sea").then(pl.lit(date(2019, 6, 1))).otherwise("last_month")
    series = release.series.with_columns(last_month=earlier.cast(pl.Date))
    text = words(article(render_report(replace(release, series=series), MEASURE_NAMES), "en"))
    assert "figures that end between June 2019 and December 2020" in text


def test_the_track_record_shows_losses_by_horizon(html: str) -> None:
    record = words(article(html, "en").split('id="en-skill"')[1].split("</section>")[0])
    assert "12 months ahead 1.08 ▲ worse 0.90 47% 78% 88% 94% 390" in record
    assert "seasonal_naive" in record


def test_a_release_without_track_record_says_so() -> None:
    release = sample_release()
    nothing = pl.lit(None, dtype=pl.Float64)
    series = release.series.with_columns(wis_ratio=nothing, wis_ratio_log=nothing, coverage_80=nothing)
    bare = Release(release.facts, series, release.forecasts, release.history, release.skill.clear())
    text = words(article(render_report(bare, MEASURE_NAMES), "en"))
    assert "No series could be measured" in text
    assert "This release has no track record" in text


@pytest.mark.parametrize("ratio", [float("nan"), float("inf"), 1.0001])
def test_odd_ratios_are_told(ratio: float) -> None:
    rows = (("germany", "asylum_applications", "TOT", "DEU", "total", 8500.0, ratio),)
    text = words(article(render_report(sample_release(series=rows), MEASURE_NAMES), "en"))
    expected = {"nan": "No series could be measured", "inf": "which made no error", "1.0001": "lost on 1 of the 1"}
    assert expected[str(ratio)] in text


def test_a_measure_without_a_name_keeps_its_code() -> None:
    assert "asylum_applications, Germany" in render_report(sample_release(), {})


@pytest.mark.parametrize(("coverage", "told"), [(0.54, True), (0.79, False), (0.95, False)])
def test_intervals_that_are_too_narrow_are_flagged_in_the_table(coverage: float, *, told: bool) -> None:
    release = sample_release()
    corridors = pl.col("level") == "corridor"
    share = pl.when(corridors).then(coverage).otherwise(0.8)
    long = {scope: (date(2000, 1, 1), date(2019, 12, 1)) for scope in release.series["scope"].unique()}
    facts = replace(release.facts, backtest_origins=long)
    changed = replace(release, facts=facts, series=release.series.with_columns(coverage_80=share))
    html = render_report(changed, MEASURE_NAMES)
    assert ("too narrow" in words(article(html, "en"))) is told
    assert ("trop étroit" in words(article(html, "fr"))) is told


@pytest.mark.parametrize(
    ("coverage", "years", "told"),
    [
        # 13 months from which forecasts over 12 months were made: two stretches, which tell nothing of 86 %.
        (0.86, 1, None),
        (0.86, 60, None),
        (0.95, 60, "wider than they had to be (61 stretches of 12 months without overlap)"),
        (0.54, 1, "rests on 2 stretches of 12 months without overlap: it may be chance"),
        (0.54, 20, "too narrow: expect surprises more often than they say (21 stretches"),
        (0.79, 60, None),
    ],
)
def test_what_is_said_of_intervals_rests_on_stretches_that_do_not_overlap(
    coverage: float, years: int, told: str | None
) -> None:
    release = sample_release()
    skill = pl.concat([release.skill, release.skill.with_columns(horizon=pl.lit(12, release.skill["horizon"].dtype))])
    origins = {scope: (date(2000, 1, 1), date(2000 + years, 1, 1)) for scope in release.series["scope"].unique()}
    changed = replace(release, skill=skill, facts=replace(release.facts, backtest_origins=origins))
    page = Page(changed, read_outlooks(changed), Wording("en", MEASURE_NAMES))
    one = replace(page.outlooks[0], row={**page.outlooks[0].row, "coverage_80": coverage})
    verdict = page.coverage_verdict(one)
    assert (verdict is None) if told is None else (verdict is not None and told in verdict)
