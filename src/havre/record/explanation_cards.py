"""The model card and the data card of a release, in English and French, as Markdown and HTML.

After Mitchell M et al. (2019), Model cards for model reporting, FAT* '19: 220–229, doi:10.1145/3287560.3287596, and
Gebru T et al. (2021), Datasheets for datasets, Communications of the ACM 64(12): 86–92, doi:10.1145/3458723.
"""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

import polars as pl

from havre.record.disclosure import count_suppressed
from havre.record.explanation import Document, whole_explanations
from havre.record.explanation_page import Names, html_page, html_sections, markdown
from havre.record.explanation_text import member_list, shared_sections
from havre.record.explanation_words import Block, Listed, Section, Table, Words
from havre.record.tables import Release
from havre.record.wording import Wording
from havre.texts import LANGUAGES

MODEL_CARD = "model-card"
DATA_CARD = "data-card"
_WORST = 5


def write_cards(release: Release, documents: Sequence[Document], measure_names: Names) -> dict[str, bytes]:
    """Write both cards in each language, as Markdown and HTML: files by path.

    Parameters
    ----------
    documents : explanations of the scopes of the release, at least one
    """
    files: dict[str, bytes] = {}
    for language in LANGUAGES:
        words = Words(Wording(language, measure_names))
        made = words(
            "card.made",
            day=words.wording.day(release.facts.made_on),
            version=release.facts.code_version,
            seed=release.facts.seed,
        )
        cards = {MODEL_CARD: _model_card(release, documents, words), DATA_CARD: _data_card(release, words)}
        for name, sections in cards.items():
            title = words(f"card.{name.split('-')[0]}_title", release=release.facts.id)
            first, *rest = sections
            told = [Section(first.name, first.title, (made, *first.blocks)), *rest]
            body = [f"<h1>{escape(title)}</h1>", *html_sections(told, 2)]
            files[f"{name}.{language}.md"] = markdown(title, told).encode()
            files[f"{name}.{language}.html"] = html_page(title, language, body).encode()
    return files


def _section(words: Words, name: str, *blocks: Block) -> Section:
    return Section(name, words(f"card.{name}"), blocks)


def _model_card(release: Release, documents: Sequence[Document], words: Words) -> list[Section]:
    _, first = next(whole_explanations(documents[0]))
    shared = {each.name: each for each in shared_sections(first, words.wording)}
    model = first["model"]
    named = [(words.wording.model(each["name"]), words.own(each["weight_text"])) for each in model["members"]]
    rules = Listed(tuple(words("model.rule_of_member", name=name, text=text) for name, text in named))
    parameters = words("model.parameters", parameters=words.parameters(model["parameters"]))
    return [
        _section(
            words, "about", words("card.model_about", count=len(model["members"])), *shared["automated"].blocks[1:]
        ),
        _section(words, "use", words("card.use_text")),
        _section(words, "not_use", words("card.not_use_text")),
        _section(words, "performance", *_performance(release, words)),
        _section(words, "members", rules, member_list(model["members"], words), parameters),
        *_by_scope(documents, words, "operations"),
        *_by_scope(documents, words, "limits"),
        _section(words, "people", words("card.people_text")),
        _section(words, "harm", words("card.harm_text")),
        shared["rules"],
        _section(words, "upkeep", words("card.upkeep_text")),
    ]


def _by_scope(documents: Sequence[Document], words: Words, name: str) -> Iterator[Section]:
    """Tell an element of each scope; scopes that say the same share one section."""
    told: dict[tuple[str, ...], list[str]] = {}
    for document in documents:
        items = tuple(words.own(each["text"]) for each in document["shared"][name])
        told.setdefault(items, []).append(document["scope"])
    for items, scopes in told.items():
        yield Section(name, f"{words(f'section.{name}')} ({', '.join(scopes)})", (Listed(items, name == "operations"),))


