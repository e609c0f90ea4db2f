"""Answers that the audit gives by itself: only where nothing leaves them open."""

from dataclasses import replace

from havre.audit.impact.prefill import beyond_test, mostly_wrong
from havre.audit.intervals import Interval
from havre.audit.register.load import load_register
from havre.audit.report.figures import ScreeningFigure, figures_of

REGISTER = load_register()


def test_most_flags_are_wrong_only_where_every_claim_and_interval_says_so() -> None:
    screenings = [
        each for each in figures_of(REGISTER, REGISTER.system("iborderctrl")) if isinstance(each, ScreeningFigure)
    ]
    assert mostly_wrong(screenings)
    for row in (
        replace(screenings[0].rows[0], trait=0.6),
        replace(screenings[0].rows[0], trait_interval=Interval(0.1, 0.6, 0.95)),
    ):
        open_figure = replace(screenings[0], rows=(row, *screenings[0].rows[1:]))
        assert mostly_wrong([open_figure, *screenings[1:]]) == ()
    assert mostly_wrong([]) == ()


def test_a_base_beyond_every_test() -> None:
    found = {claim.id for claim in beyond_test(figures_of(REGISTER, REGISTER.system("sbms")))}
    assert {"sbms.templates-2025", "biometric-tests.frte-gallery"} <= found
    assert "eurodac.stock-2023" not in found
    assert beyond_test(figures_of(REGISTER, REGISTER.system("iborderctrl"))) == ()
