/**
 * Asks Siddhi and this engine the same generated questions and shows where they part, each case as small as it gets.
 *
 *     npm run test:siddhi -- --peers DIR [--cases 20000] [--seed 1] [--family patterns] [--show 10] [--record FILE] [--list]
 *
 * Without Java or without the folder it says so and ends well, since the recorded fixtures hold without either.
 */
import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { answerCase, type Answer } from '../answer-case.ts';
import { differenceOf } from './compare.ts';
import { FAMILIES, makeCase, type Made } from './families.ts';
import { explain } from './explain.ts';
import { NO_ANSWER, Oracle } from './oracle.ts';
import { shrink } from './shrink.ts';

const AT_ONCE = 250;

const { values } = parseArgs({
  options: {
    peers: { type: 'string', default: '' },
    cases: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    family: { type: 'string', multiple: true },
    show: { type: 'string', default: '5' },
    record: { type: 'string' },
    list: { type: 'boolean', default: false },
  },
});

if (!existsSync(`${values.peers}/run`) || spawnSync('java', ['-version']).error !== undefined) {
  process.stdout.write('Siddhi is not here: give the folder of the peers with --peers, and have Java on the PATH. The recorded answers are tested without.\n');
} else process.exitCode = await run();

interface Tally {
  cases: number;
  agreed: number;
  /** Siddhi never came back. */
  unanswered: number;
  known: Map<string, number>;
  differing: { made: Made; siddhi: Answer; difference: string }[];
}

async function run(): Promise<number> {
  const oracle = new Oracle(values.peers);
  const families = values.family ?? Object.keys(FAMILIES);
  const each = Math.ceil(Number(values.cases) / families.length);
  let unexplained = 0;
  for (const family of families) {
    const tally = await runFamily(oracle, family, each);
    unexplained += tally.differing.length;
    const known = [...tally.known].map(([name, count]) => `, ${count} ${name}`).join('');
    process.stdout.write(`${family.padEnd(18)} ${tally.agreed} of ${tally.cases} agree${known}${tally.unanswered === 0 ? '' : `, ${tally.unanswered} without an answer`}, ${tally.differing.length} unexplained\n`);
    if (values.list) for (const { made, difference } of tally.differing) process.stdout.write(`  ${made.case.app.slice(made.case.app.indexOf('@info'))}\n    ${difference.slice(0, 200)}\n`);
    for (const one of distinct(tally.differing).slice(0, Number(values.show))) await show(oracle, one.made, one.difference);
  }
  oracle.close();
  return unexplained === 0 ? 0 : 1;
}

async function runFamily(oracle: Oracle, family: string, count: number): Promise<Tally> {
  const tally: Tally = { cases: 0, agreed: 0, unanswered: 0, known: new Map(), differing: [] };
  const base = hash(`${values.seed} ${family}`);
  for (let from = 0; from < count; from += AT_ONCE) {
    const made = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, index) => makeCase(family, { seed: hash(`${base} ${from + index}`) }, `${family}-${from + index}`));
    const answers = await oracle.ask(made.map((one) => one.case));
    await Promise.all(made.map((one, index) => judge(oracle, tally, one, answers[index])));
  }
  return tally;
}

async function judge(oracle: Oracle, tally: Tally, made: Made, siddhi: Answer | undefined): Promise<void> {
  if (siddhi === undefined) return;
  tally.cases++;
  if (siddhi.error === NO_ANSWER) {
    tally.unanswered++;
    return;
  }
  const ours = answerCase(made.case);
  const difference = differenceOf(made.case.app, siddhi, ours);
  if (difference === undefined) {
    tally.agreed++;
    if (values.record !== undefined) appendFileSync(values.record, `${JSON.stringify({ case: made.case, siddhi: siddhi.out, ...(siddhi.types === undefined ? { refused: true } : {}) })}\n`);
    return;
  }
  const known = await explain(made.case, siddhi, ours, (cases) => oracle.ask(cases));
  if (known === undefined) tally.differing.push({ made, siddhi, difference });
  else tally.known.set(known, (tally.known.get(known) ?? 0) + 1);
}

/** One of each kind first: what is said, without the values. */
function distinct(differing: Tally['differing']): Tally['differing'] {
  const byKind = new Map<string, Tally['differing']>();
  for (const one of differing) {
    const kind = one.difference.replaceAll(/[\d"']+/g, '#').slice(0, 80);
    byKind.set(kind, [...(byKind.get(kind) ?? []), one]);
  }
  return [...byKind.values()].sort((left, right) => right.length - left.length).flatMap(([first]) => first ?? []);
}

async function show(oracle: Oracle, made: Made, difference: string): Promise<void> {
  const differs = async (cases: readonly Made[]): Promise<boolean[]> => {
    const answers = await oracle.ask(cases.map((one) => one.case));
    const parts = async (one: Made, siddhi: Answer | undefined): Promise<boolean> => {
      if (siddhi === undefined || siddhi.error === NO_ANSWER) return false;
      const ours = answerCase(one.case);
      const found = differenceOf(one.case.app, siddhi, ours);
      return found !== undefined && kindOf(found) === kindOf(difference) && (await explain(one.case, siddhi, ours, (asked) => oracle.ask(asked))) === undefined;
    };
    return Promise.all(cases.map((one, index) => parts(one, answers[index])));
  };
  const small = await shrink(made, differs);
  const [siddhi] = await oracle.ask([small.case]);
  const ours = answerCase(small.case);
  process.stdout.write(`\n  ${small.case.app}\n`);
  for (const step of small.case.steps) process.stdout.write(`    ${JSON.stringify(step)}\n`);
  process.stdout.write(`  ${siddhi === undefined ? '' : differenceOf(small.case.app, siddhi, ours)}\n`);
  for (const [who, answer] of [['Siddhi', siddhi], ['we', ours]] as const) {
    for (const entry of answer?.out ?? []) if (entry.of.startsWith('query') || entry.of === 'on-demand') process.stdout.write(`    ${who.padEnd(7)} ${JSON.stringify(entry)}\n`);
  }
}

/** A case may not turn into one with another kind of difference while it shrinks. */
function kindOf(difference: string): string {
  return difference.startsWith('Siddhi makes') || difference.startsWith('we make') ? difference.slice(0, 16) : 'rows';
}

function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  return value >>> 0;
}
