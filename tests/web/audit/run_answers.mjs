// Lets the calculators answer what a test wrote to the standard input, in the words of the page.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { answerOf } = await import(new URL("answers.js", pathToFileURL(`${process.argv[2]}/`)));
const { words, asked } = JSON.parse(readFileSync(0, "utf-8"));
const answers = asked.map(([calculator, texts, language]) => answerOf(calculator, texts, language, words[language]));
process.stdout.write(JSON.stringify(answers));
