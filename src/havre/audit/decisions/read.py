"""A log is streamed from its files into counts; no row stays in memory, and none is written.

Two passes: the first looks at ranges and numbers of values, the second counts. What comes out is a *cube*: one row for
each combination of groups, month, outcomes, truth and bin of the score, with its number of decisions.
"""

import codecs
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from havre.audit.decisions.columns import MOST_GROUPS, Columns, check_columns
from havre.errors import AuditError, FileError, Problem, check_none

BINS = 10
ENDINGS = (".parquet", ".csv")
MISSING = ""
"""Name of the group of decisions of which the group is not known."""
JOINED = " × "
"""Stands between the groups of an intersection, and therefore in no name of a group."""
SHORT = (5, 10, 30, 60)
"""Seconds within which decisions of humans are counted."""
OCTAVES = 4
"""Bins of the time a human took, in each doubling of it."""
_UNSEEN = r"[\p{Cc}\u{202A}-\u{202E}\u{2066}-\u{2069}]"
"""Letters that command a terminal, or turn the direction of a page, in place of naming a group."""
_YES = ("1", "1.0", "true", "yes", "y", "t", "oui", "vrai")
_NO = ("0", "0.0", "false", "no", "n", "f", "non", "faux")
_MOST_VALUES = {"outcome": 20, "time": 40_000}


@dataclass(frozen=True)
class Cube:
    """A log as counts.

    Parameters
    ----------
    counts : columns of the groups (text), ``month`` (text), ``automated``, ``human``, ``truth`` (true, false, null),
        ``bin`` of the score (null where it is missing), ``n`` decisions, ``score_sum``, ``square_sum``
    speeds : ``automated``, ``human``, ``octave`` of the seconds taken, ``n``, and ``under_5`` and so on
    rows : decisions in all
    edges : of the bins of the score; empty where there is none
    has : what the log tells at least once, of ``score``, ``automated``, ``human``, ``truth``, ``time``, ``seconds``
    """

    counts: pl.DataFrame
    speeds: pl.DataFrame
    groups: tuple[str, ...]
    rows: int
    edges: tuple[float, ...]
    has: frozenset[str]


def read_log(path: Path, columns: Columns) -> Cube:
    """Stream a Parquet or CSV file, or a folder of them, into counts.

    Raises
    ------
    FileError : it is missing or cannot be read, or is not UTF-8
    AuditError : a personal or missing column, no rows, an outcome that is not yes or no, a group column with too many
        values, a truth that is the score or the system's own answer; all at once where one pass shows them
    """
    try:
        table = _scan(path, columns)
        check_columns(columns, table.collect_schema().names(), path.name)
        table = _typed(table, columns)
        edges, rows = _survey(table, columns, path.name)
        counts = _count(table, columns, edges)
        speeds = _count_speeds(table, columns)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        reason = str(error).splitlines()[0]
        if "utf-8" in reason.lower() or "utf8" in reason.lower():
            raise FileError("audit.log.encoding", path=path, expected="CSV", reason=reason) from error
        raise FileError("file.damaged", path=path, expected="Parquet/CSV", reason=reason) from error
    _check_months(counts, path.name)
    counts, speeds = _decided(counts, columns, path.name), _decided(speeds, columns, path.name)
    _check_truth(counts, path.name)
    known = {name: counts[name].null_count() < counts.height for name in ("automated", "human", "truth")}
    known |= {"score": bool(edges), "time": counts["month"].null_count() < counts.height,
              "seconds": speeds.height > 0}  # fmt: skip
    return Cube(counts, speeds, columns.groups, rows, edges, frozenset(name for name, has in known.items() if has))


def _scan(path: Path, columns: Columns) -> pl.LazyFrame:
    files = [path] if path.is_file() else sorted(file for end in ENDINGS for file in path.glob(f"*{end}"))
    if not files:
        raise FileError("file.missing", path=path)
    endings = {file.suffix.lower() for file in files}
    if len(endings) > 1 or not endings <= set(ENDINGS):
        raise FileError("file.ending", path=path, expected=" / ".join(ENDINGS))
    if endings == {".parquet"}:
        return pl.scan_parquet(files)
    with files[0].open("rb") as file:
        header = file.readline()
    if header.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise FileError("audit.log.encoding", path=path, expected="CSV", reason="UTF-16")
    separator = ";" if header.count(b";") > header.count(b",") else ","
    # Text but for the numbers: guessing of types would read the group "NA" as missing.
    numbers = [name for name in (columns.score, columns.seconds) if name is not None]
    found = pl.scan_csv(files, separator=separator, infer_schema=False).collect_schema().names()
    types = dict.fromkeys((name for name in numbers if name in found), pl.Float64)
    comma = separator == ";"
    return pl.scan_csv(files, separator=separator, infer_schema=False, schema_overrides=types, decimal_comma=comma)


