/** Reads cases from standard input, one JSON object a line, and writes their answers to standard output. */
import { createInterface } from 'node:readline';
import { answerCase, readLine, type Case } from './answer-case.ts';

for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
  if (line.trim() === '') continue;
  if (!process.stdout.write(`${JSON.stringify(answerCase(readLine<Case>(line)))}\n`)) await new Promise((resume) => process.stdout.once('drain', resume));
}
