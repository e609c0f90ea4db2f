"""hatecrime.osce.org: a page of tables per year and per country; an export of incidents that people download."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from tests.sources.stand_ins.server import NOT_FOUND, Answer, Asked

HOST = "hatecrime.osce.org"
Rows = Sequence[Sequence[object]]
YEAR_HEADER = ("Country", "Police Records", "Other Sources")
COUNTRY_HEADER = ("Year", "Hate crimes recorded by police", "Prosecuted", "Sentenced")
YEARS: Mapping[int, Rows] = {
    2024: (
        ("Austria", "5,865", "121"), ("Germany*", "12 345", "1,204"), ("Holy See", "Not available", "-"),
        ("Andorra", "0", "n/a"), ("United States of America", "11,679 *", "0"),
    ),
    2023: (("Austria", "5,668", "110"), ("Germany", "10,532<sup>2</sup>", "986"), ("Andorra", "0", "")),
}  # fmt: skip
COUNTRIES: Mapping[str, tuple[str, Rows]] = {
    "austria": ("Austria", ((2024, "5,865", "310", "98"), (2023, "5,668", "301", "Not available"))),
    "germany": ("Germany", ((2024, "12,345", "Not available", "Not available"), (2023, "10,532", "1,000", "0"))),
    "holy-see": ("Holy See", ()),
}
LINKS = ("/austria", "/germany", "/holy-see", "/what-hate-crime", "/germany?year=2019", "https://osce.org/andorra")


def table(header: Sequence[str], rows: Rows) -> str:
    cells = "".join(f"<th> {each}\n</th>" for each in header)
    body = "".join(f"<tr>{''.join(f'<td><span>{cell}</span></td>' for cell in row)}</tr>" for row in rows)
    return f"<table class='views-table'><thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table>"


def page(heading: str, content: str, links: Sequence[str] = LINKS) -> bytes:
    menu = "<table><tr><td>Menu</td></tr></table>" + "".join(f'<a href="{each}">x</a>' for each in links)
    body = f"<body>{menu}<h1>{heading}</h1>{content}</body>"
    return f"<!DOCTYPE html><html><head><title>HCRW</title></head>{body}</html>\n".encode()


@dataclass
class OdihrStandIn:
    """The stand-in; a year that it does not know looks like the last one, or (``exact``) is answered with that one."""

    years: Mapping[int, Rows] = field(default_factory=lambda: YEARS)
    countries: Mapping[str, tuple[str, Rows]] = field(default_factory=lambda: COUNTRIES)
    header: Sequence[str] = YEAR_HEADER
    exact: bool = False
    encoding: str = "utf-8"

    def __call__(self, asked: Asked) -> Answer:
        answer = self._answer(asked)
        return Answer(answer.body.decode().encode(self.encoding), answer.content_type, answer.status)

    def _answer(self, asked: Asked) -> Answer:
        if asked.path == "/hate-crime-data":
            wanted = int(asked.get("year", "0"))
            year = wanted if wanted in self.years else max(self.years)
            told = year if self.exact else wanted
            return _html(page(f"Hate crime data {told}", table(self.header, self.years[year])))
        slug = asked.path.strip("/")
        if slug in self.countries:
            name, rows = self.countries[slug]
            content = table(COUNTRY_HEADER, rows) if rows else "<p>No data were reported.</p>"
            return _html(page(f"<span>{name}</span>", content))
        return NOT_FOUND


def _html(body: bytes) -> Answer:
    return Answer(body, "text/html; charset=UTF-8")


def stand_in() -> OdihrStandIn:
    """Make the stand-in of small invented figures."""
    return OdihrStandIn()


def report(
    rows: Rows, header: Sequence[str] = ("ID", "Date", "Country", "Bias", "Description"), sheet: str = "Report Export"
) -> bytes:
    """Write an export of incidents; what happened to whom stands in it too."""
    workbook = io.BytesIO()
    cells = [[None if cell is None else str(cell) for cell in row] for row in rows]
    pl.DataFrame(cells, schema=dict.fromkeys(header, pl.String), orient="row").write_excel(workbook, worksheet=sheet)
    return workbook.getvalue()


SPOILT = ("column", "code", "signs", "shrunk", "half", "twice", "year")


def spoilt(kind: str) -> OdihrStandIn:
    """Make a stand-in of which the page of 2024 changed."""
    rows = YEARS[2024]
    changed: dict[str, Rows] = {
        "code": (*rows, ("Atlantis", "5", "5")),
        "signs": (*rows, ("France", "1.234,5", "5")),
        "shrunk": (("Austria", "5", "121"), *rows[1:]),
        "half": rows[:1],
        "twice": (*rows, rows[0]),
    }
    if kind == "year":
        return OdihrStandIn({2023: YEARS[2023]}, exact=True)
    if kind == "encoding":
        return OdihrStandIn(encoding="utf-16")
    if kind not in changed and kind != "column":
        raise KeyError(kind)
    header = ("Country", "Records", "Other Sources") if kind == "column" else YEAR_HEADER
    return OdihrStandIn({**YEARS, 2024: changed.get(kind, rows)}, header=header)