_FIRST_ROWS = 1000
LARGEST = 1e150
"""From here on a score is taken as missing: its square, and sums of squares, must have an end."""
LEAST_COMPARED = 30
"""Decisions from which on a truth that equals something else in each of them is no chance."""


def _typed(table: pl.LazyFrame, columns: Columns) -> pl.LazyFrame:
    """Name the columns by their meaning; outcomes, months and groups as they stand, numbers as numbers."""
    schema = table.collect_schema()
    wanted = [_group(name, schema[name]).alias(f"group:{name}") for name in columns.groups]
    for meaning in ("automated", "human", "truth"):
        name = getattr(columns, meaning)
        wanted.append((pl.lit(None, pl.String) if name is None else pl.col(name)).alias(meaning))
    for meaning in ("score", "seconds"):
        name = getattr(columns, meaning)
        number = pl.lit(None, pl.Float64) if name is None else pl.col(name).cast(pl.Float64)
        # What is not a number, or so large that its square has no end, is as missing.
        wanted.append(pl.when(number.abs() < LARGEST).then(number).alias(meaning))
    wanted.append(_month(columns.time, schema).alias("month"))
    return table.select(wanted)


def _group(name: str, dtype: pl.DataType) -> pl.Expr:
    return pl.col(name) if isinstance(dtype, pl.String | pl.Categorical | pl.Enum | pl.Boolean) else (
        pl.col(name) if dtype.is_integer() else pl.col(name).cast(pl.String)
    )  # fmt: skip


def _month(name: str | None, schema: pl.Schema) -> pl.Expr:
    if name is None:
        return pl.lit(None, pl.String)
    if schema[name].is_temporal():
        return pl.col(name).cast(pl.Date).dt.month_start()
    return pl.col(name).cast(pl.String).str.slice(0, 7)


def _survey(table: pl.LazyFrame, columns: Columns, name: str) -> tuple[tuple[float, ...], int]:
    """Look over the log once: rows, range of the score, number of values of each column that is counted by."""
    schema = table.collect_schema()
    keys = [key for key in schema.names() if key not in ("score", "seconds")]
    equal = pl.col("truth").cast(pl.Float64, strict=False) == pl.col("score")
    # Where either is missing, nothing is compared; a few rows that are the same may be chance.
    truth_is_score = equal.all() & ((equal.count() == pl.len()) | (equal.count() >= LEAST_COMPARED))
    comparable = columns.score is not None and columns.truth is not None
    if comparable and not schema["truth"].is_numeric():
        # Text is turned into numbers over the whole log only where the first rows are the score.
        comparable = bool(table.head(_FIRST_ROWS).select(truth_is_score).collect().item())
    same = truth_is_score if comparable else pl.lit(None)
    seen = table.select(
        pl.len().alias("rows"),
        pl.col("score").min().alias("low"),
        pl.col("score").max().alias("high"),
        same.alias("same"),
        *(pl.col(key).approx_n_unique().alias(f"values:{key}") for key in keys if schema[key] != pl.Null),
    ).collect(engine="streaming").row(0, named=True)  # fmt: skip
    if not seen["rows"]:
        raise AuditError("audit.log.empty", table=name)
    if seen["same"]:
        raise AuditError("audit.log.truth_is_score", table=name)
    check_none(_too_many(seen, columns, name), AuditError)
    return (() if seen["low"] is None else _edges(seen["low"], seen["high"])), int(seen["rows"])


def _too_many(seen: dict[str, int], columns: Columns, name: str) -> list[Problem]:
    limits = {f"values:group:{group}": (group, MOST_GROUPS) for group in columns.groups}
    limits |= {f"values:{meaning}": (str(getattr(columns, meaning)), _MOST_VALUES["outcome"])
               for meaning in ("automated", "human", "truth")}  # fmt: skip
    limits["values:month"] = (str(columns.time), 1200)
    return [
        Problem.of("audit.log.too_many_values", table=name, column=column, count=seen[key], most=most)
        for key, (column, most) in limits.items()
        if seen.get(key, 0) > most
    ]


def _edges(low: float, high: float) -> tuple[float, ...]:
    """Divide a score from 0 to 1 into tenths, any other from its lowest to its highest value."""
    if low >= 0 and high <= 1:
        low, high = 0.0, 1.0
    step = (high - low) / BINS
    return (*(low + step * k for k in range(BINS)), high)


