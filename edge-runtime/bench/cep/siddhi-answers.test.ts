import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { answerCase, readLine, type Case, type OutEntry } from './answer-case.ts';
import { comparable, digitsOf } from './differential/compare.ts';

/** Each line: a case and what Siddhi 5.1.30 itself answered, recorded so that no Java is needed here. */
interface Recorded {
  case: Case;
  siddhi: OutEntry[];
  /** Siddhi does not make the app. */
  refused?: true;
}

const folder = new URL('../../cep/fixtures/', import.meta.url);

for (const file of readdirSync(folder).filter((name) => name.startsWith('siddhi-')).sort()) {
  describe(`Siddhi's answers in ${file}`, () => {
    const lines = readFileSync(new URL(file, folder), 'utf8').trim().split('\n');
    it.each(lines.map((line): [string, Recorded] => {
      const recorded: Recorded = { ...JSON.parse(line), case: readLine<Recorded>(line).case };
      return [`${recorded.case.id}: ${recorded.case.app.slice(recorded.case.app.indexOf('@info'))}`, recorded];
    }))('%s', (_, recorded) => {
      const answer = answerCase(recorded.case);
      expect(answer.types === undefined).toBe(recorded.refused === true);
      if (recorded.refused === true) return;
      expect(answer.error).toBeUndefined();
      const digits = digitsOf(recorded.case.app);
      expect(comparable(answer.out, false, digits)).toEqual(comparable(recorded.siddhi, false, digits));
    });
  });
}