def _performance(release: Release, words: Words) -> Iterator[Block]:
    """Tell where it loses first, then the track record of each scope by horizon."""
    wording = words.wording
    scored = release.series.drop_nulls("wis_ratio")
    if scored.height == 0:
        yield words("card.nothing_scored")
        return
    losing = scored.filter(pl.col("wis_ratio") >= 1).sort("wis_ratio", descending=True)
    if losing.height:
        worst = [
            f"{wording.series(row['measure'], row['origin'], row['destination'])} ({wording.ratio(row['wis_ratio'])})"
            for row in losing.head(_WORST).iter_rows(named=True)
        ]
        yield words("card.losing_series", losing=losing.height, scored=scored.height, names=words.joined(worst))
    else:
        yield words("card.no_losing", scored=scored.height)
    yield words("card.unscored", count=release.series.height - scored.height)
    for (scope,), rows in release.skill.filter(kind="ensemble").group_by("scope", maintain_order=True):
        origins = release.facts.backtest_origins.get(str(scope))
        if origins:
            first, last = (wording.month(month) for month in origins)
            yield f"{scope}. {words('card.performance_lead', first=first, last=last)}"
        yield _skill_table(rows, words)


def _skill_table(rows: pl.DataFrame, words: Words) -> Table:
    wording = words.wording
    held = (50, 80, 95)
    columns = (
        words("card.column_horizon"),
        words("card.column_ratio"),
        *(words("card.column_held", percent=percent) for percent in held),
        words("card.column_count"),
    )
    told = []
    for row in rows.sort("horizon").iter_rows(named=True):
        ratio = wording.ratio(row["wis_ratio"])
        worse = row["wis_ratio"] is not None and row["wis_ratio"] >= 1
        told.append(
            (
                str(row["horizon"]),
                words("card.worse", ratio=ratio) if worse else ratio,
                *(wording.percent(row[f"coverage_{percent}"]) for percent in held),
                wording.number(row["forecasts_scored"]),
            )
        )
    return Table(columns, tuple(told))


def _data_card(release: Release, words: Words) -> list[Section]:
    facts, wording = release.facts, words.wording
    names = ("source", "span", "known", "licence")
    sources = Table(
        tuple(words(f"card.column_{name}") for name in names),
        tuple(
            (
                f"{credit.title} ({credit.provider}), {credit.url}",
                f"{credit.first_period:%Y-%m} – {credit.last_period:%Y-%m}",
                credit.as_of.isoformat(),
                f"{credit.licence}. {credit.attribution}",
            )
            for credit in facts.sources
        ),
    )
    columns = (words("card.column_file"), words("card.column_digest"))
    inputs = Table(columns, tuple(sorted(facts.inputs.items())))
    caveats = tuple(
        words("card.caveat", title=credit.title, caveat=caveat) for credit in facts.sources for caveat in credit.caveats
    )
    hidden = {
        name: wording.number(count) for name, count in count_suppressed(release.history, release.forecasts).items()
    }
    most = wording.number(max(0, facts.threshold - 1))
    first = [words("limit.reference")] if facts.reference_only else []
    return [
        _section(words, "sources", *first, sources),
        _section(words, "caveats", Listed(caveats) if caveats else "–"),
        _section(words, "inputs", inputs if facts.inputs else "–"),
        _section(
            words,
            "protection",
            words("card.protection_text", most=most, **hidden)
            if facts.threshold > 1
            else words("data.not_hidden", threshold=facts.threshold),
        ),
        _section(words, "left_out", *_left_out(facts.options.get("left_out"), words)),
        _section(words, "personal", words("card.personal_text")),
        _section(words, "upkeep", words("card.upkeep_text")),
    ]


def _left_out(found: object, words: Words) -> list[Block]:
    problems: Mapping[str, Any] = found if isinstance(found, dict) else {}
    told: list[Block] = [
        words("card.left_out_text", scope=scope, count=len(reasons)) for scope, reasons in problems.items() if reasons
    ]
    return told or [words("card.left_out_none")]