def _count(table: pl.LazyFrame, columns: Columns, edges: tuple[float, ...]) -> pl.DataFrame:
    score = pl.col("score")
    place = pl.lit(0, pl.Int8)
    if edges and edges[-1] > edges[0]:
        place = ((score - edges[0]) / (edges[-1] - edges[0]) * BINS).floor().clip(0, BINS - 1).cast(pl.Int8)
    elif edges:
        place = pl.when(score.is_not_null()).then(place)
    groups = [f"group:{name}" for name in columns.groups]
    counted = table.group_by(*groups, "month", "automated", "human", "truth", place.alias("bin")).agg(
        n=pl.len(), score_sum=score.sum(), square_sum=(score * score).sum()
    )
    found = counted.collect(engine="streaming")
    plain = [pl.col(group).cast(pl.String).fill_null(MISSING).str.replace_all(_UNSEEN, "\ufffd") for group in groups]
    texts = [text.str.replace_all(JOINED, " x ", literal=True).alias(g) for g, text in zip(groups, plain, strict=True)]
    return found.with_columns(*texts, pl.col("month").cast(pl.String).str.slice(0, 7), pl.col("n").cast(pl.Int64))


def _count_speeds(table: pl.LazyFrame, columns: Columns) -> pl.DataFrame:
    seconds = pl.col("seconds")
    if columns.seconds is None:
        table = table.head(0)
    octave = (seconds.clip(0.25).log(2) * OCTAVES).floor().cast(pl.Int16)
    short = [(seconds < limit).sum().cast(pl.Int64).alias(f"under_{limit}") for limit in SHORT]
    known = table.filter(seconds >= 0)
    counted = known.group_by("automated", "human", octave.alias("octave"), pl.lit(None, pl.Int8).alias("truth"))
    return counted.agg(pl.len().cast(pl.Int64).alias("n"), *short).collect(engine="streaming")


def _check_months(counts: pl.DataFrame, name: str) -> None:
    months = counts["month"].drop_nulls().unique()
    bad = months.filter(~months.str.contains(r"^\d{4}-(0[1-9]|1[0-2])$"))
    if len(bad):
        raise AuditError("audit.log.bad_time", table=name, value=bad.sort()[0])


def _decided(counts: pl.DataFrame, columns: Columns, name: str) -> pl.DataFrame:
    """Read the outcomes as true or false, and add up what is alike then.

    Raises
    ------
    AuditError : values that are neither, each with its column
    """
    problems: list[Problem] = []
    made = []
    for meaning in ("automated", "human", "truth"):
        text = counts[meaning].cast(pl.String).str.strip_chars()
        yes, no = _meanings(text, columns.adverse)
        value = pl.when(text.is_in(yes)).then(True).when(text.is_in(no)).then(False)
        made.append(value.alias(meaning))
        odd = text.filter(text.is_not_null() & (text != "") & ~text.is_in([*yes, *no])).unique().sort().to_list()
        if odd:
            values = ", ".join(repr(one) for one in odd[:5])
            column = getattr(columns, meaning)
            problems.append(Problem.of("audit.log.not_an_outcome", table=name, column=column, values=values))
    check_none(problems, AuditError)
    keys = [
        key for key in counts.columns if key not in ("n", "score_sum", "square_sum") and not key.startswith("under_")
    ]
    return counts.with_columns(made).group_by(keys, maintain_order=True).sum().sort(keys)


def _meanings(text: pl.Series, adverse: str | None) -> tuple[list[str], list[str]]:
    """Give the values that mean true and false: the named one against all others, else yes and no."""
    values = text.drop_nulls().unique().to_list()
    if adverse is not None and adverse in values:
        return [adverse], [value for value in values if value not in (adverse, "")]
    lower = {value: value.lower() for value in values}
    return [v for v, small in lower.items() if small in _YES], [v for v, small in lower.items() if small in _NO]


def _check_truth(counts: pl.DataFrame, name: str) -> None:
    """Refuse a truth that is the system's own answer: every error rate would be zero.

    Raises
    ------
    AuditError : truth and automated outcome are the same in each decision of many
    """
    known = counts.filter(pl.col("truth").is_not_null() & pl.col("automated").is_not_null())
    total = int(known["n"].sum())
    both = known["truth"].n_unique() == 2
    if total >= LEAST_COMPARED and both and bool((known["truth"] == known["automated"]).all()):
        raise AuditError("audit.log.truth_is_outcome", table=name)
