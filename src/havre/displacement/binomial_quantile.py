"""The inverse of the binomial distribution, for many calls on few numbers.

SciPy's is exact and slow: it searches for each number, at some microseconds where many people are. Here numbers that
come out as 0 are told at once; where the mean is large, a first guess comes from the normal distribution corrected for
skewness (Cornish–Fisher), the distribution function is evaluated there once, and steps of single probabilities lead to
the smallest count that fulfils the definition; the others go to SciPy.

References
----------
Abramowitz, M. & Stegun, I. A. (1972). Handbook of Mathematical Functions, 26.2.49 (Cornish–Fisher) and 26.5.24.
"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

GUESSED_FROM = 30.0
"""Mean from which the corrected normal distribution is a good guess, rarely more than one step off."""


def binomial_quantile(uniform: Floats, count: Ints, chance: Floats) -> Ints:
    """Give the smallest number whose distribution function reaches ``uniform``.

    Parameters
    ----------
    uniform : numbers between 0 and 1, both left out; any shape
    count : people, not below 0; the same shape
    chance : of each of them; 0 and below gives nobody, 1 and above everybody; the same shape

    Examples
    --------
    >>> binomial_quantile(np.array([0.2, 0.5, 0.9]), np.array([10, 10, 0]), np.array([0.5, 1.0, 0.5])).tolist()
    [4, 10, 0]
    """
    drawn = np.where(chance >= 1, count, 0)
    open_ = (count > 0) & (chance > 0) & (chance < 1)
    people, share, level = count[open_].astype(np.float64), chance[open_], uniform[open_]
    if people.size == 0:
        return drawn
    # Counted are those of the rarer kind: few steps, and no loss of digits near a chance of 1.
    flipped = share > 0.5
    share = np.where(flipped, 1 - share, share)
    level = np.where(flipped, 1 - level, level)
    found = _rarer(level, people, share)
    drawn[open_] = np.where(flipped, people - found, found).astype(np.int64)
    return drawn


def _rarer(level: Floats, people: Floats, share: Floats) -> Floats:
    """Invert for chances of at most a half."""
    from scipy.stats import binom

    found = np.zeros(level.size)
    some = level > np.exp(people * np.log1p(-share))
    many = some & (people * share >= GUESSED_FROM)
    few = some ^ many
    if few.any():
        found[few] = binom.ppf(level[few], people[few], share[few])
    if many.any():
        found[many] = _guessed(level[many], people[many], share[many])
    return found


def _guessed(level: Floats, people: Floats, share: Floats) -> Floats:
    """Guess, evaluate the distribution function once, and step to the answer."""
    from scipy.special import betaincc, gammaln, ndtri

    mean = people * share
    normal = ndtri(level)
    guess = mean + np.sqrt(mean * (1 - share)) * normal + (1 - 2 * share) * (normal * normal - 1) / 6
    number = np.clip(np.rint(guess), 0, people - 1)
    reached = betaincc(number + 1, people - number, share)
    ways = gammaln(people + 1) - gammaln(number + 1) - gammaln(people - number + 1)
    single = np.exp(ways + number * np.log(share) + (people - number) * np.log1p(-share))
    odds = share / (1 - share)
    while True:
        down = (reached - single >= level) & (number > 0)
        up = (reached < level) & (number < people) & (single > 0)
        if not (down.any() or up.any()):
            return number
        reached = np.where(down, reached - single, reached)
        following = single * (people - number) / (number + 1) * odds
        before = single * number / ((people - number + 1) * odds)
        single = np.where(up, following, np.where(down, before, single))
        reached = np.where(up, reached + single, reached)
        number = number + up - down
