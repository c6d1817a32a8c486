import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { answerCase, type Answer, type Case, type OutEntry } from './answer-case.ts';
import { comparable, differenceOf } from './differential/compare.ts';
import { ROW_DIFFERENCES } from './differential/row-differences.ts';

/** Each line: a case in which Siddhi 5.1.30 does what we do not want, what it answered, and what we want. */
interface Wanted {
  /** What Siddhi does, in the words of docs/siddhiql.md. */
  difference: string;
  case: Case;
  wanted: OutEntry[];
  siddhi: Pick<Answer, 'out' | 'error'>;
}

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const WANTED: readonly Wanted[] = read('../../cep/fixtures/wanted-differences.jsonl').trim().split('\n').map((line): Wanted => JSON.parse(line));
const PAGE = read('../../../docs/siddhiql.md');

describe.each(WANTED)('$case.id', ({ difference, case: one, wanted, siddhi }) => {
  const ours = answerCase(one);
  const theirs: Answer = { id: one.id, types: {}, ...siddhi };

  it('is answered as we want it, unlike by Siddhi', () => {
    expect(ours.error).toBeUndefined();
    expect(comparable(ours.out)).toEqual(comparable(wanted));
    expect(differenceOf(one.app, theirs, ours)).toBeDefined();
  });

  it('is a case of the difference that it stands for', () => {
    expect(ROW_DIFFERENCES.find(({ name }) => name === difference)?.explains(one, theirs, ours)).toBe(true);
  });
});

describe('the differences that we want', () => {
  it('each have a case', () => {
    expect(new Set(WANTED.map(({ difference }) => difference))).toEqual(new Set(ROW_DIFFERENCES.map(({ name }) => name)));
  });

  it.each(ROW_DIFFERENCES.map(({ name }) => name))('%s: stands in the reference of the language', (name) => {
    expect(PAGE).toContain(`| ${name} | `);
  });
});
