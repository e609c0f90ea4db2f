"""Compute the values that the reception planner offers for Italian regions, from your own copies of open figures.

Usage: python tools/reception_defaults.py RECEPTION.parquet TOTALS.parquet DAILY.parquet

RECEPTION has people in hotspots, reception centres and SAI by region at month-ends (columns regione, date, and the four
counts; Ministry of the Interior). TOTALS has monthly sea arrivals until October 2019 (month, italy_all; UNHCR), DAILY
daily ones from then on (date, arrivals; ondata). Written is `src/havre/web/reception_defaults.toml`: for two month-ends
the people, and the most that were there in the 24 months before; for the whole period the share of the sea arrivals and
the mean stay that fit best (:func:`havre.forecast.reception.estimate_stay`).
"""

import math
import sys
from datetime import date
from pathlib import Path

import polars as pl

from havre.forecast.reception import estimate_stay

MONTHS = ("2019-10", "2023-04")
"""The month in which arrivals of the reference snapshot end, and the last month of the figures."""
LOOKED_BACK = 24
COUNTS = ("migranti_hot_spot", "migranti_centri_accoglienza", "migranti_siproimi_sai", "totale_accoglienza")
NAMES = {
    "Abruzzo": ("Abruzzo", "Abruzzes"), "Basilicata": ("Basilicata", "Basilicate"), "Calabria": ("Calabria", "Calabre"),
    "Campania": ("Campania", "Campanie"), "Emilia-Romagna": ("Emilia-Romagna", "Émilie-Romagne"),
    "Friuli-Venezia Giulia": ("Friuli-Venezia Giulia", "Frioul-Vénétie julienne"), "Lazio": ("Lazio", "Latium"),
    "Liguria": ("Liguria", "Ligurie"), "Lombardia": ("Lombardy", "Lombardie"), "Marche": ("Marche", "Marches"),
    "Molise": ("Molise", "Molise"), "Piemonte": ("Piedmont", "Piémont"), "Puglia": ("Apulia", "Pouilles"),
    "Sardegna": ("Sardinia", "Sardaigne"), "Sicilia": ("Sicily", "Sicile"), "Toscana": ("Tuscany", "Toscane"),
    "Trentino-Alto Adige": ("Trentino-South Tyrol", "Trentin-Haut-Adige"), "Umbria": ("Umbria", "Ombrie"),
    "Valle D'Aosta": ("Aosta Valley", "Vallée d’Aoste"), "Veneto": ("Veneto", "Vénétie"),
}  # fmt: skip


def main(reception: Path, totals: Path, daily: Path) -> str:
    """Give the text of the file."""
    start = pl.col("date").dt.truncate("1mo").cast(pl.Date).alias("month")
    people = (
        pl.read_parquet(reception)
        .select("regione", start, people=pl.sum_horizontal(COUNTS))
        .filter(pl.col("people") > 0)
        .pivot(on="regione", index="month", values="people", aggregate_function="sum")
    )
    by_month = pl.read_parquet(totals).select(pl.col("month").cast(pl.Date), "italy_all")
    by_day = pl.read_parquet(daily).group_by(start).agg(pl.col("arrivals").sum())
    months: list[date] = people["month"].sort().to_list()
    first, last = months[0], months[-1]
    table = pl.DataFrame({"month": pl.date_range(first, last, "1mo", eager=True)})
    for each in (people, by_month, by_day):
        table = table.join(each, on="month", how="left")
    arrivals = table.select(pl.coalesce(pl.col("italy_all").cast(pl.Float64), "arrivals"))["italy_all"].to_numpy()
    at = {month: table["month"].dt.strftime("%Y-%m").to_list().index(month) for month in MONTHS}
    lines = [HEAD.format(first=f"{first:%Y-%m}", last=f"{last:%Y-%m}")]
    for name, (english, french) in NAMES.items():
        stock = table[name].cast(pl.Float64)
        share, median = estimate_stay(stock.fill_null(float("nan")).to_numpy(), arrivals)
        lines.append(f'\n[regions."{name}"]\nen = "{english}"\nfr = "{french}"')
        lines.append(f"share = {share:.4f}\nmean_stay = {median / math.log(2):.1f}")
        for month, end in at.items():
            most = max(stock[max(0, end - LOOKED_BACK) : end + 1].drop_nulls().to_list())
            lines.append(f'people."{month}" = {int(stock[end])}\nmost."{month}" = {int(most)}')
    return "\n".join(lines) + "\n"


HEAD = """# Written by tools/reception_defaults.py. People at the end of a month, and the most in the 24 months
# until then. Share of the sea arrivals and mean stay [months] are estimates over {first} to {last}
# (least squares, exponential stays).
destination = "ITA"
measure = "sea_arrivals"
first = "{first}"
last = "{last}"
provider = "Ministero dell’Interno (Italia), Cruscotto statistico giornaliero"
url = "https://libertaciviliimmigrazione.dlci.interno.gov.it/it/cruscotto-statistico-giornaliero"
arrivals = "UNHCR Operational Data Portal (CC BY 3.0 IGO); ondata, liberiamoli tutti! (CC BY 4.0)\""""


if __name__ == "__main__":
    target = Path(__file__).parents[1] / "src/havre/web/reception_defaults.toml"
    target.write_text(main(*(Path(each) for each in sys.argv[1:4])), encoding="utf-8")
