/** Reads cases from standard input, one JSON object a line, and writes their answers to standard output. */
import { createInterface } from 'node:readline';
import { answerCase, type Case } from './answer-case.ts';

for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
  if (line.trim() === '') continue;
  const one: Case = JSON.parse(line);
  if (!process.stdout.write(`${JSON.stringify(answerCase(one))}\n`)) await new Promise((resume) => process.stdout.once('drain', resume));
}
