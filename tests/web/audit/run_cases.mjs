// Runs the calculators on cases that a test wrote to the standard input; prints a result or the problems for each.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const folder = pathToFileURL(`${process.argv[2]}/`);
const load = (name) => import(new URL(name, folder));
const [special, beta, intervals, rates, screening, questions, chained, gallery, links, sensors, fleet, roc, errors] = await Promise.all(
  ["special", "beta", "intervals", "rates", "screening", "questions", "chain", "gallery", "links", "sensors", "fleet", "roc", "errors"]
    .map((name) => load(`${name}.js`)),
);
const ends = (found) => found && [found.low, found.high];
const check = (sensitivity, specificity) =>
  new screening.Screening(rates.parseRate(sensitivity), rates.parseRate(specificity));

const OPERATIONS = {
  logGamma: special.logGamma,
  logBeta: special.logBeta,
  normalBelow: special.normalBelow,
  normalScore: special.normalScore,
  upperGamma: special.upperGamma,
  betaBelow: beta.betaBelow,
  betaAbove: beta.betaAbove,
  betaQuantile: beta.betaQuantile,
  general: errors.general,
  interval: (...args) => ends(intervals.interval(...args)),
  rate: (text) => {
    const { share, trials, digits, isAttainable } = rates.parseRate(text);
    return [share, trials, digits, isAttainable];
  },
  screening: (one, other, baseRate, level) => {
    const made = check(one, other);
    return {
      flagged: made.flagged(baseRate), wrongly: made.flaggedWrongly(baseRate),
      ppv: made.ppv(baseRate), npv: made.npv(baseRate), break_even: made.breakEven(),
      coin: made.chanceBetterThanCoin, findings: screening.findings(made),
      ppv_interval: ends(made.ppvInterval(baseRate, level)), npv_interval: ends(made.npvInterval(baseRate, level)),
      flagged_interval: ends(made.flaggedInterval(baseRate, level)),
      wrongly_interval: ends(made.flaggedWronglyInterval(baseRate, level)),
      break_even_interval: ends(made.breakEvenInterval(0.5, level)),
    };
  },
  contradict: (a, b, c, d, level) => screening.contradict(check(a, b), check(c, d), level),
  disagree: (a, b, c, d) => screening.disagree(check(a, b), check(c, d)),
  flagChances: questions.flagChances,
  chanceOfFlags: questions.chanceOfFlags,
  chain: (flags, rule) => {
    const found = chained.chain(flags, rule);
    return [found.independent, found.lowest, found.highest];
  },
  fpir: gallery.fpir,
  requiredFmr: gallery.requiredFmr,
  fpirElsewhere: gallery.fpirElsewhere,
  fpirInterval: (...args) => ends(gallery.fpirInterval(...args)),
  shareOfHits: gallery.shareOfHits,
  year: (...args) => {
    const found = gallery.yearOfSearches(...args);
    return [found.falseHits, found.missed, found.hitsThatAreFalse];
  },
  spread: (kinds) => {
    const found = links.spread(kinds.map(([files, falseLinks, undetected]) => ({ files, falseLinks, undetected })));
    return [found.reach, found.linked, found.joined, found.giant];
  },
  roc: (rows, baseRate, weight) => {
    const points = rows.map(([threshold, sensitivity, specificity]) => ({ threshold, sensitivity, specificity }));
    const { low, high, trapezoid } = roc.areas(points);
    const { best, cost } = roc.choose(points, baseRate, weight);
    const each = points.map((point) => Object.values(roc.consequences(point, baseRate)));
    const useless = roc.uselessPoints(points).map((point) => point.threshold);
    return [low, high, trapezoid, useless, each, typeof best === "string" ? best : best.threshold, cost];
  },
  sensor: (figures) => {
    const found = sensors.outcomes(figures);
    const ways = fleet.detections(figures);
    const people = Object.values(ways).flatMap((way) => fleet.placesOfPeople(figures, way));
    const every = [...found, ...fleet.fleetOutcomes(figures), ...people, ...sensors.checkOutcomes(figures)];
    return [sensors.inTime(found), ...Object.keys(ways), ...every.map((one) => [one.name, one.range, one.lacks])];
  },
};

// Numbers that JSON does not have are written as {"number": "NaN"}.
const fromJson = (_, value) => (typeof value?.number === "string" ? Number(value.number) : value);
const toJson = (_, value) => (typeof value === "number" && !Number.isFinite(value) ? { number: String(value) } : value);

const results = JSON.parse(readFileSync(0, "utf-8"), fromJson).map(([name, args]) => {
  try {
    return { value: OPERATIONS[name](...args) };
  } catch (error) {
    if (!(error instanceof errors.AuditError)) throw error;
    return { problems: error.problems };
  }
});
process.stdout.write(JSON.stringify(results, toJson));
