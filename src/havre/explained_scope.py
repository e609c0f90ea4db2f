"""What all figures of a scope share, for explanations: automation, data, models, operations in order, limits, rules.

The French rules (code of relations between the public and the administration, L. 311-3-1 and R. 311-3-1-2) are
mapped to the elements that answer them in :data:`RULES`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

from havre.forecast.explain import DRIVERS
from havre.forecast.explain_many import SHIFTS
from havre.forecast.models import ENSEMBLE
from havre.forecast.operations import Operation, has_total, member_parameters, member_rules, operations
from havre.forecast.outlook import Outlook
from havre.record.rounding import base_of
from havre.record.tables import Release, SourceCredit
from havre.texts import LANGUAGES, MINUS, Language, say

NARROW_BY = 0.05
"""An 80 % interval that held the truth by so much less often is called narrow."""


def option(release: Release, name: str) -> int:
    """Give a choice of the release that is a number."""
    return int(str(release.facts.options[name]))


def shared_facts(release: Release, outlook: Outlook, width: float | None) -> dict[str, Any]:
    """Tell what all figures of a scope share.

    Parameters
    ----------
    width : how far apart the bounds of a hidden count stay; ``None`` is the threshold [persons]
    """
    facts = release.facts
    rules, parameters = member_rules(), member_parameters()
    return {
        "automated": {
            "is_automated": True,
            "degree": _both("automated.degree"),
            "mode": _both("automated.mode"),
            "contest": _both("automated.contest"),
            "decides_about_persons": False,
            "human_review": "manifest.json: review",
        },
        "data": {
            "sources": [_credit(credit) for credit in facts.sources if credit.id == outlook.scope.source],
            "inputs": dict(facts.inputs),
            "threshold": facts.threshold,
            "reference_snapshot": facts.reference_only,
        },
        "model": {
            "name": ENSEMBLE,
            "version": facts.code_version,
            "seed": facts.seed,
            "parameters": {
                name: value
                for name, value in facts.options.items()
                if name not in ("scopes", "left_out") and isinstance(value, bool | int | float | str)
            },
            "members": [
                {
                    "name": name,
                    "text": _both(f"member.{name}"),
                    "weight_rule": rule,
                    "weight_text": _both(f"weight.{rule}"),
                    "parameters": dict(parameters[name]),
                }
                for name, rule in rules.items()
            ],
        },
        "operations": list(_operations(release, outlook, width)),
        "limits": list(_limits(release, outlook)),
        "rules": [
            {"name": name, "elements": list(elements), "text": _both(f"rule.{name}")}
            for name, elements in RULES.items()
        ],
        "rules_note": _both("rule.note"),
        "contributions_rule": _both("contributions.rule"),
        "names": {name: _both(f"driver.{name}") for name in DRIVERS},
        "would_move_method": {
            "factors": [round(float(np.exp(shift)), 2) for shift in SHIFTS],
            "what": "last month of every series of the scope",
            "learn_anew": [name for name in rules if rules[name] != "first"],
            "as_grown": [name for name in rules if rules[name] == "first"],
        },
    }


RULES: Mapping[str, tuple[str, ...]] = {
    "crpa_mention": ("automated",),
    "crpa_1": ("automated",),
    "crpa_2": ("data",),
    "crpa_3": ("model", "contributions", "would_move"),
    "crpa_4": ("operations",),
    "gdpr_logic": ("model", "operations", "contributions", "past_situations", "skill", "limits"),
    "gdpr_human": ("automated",),
    "ai_act_86": ("automated", "contributions", "would_move"),
}
"""Legal rules, and the elements of an explanation that answer them."""


def _operations(release: Release, outlook: Outlook, width: float | None) -> Iterator[dict[str, Any]]:
    facts = release.facts
    [as_of] = [credit.as_of for credit in facts.sources if credit.id == outlook.scope.source]
    threshold = facts.threshold
    hidden = {"most": max(0, threshold - 1), "width": threshold if width is None else width}
    is_protected, base = threshold > 1, base_of(facts.options)
    done = [
        Operation("vintage", {"as_of": as_of.isoformat()}),
        Operation("months", {}),
        *([Operation("protect_history", hidden)] if is_protected else []),
        *operations(
            horizons=option(release, "horizons"),
            draws=option(release, "draws"),
            with_total=has_total(outlook.series, outlook.scope),
            completed=outlook.completed() if facts.options.get("complete_recent") else None,
        ),
        *([Operation("protect_forecasts", {"threshold": threshold})] if is_protected else []),
        *([Operation("round_to_base", {"base": base})] if base > 1 else []),
        Operation("review", {}),
    ]
    for step, each in enumerate(done, start=1):
        text = _both(f"operation.{each.name}", **{**each.parameters, "as_of": as_of})
        yield {"step": step, "name": each.name, "parameters": dict(each.parameters), "text": text}


def _limits(release: Release, outlook: Outlook) -> Iterator[dict[str, Any]]:
    facts = release.facts
    [credit] = [credit for credit in facts.sources if credit.id == outlook.scope.source]
    own = pl.col("scope") == outlook.scope.id
    ratios = release.series.filter(own)["wis_ratio"].drop_nulls().to_list()
    held = release.skill.filter(own & (pl.col("kind") == "ensemble"))["coverage_80"].drop_nulls().to_list()
    coverage = sum(held) / len(held) if held else None
    yield _limit("past_only")
    yield _limit("not_causes")
    yield _limit("counts")
    yield _limit("delay", day=facts.made_on)
    yield _limit("revisions", as_of=credit.as_of)
    if release.history.filter(own)["suppressed"].any():
        yield _limit("hidden")
    if coverage is not None and coverage < 0.8 - NARROW_BY:
        yield _limit("narrow", coverage=_Share(coverage))
    if losing := sum(ratio >= 1 for ratio in ratios):
        yield _limit("loses", losing=losing, scored=len(ratios))
    yield _limit("sensitivity")
    if facts.reference_only:
        yield _limit("reference")


def _limit(name: str, **fields: object) -> dict[str, Any]:
    return {"name": name, "text": _both(f"limit.{name}", **fields)}


def _credit(credit: SourceCredit) -> dict[str, Any]:
    days = {name: getattr(credit, name).isoformat() for name in ("first_period", "last_period", "as_of")}
    plain = ("id", "provider", "title", "url", "licence", "attribution")
    return {**{name: getattr(credit, name) for name in plain}, "caveats": list(credit.caveats), **days}


def _both(key: str, **fields: object) -> dict[str, str]:
    """Say a sentence in every language, numbers written as each one writes them."""
    return {
        language: say("explanation", key, language, **{name: _word(value, language) for name, value in fields.items()})
        for language in LANGUAGES
    }


@dataclass(frozen=True)
class _Share:
    """A share that is told in per cent."""

    value: float


def _word(value: object, language: Language) -> object:
    if isinstance(value, _Share):
        return format_percent(value.value, locale=language).replace("-", MINUS)
    if isinstance(value, date):
        return format_date(value, "long", locale=language)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return format_decimal(value, locale=language).replace("-", MINUS)
    return value
