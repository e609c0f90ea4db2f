// Calls pure functions of the pages' scripts: gets the folder as its argument and the calls as JSON, gives answers.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const folder = pathToFileURL(`${process.argv[2]}/`);
const order = await import(new URL("places/order.js", folder));
const steps = await import(new URL("series/steps.js", folder));
const known = {
  ...order,
  ...steps,
  order: (values, falling, language) => order.order(values.map((value) => value ?? undefined), falling, language),
  paramsWith: (now, step, names) => steps.paramsWith(new URL(now), new URL(step), names),
};
const calls = JSON.parse(readFileSync(0, "utf-8"));
process.stdout.write(JSON.stringify(calls.map(([name, ...given]) => known[name](...given))));
