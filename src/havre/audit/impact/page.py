"""An assessment laid out for readers: what it comes to first, then every question with its answers and evidence."""

from collections.abc import Iterator, Sequence

from havre.audit.impact.articles import split_articles
from havre.audit.impact.assessment import Assessment
from havre.audit.impact.evidence import Evidence
from havre.audit.impact.layout import Line, Part, Table, Written
from havre.audit.impact.models import Count, Level, Warning_
from havre.audit.impact.questions import Questions
from havre.audit.impact.scores import Score
from havre.audit.impact.words import Words
from havre.audit.report import numbers
from havre.texts import BETWEEN, Language

_URGENCY = {"yes": 0, None: 1, "no": 2}
_EMPTY = "–"
MORE = 2
"""Rows for those who fill in by hand."""


def lay_out(assessment: Assessment, language: Language) -> Written:
    """Lay an assessment out in one language."""
    words = Words(assessment.questionnaire, language)
    evidence = Evidence(assessment, words)
    questionnaire, entry = assessment.questionnaire, assessment.entry
    # Sources get their numbers in the order of the parts.
    parts = (
        _who_fills(assessment, words),
        *_summary(assessment, words),
        *Questions(assessment, words, evidence).parts(),
    )
    sources = tuple((number, source, _source_day(source.date, words)) for number, source in evidence.cited)
    return Written(
        language=language,
        name=entry.name.text(language),
        title=questionnaire.title.text(language),
        law=questionnaire.law.text(language),
        lead=tuple(_lead(assessment, words)),
        notice=Part(
            words.text("notice"),
            2,
            (
                Line(words.text("how")),
                Line(questionnaire.limits.text(language)),
                Line(questionnaire.origin.text(language)),
                Line(words.text("how_checked")),
            ),
        ),
        contents_title=words.text("contents"),
        parts=parts,
        sources_title=words.text("sources"),
        sources=sources,
        footer=f"{words.text('made', day=_day(assessment.on.isoformat(), words))} {words.text('legal')}",
    )


def _day(text: str, words: Words) -> str:
    return numbers.day(text, words.language)


def _source_day(text: str, words: Words) -> str:
    from havre.audit.register.models import UNDATED
    from havre.texts import say

    return say("audit_register", "report.undated", words.language) if text == UNDATED else _day(text, words)


def _lead(assessment: Assessment, words: Words) -> Iterator[Line]:
    questionnaire = assessment.questionnaire
    yield Line(questionnaire.law.text(words.language), "strong")
    if split_articles(questionnaire.articles)[1]:
        yield Line(words.text("law_to_check"), "small")
    days = {"day": assessment.entry.checked_on, "questionnaire": questionnaire.checked_on}
    written = {name: _day(text, words) for name, text in days.items()}
    yield Line(words.text("checked", **written, version=questionnaire.version), "small")
    if not assessment.files:
        yield Line(words.text("nobody"))
        return
    names = [
        words.text("by", by=file.by, role=words.role(file.role), date=_day(file.date, words))
        for file in assessment.files
    ]
    yield Line(f"{words.text('answered_by')}{numbers.COLON[words.language]}{BETWEEN[words.language].join(names)}")


def _who_fills(assessment: Assessment, words: Words) -> Part:
    rows = [
        ((Line(file.by),), (Line(words.role(file.role)),), (Line(_day(file.date, words)),)) for file in assessment.files
    ]
    rows += [((Line("", "blank"),),) * 3] * MORE
    columns = tuple(words.text(name) for name in ("organisation", "as_role", "on_day"))
    return Part(
        words.text("who_fills"), 2, (Line(words.text("fill_in")),), (Table(columns, (46, 34, 20), tuple(rows)),)
    )


def _summary(assessment: Assessment, words: Words) -> Iterator[Part]:
    found = assessment.scores
    yield Part(words.text("summary"), 2)
    yield Part(words.text("warnings"), 3, (Line(words.text("rule_warning"), "small"),), (_warnings(found, words),))
    title = words.text("levels" if assessment.questionnaire.kind == "fria" else "levels_dpia")
    tables = (_levels(found, words), _matrix(words))
    yield Part(title, 3, (Line(words.text("rule_level"), "small"),), tables)
    yield Part(words.text("counts"), 3, (Line(words.text("rule_count"), "small"),), (_counts(found, words),))
    yield Part(words.text("complete"), 3, (), (_complete(assessment, words),))


def _articles(article: str, words: Words) -> tuple[Line, ...]:
    return tuple(Line(note, "small") for note in words.article_notes(article))


def _inputs(score: Score, words: Words) -> tuple[Line, ...]:
    return tuple(Line(words.made_from(one), "small") for one in score.inputs)


def _warnings(found: Sequence[Score], words: Words) -> Table:
    warnings = [(score, score.rule) for score in found if isinstance(score.rule, Warning_)]
    rows = tuple(
        (
            (Line(rule.name.text(words.language)), *_articles(rule.article, words)),
            (Line(words.result(score), "alert" if score.known == "yes" else "plain"),),
            _inputs(score, words),
        )
        for score, rule in sorted(warnings, key=lambda pair: _URGENCY[pair[0].known])
    )
    return Table((words.text("warning"), words.text("result"), words.text("made_from")), (46, 14, 40), rows)


def _levels(found: Sequence[Score], words: Words) -> Table:
    rows = tuple(
        (
            (Line(score.rule.name.text(words.language), "strong"),),
            (Line(words.result(score), "alert" if score.known in ("high", "very_high") else "plain"),),
            _inputs(score, words),
        )
        for score in found
        if isinstance(score.rule, Level)
    )
    named = "right" if words.questionnaire.kind == "fria" else "risk"
    return Table((words.text(named), words.text("result"), words.text("made_from")), (34, 22, 44), rows)


def _matrix(words: Words) -> Table:
    options = words.questionnaire.options
    likely = {key: named.text(words.language) for key, named in options["likelihood"].items()}
    grave = {key: named.text(words.language) for key, named in options["gravity"].items()}
    rows = tuple(
        ((Line(grave[key], "strong"),), *((Line(words.level(row[column])),) for column in likely))
        for key, row in words.questionnaire.matrix.items()
    )
    width = 64 // len(likely)
    return Table((words.text("matrix"), *likely.values()), (36, *[width] * len(likely)), rows)


def _counts(found: Sequence[Score], words: Words) -> Table:
    rows = tuple(
        (
            (Line(score.rule.name.text(words.language), "strong"),),
            *((Line(str(count) if count else _EMPTY),) for count in score.counts or ()),
            _inputs(score, words),
        )
        for score in found
        if isinstance(score.rule, Count)
    )
    names = ("safeguard", "there", "missing", "not_known", "differ", "made_from")
    return Table(tuple(words.text(name) for name in names), (22, 12, 12, 12, 14, 28), rows)


def _complete(assessment: Assessment, words: Words) -> Table:
    states = ("answered", "filled", "unrecorded", "open", "not_asked")
    rows = tuple(
        (
            (Line(section.text(words.language)), *_articles(section.article, words)),
            *((Line(str(assessment.counts(key)[state]) or _EMPTY),) for state in states),
        )
        for key, section in assessment.questionnaire.sections.items()
    )
    names = ("section", *states)
    return Table(tuple(words.text(name) for name in names), (35, 13, 13, 13, 13, 13), rows)
