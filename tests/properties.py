"""How many examples a property is tried with: some with every change, all of them with ``make test-slow``."""

from hypothesis import settings

LEAST = 10


def examples(thorough: int) -> int:
    """Give the number of examples in this run, of those of a thorough one."""
    # What the profile in use gives to properties that say nothing: 100 if it is thorough (tests/conftest.py).
    return max(min(LEAST, thorough), thorough * settings().max_examples // 100)
