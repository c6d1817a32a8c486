import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { answerCase, type Case, type OutEntry } from './answer-case.ts';

/** Each line: a case and what Siddhi 5.1.30 itself answered, recorded so that no Java is needed here. */
interface Recorded {
  case: Case;
  siddhi: OutEntry[];
}

const folder = new URL('../../cep/fixtures/', import.meta.url);

for (const file of readdirSync(folder).filter((name) => name.startsWith('siddhi-')).sort()) {
  describe(`Siddhi's answers in ${file}`, () => {
    const lines = readFileSync(new URL(file, folder), 'utf8').trim().split('\n');
    it.each(lines.map((line): [string, Recorded] => {
      const recorded: Recorded = JSON.parse(line);
      return [`${recorded.case.id}: ${recorded.case.app.slice(recorded.case.app.indexOf('@info'))}`, recorded];
    }))('%s', (_, recorded) => {
      const answer = answerCase(recorded.case);
      expect(answer.error).toBeUndefined();
      expect(comparable(answer.out)).toEqual(comparable(recorded.siddhi));
    });
  });
}

/** What queries and on-demand queries brought, each in its own order; doubles to the 15 digits that survive printing. */
function comparable(out: readonly OutEntry[]): Record<string, unknown[]> {
  const groups: Record<string, unknown[]> = {};
  for (const entry of out) {
    if (!entry.of.startsWith('query ') && entry.of !== 'on-demand') continue;
    (groups[entry.of] ??= []).push(rounded(entry));
  }
  return groups;
}

function rounded(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rounded);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (typeof inner !== 'number' || (key !== '$f' && key !== '$d')) return [key, rounded(inner)];
      return [key, key === '$f' ? Math.fround(inner) : Number(inner.toPrecision(15))];
    }),
  );
}
