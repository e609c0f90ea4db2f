// Runs the modules of the planner on cases that a test wrote to the standard input; prints a result for each.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const folder = pathToFileURL(`${process.argv[2]}/`);
const load = (name) => import(new URL(`planner/${name}.js`, folder));
const names = ["arrivals", "chart", "form", "occupancy", "random", "stay"];
const [arrivals, chart, form, occupancy, random, stays] = await Promise.all(names.map(load));

const stayOf = ({ median, shape, table, mean }) => {
  if (table) return stays.stayOfTable(table);
  return mean === undefined ? stays.stayOfMedian(median, shape) : stays.stayOfMean(mean, shape);
};
const placeOf = (told) => ({ ...told, stay: stayOf(told.stay) });
const rows = (values) => values.map((row) => Float64Array.from(row));
const plain = (values) => values.map((row) => Array.from(row));
const told = (made) => ({
  needed: plain(made.needed), full: occupancy.isFull(made), first: occupancy.firstFull(made),
  without: occupancy.withoutPlace(made), by: [0.5, 0.9].map((level) => occupancy.firstFullMonth(occupancy.firstFull(made), level)),
  quantiles: made.needed.map((row) => occupancy.quantiles(row, [0.1, 0.5, 0.9])),
});
const OPERATIONS = {
  stay: (told) => {
    const stay = stayOf(told);
    return { mean: stay.beyond(0), present: stays.present(stay, 14), residual: stays.residual(stay, 14) };
  },
  margins: (levels, values, count) => plain(arrivals.margins(levels, values, count)),
  arranged: (rising, scores) => plain(arrivals.arranged(rows(rising), rows(scores))),
  expected: (flows, place) => told(occupancy.expectedOccupancy(rows(flows), placeOf(place))),
  drawn: (published, count, place, seed) => {
    const source = new random.Source(seed);
    const made = occupancy.drawOccupancy(arrivals.drawArrivals(published, count, source), placeOf(place), source);
    return told(made);
  },
  sums: (published, count, seed) => {
    const made = arrivals.drawArrivals(published, count, new random.Source(seed));
    return plain(made);
  },
  binomial: (n, p, count, seed) => {
    const source = new random.Source(seed);
    return Array.from({ length: count }, () => source.binomial(n, p));
  },
  shares: (n, p, count, seed) => {
    const source = new random.Source(seed);
    const found = {};
    for (let draw = 0; draw < count; draw++) {
      const drawn = source.binomial(n, p);
      found[drawn] = (found[drawn] ?? 0) + 1;
    }
    return found;
  },
  normal: (count, seed) => {
    const source = new random.Source(seed);
    return Array.from({ length: count }, () => source.normal());
  },
  chart: (curve, box) => chart.curveParts(curve, String, box),
  ticks: chart.countTicks,
  read: (texts, bounds, words, months) => {
    const { faults, place } = form.readPlace(texts, bounds, words, months);
    return { faults, place: place && { ...place, stay: place.stay.beyond(0) } };
  },
  fragment: (texts) => form.fromFragment(`#${form.toFragment(texts)}`),
};

const given = JSON.parse(readFileSync(0, "utf-8"));
process.stdout.write(JSON.stringify(given.map(([name, args]) => OPERATIONS[name](...args))));
