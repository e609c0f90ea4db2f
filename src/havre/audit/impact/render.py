"""Assessments as files: one HTML page that needs nothing else, and JSON with everything that was used."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from havre.audit.impact.articles import split_articles
from havre.audit.impact.assessment import Assessment, Row
from havre.audit.impact.page import lay_out
from havre.audit.impact.scores import Score
from havre.audit.impact.words import Words
from havre.audit.report.render import Back, csp_hash, report_style
from havre.texts import Language

if TYPE_CHECKING:
    from jinja2 import Environment


def render_html(assessment: Assessment, language: Language, back: Back | None = None) -> str:
    """Write an assessment as one HTML page, with a link to the site where the site shows it.

    Raises
    ------
    AuditError : a claim that an audit uses is not a rate or size that can be
    """
    from markupsafe import Markup

    page = lay_out(assessment, language)
    own = files(__package__).joinpath("templates", "impact.css").read_text(encoding="utf-8")
    # Widths are classes: the page allows no style but the one whose hash it names.
    widths = sorted({width for part in page.parts for table in part.tables for width in table.widths})
    style = report_style(back) + own + "".join(f".w{width} {{ width: {width}%; }}\n" for width in widths)
    return (
        environment()
        .get_template("impact.html.jinja")
        .render(
            page=page,
            back=back,
            style=Markup(style),  # noqa: S704 - files of this package
            style_hash=csp_hash(style),
        )
    )


def render_json(assessment: Assessment, language: Language) -> str:
    """Write an assessment as JSON: questions, answers, evidence by claim, and scores with what made them."""
    words = Words(assessment.questionnaire, language)
    content = {
        "questionnaire": assessment.questionnaire.kind,
        "version": assessment.questionnaire.version,
        "title": assessment.questionnaire.title.text(language),
        "system": assessment.entry.id,
        "made_on": assessment.on.isoformat(),
        "register_checked_on": assessment.entry.checked_on,
        "language": language,
        "answered_by": [{"by": file.by, "role": file.role, "date": file.date} for file in assessment.files],
        "counts": assessment.counts(),
        "scores": [_score(score, words) for score in assessment.scores],
        "questions": [_row(row, words) for row in assessment.rows],
        "levels": list(assessment.questionnaire.levels),
        "matrix": assessment.questionnaire.matrix,
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _score(score: Score, words: Words) -> Mapping[str, Any]:
    counts = dict(zip(("there", "missing", "not_known", "differ"), score.counts, strict=True)) if score.counts else None
    return {
        "id": score.rule.id,
        "rule": score.rule.rule,
        "name": score.rule.name.text(words.language),
        "possible": list(score.possible),
        "known": score.known,
        "counts": counts,
        "made_from": [asdict(one) for one in score.inputs],
    }


def _row(row: Row, words: Words) -> Mapping[str, Any]:
    question = row.question
    options = words.questionnaire.options.get(question.options or "", {}) or words.questionnaire.domain(question) or ()
    return {
        "id": question.id,
        "section": question.section,
        "article": question.article,
        "article_to_check": split_articles(question.article)[1] or None,
        "text": question.text(words.language),
        "kind": question.kind,
        "options": {option: words.option(question, option) for option in options},
        "who": list(question.who),
        "asked": row.asked,
        "asked_when": [each.model_dump() for each in question.asked_when],
        "state": row.state,
        "answers": [
            {"by": file.by, "answer": list(given.values) or None, "source": given.source, "note": given.note}
            for file, given in row.given
        ],
        "claims": [claim.id for claim in row.prefilled.claims],
        "law": [claim.id for claim in row.prefilled.law],
        "suggested": [
            {"answer": each.answer, "figure": each.figure, "claims": [claim.id for claim in each.claims]}
            for each in row.prefilled.suggested
        ],
    }


@cache
def environment() -> "Environment":
    """Give the templates of assessments."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("havre.audit.impact"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
