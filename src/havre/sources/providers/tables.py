"""Tables of text as providers send them: decoded strictly, read by the names of their columns, every cell as text."""

from collections.abc import Mapping, Sequence

import polars as pl

from havre.errors import SourceError
from havre.sources.own_file import wrong_layout


def parse_csv(
    content: bytes, name: str, *, separator: str = ",", header: bool = True, quotes: bool = True
) -> pl.DataFrame:
    """Read a CSV in UTF-8, with or without a byte order mark; quoted cells may hold line breaks.

    Raises
    ------
    SourceError : it is in another encoding, or rows are cut or too long
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError("source.fetch.damaged", name=name, kind="CSV", reason=f"UTF-8: {error.reason}") from error
    try:
        return pl.read_csv(
            text.encode("utf-8"), infer_schema=False, separator=separator, has_header=header,
            quote_char='"' if quotes else None, truncate_ragged_lines=False,
        )  # fmt: skip
    except pl.exceptions.PolarsError as error:
        reason = str(error).splitlines()[0][:200]
        raise SourceError("source.fetch.damaged", name=name, kind="CSV", reason=reason) from error


def columns_by_role(
    table: pl.DataFrame, roles: Mapping[str, Sequence[str]], needed: Sequence[str], name: str, provider: str
) -> dict[str, str]:
    """Find the column of each role: providers rename their columns now and then.

    Parameters
    ----------
    roles : names that a column of each role has had, in small letters
    needed : roles that must be there

    Raises
    ------
    SourceError : a needed one is missing; the columns that are there are told
    """
    plain = {" ".join(str(column).split()).casefold(): str(column) for column in table.columns}
    found = {
        role: plain[label] for role, labels in roles.items() if (label := next((x for x in labels if x in plain), None))
    }
    if not set(needed) <= set(found):
        expected = " | ".join(roles[role][0] for role in needed)
        raise wrong_layout(name, provider, ", ".join(map(str, table.columns)), expected)
    return found


def is_empty(column: str) -> pl.Expr:
    """Tell the rows that say nothing in a column of text: such as incidents that were given no number."""
    return pl.col(column).str.strip_chars().fill_null("") == ""
