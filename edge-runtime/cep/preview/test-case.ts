import type { Environment } from '../api.ts';
import type { ModelAnswer, ModelCall } from '../engine-api.ts';
import { Preview } from './preview.ts';
import { recordingOf, type PlainEvent } from './recording.ts';

/** Events in, events out: what a rule is held to before it is published. */
export interface TestCase {
  name: string;
  events: readonly PlainEvent[];
  /** Everything that these streams put out, in order; other streams are not looked at. */
  expected: readonly { stream: string; rows: readonly Readonly<Record<string, unknown>>[] }[];
  /** How long after its last event the case waits for what is due by time, milliseconds. */
  settleMs: number;
}

/** One place where the answer differs; `expected` or `found` is missing where one side has no such row. */
export interface TestDifference {
  stream: string;
  /** From 0. */
  row: number;
  expected?: Readonly<Record<string, unknown>>;
  found?: Readonly<Record<string, unknown>>;
  /** The attributes whose values differ. */
  attributes: readonly string[];
}

export interface TestOutcome {
  name: string;
  passed: boolean;
  differences: readonly TestDifference[];
  /** What else went wrong: a text that does not compile, an event that no stream takes. */
  problems: readonly string[];
}

/** Differences told of one case; further ones would say no more. */
const DIFFERENCES_MAX = 20;

/** Asks a model; what the caller does for it is the caller's. */
export type AskModel = (call: ModelCall) => Promise<ModelAnswer>;

export interface TestOptions {
  environment?: Environment;
  /** Without it a rule that asks a model fails its cases with that reason. */
  ask?: AskModel;
  /** Asked between pieces of work; a case that may not go on fails. */
  goOn?: () => boolean;
}

/** Events between two looks at whether the case may go on. */
const EVENTS_A_SLICE = 200;

/** Runs one case. Never throws: what goes wrong is an outcome. */
export async function runTestCase(text: string, test: TestCase, { environment = {}, ask = nobody, goOn = () => true }: TestOptions = {}): Promise<TestOutcome> {
  const failed = (problem: string): TestOutcome => ({ name: test.name, passed: false, differences: [], problems: [problem] });
  let preview: Preview;
  try {
    preview = new Preview(text, recordingOf(test.events), { environment, settleMs: test.settleMs });
  } catch (failure) {
    return failed(failure instanceof Error ? failure.message : String(failure));
  }
  while (!preview.step(EVENTS_A_SLICE)) {
    if (!goOn()) return failed('it takes longer than it may');
    await answerAll(preview, ask);
  }
  await answerAll(preview, ask);
  const result = preview.result();
  const problems = [...result.ignored.map(({ stream, count }) => `${count} events of '${stream}', which the text has no stream for`), ...result.refused, ...result.faults];
  const differences = test.expected.flatMap(({ stream, rows }) => {
    const found = result.streams.find((one) => one.name === stream);
    if (found === undefined) return rows.map((expected, row): TestDifference => ({ stream, row, expected, attributes: [] }));
    const names = found.attributes.map((one) => one.name);
    return differencesOf(stream, rows, found.rows.map(({ row }) => Object.fromEntries(names.map((name, index) => [name, plain(row[index])]))), found.count);
  });
  return { name: test.name, passed: problems.length === 0 && differences.length === 0, differences: differences.slice(0, DIFFERENCES_MAX), problems };
}

const nobody: AskModel = () => Promise.resolve({ error: 'there is nobody to ask the model here' });

/** Answers every call that a run has open, and those that follow from the answers. */
export async function answerAll(preview: Preview, ask: AskModel): Promise<void> {
  for (let calls = preview.calls(); calls.length > 0; calls = preview.calls()) {
    for (const call of calls) preview.answer(call.id, await ask(call));
  }
}

function differencesOf(stream: string, expected: TestCase['expected'][number]['rows'], found: readonly Readonly<Record<string, unknown>>[], count: number): TestDifference[] {
  const list: TestDifference[] = [];
  for (let row = 0; row < Math.max(expected.length, count) && list.length < DIFFERENCES_MAX; row++) {
    const [wanted, got] = [expected[row], found[row]];
    if (wanted === undefined && got !== undefined) list.push({ stream, row, found: got, attributes: [] });
    else if (wanted !== undefined && got === undefined) list.push({ stream, row, expected: wanted, attributes: [] });
    else if (wanted !== undefined && got !== undefined) {
      const attributes = Object.keys(wanted).filter((name) => !same(wanted[name], got[name]));
      if (attributes.length > 0) list.push({ stream, row, expected: wanted, found: got, attributes });
    }
  }
  return list;
}

/** A value as JSON keeps it: a long beyond 2^53 is its digits. */
export function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Set) return [...value].map(plain);
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : (value ?? null);
}

/** Equal as far as a person writes numbers down: to nine digits. */
function same(left: unknown, right: unknown): boolean {
  if (typeof left === 'number' && typeof right === 'number') return Math.abs(left - right) <= 1e-9 * Math.max(1, Math.abs(left), Math.abs(right));
  return left === right || JSON.stringify(left) === JSON.stringify(right);
}
