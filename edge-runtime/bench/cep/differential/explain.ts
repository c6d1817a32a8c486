import { answerCase, type Answer, type Case } from '../answer-case.ts';
import { differenceOf } from './compare.ts';
import { candidates } from './known-differences.ts';
import { NO_ANSWER } from './oracle.ts';

/** Cases that Siddhi answers, in the order asked. */
export type Ask = (cases: readonly Case[]) => Promise<readonly Answer[]>;

/** So many reasons may come together in one case. */
const REASONS_MAX = 4;

/**
 * Why the answers to a case part, as a named difference; undefined where no name will do. A name does where the answers agree as soon
 * as its cause is taken out of the case, so that nothing else hides behind it. Where they part still, that needs a name too.
 */
export async function explain(one: Case, siddhi: Answer, ours: Answer, ask: Ask, given: readonly string[] = []): Promise<string | undefined> {
  for (const { name, explains, without } of candidates(siddhi, ours)) {
    if (given.includes(name) || !explains(one, siddhi, ours)) continue;
    if (without === undefined) return name;
    const changed = without(one);
    const [asked] = await ask([changed]);
    const answered = answerCase(changed);
    // A case that neither runs would say nothing.
    if (asked?.types === undefined || answered.types === undefined || asked.error === NO_ANSWER) continue;
    if (differenceOf(changed.app, asked, answered) === undefined) return name;
    const reasons = [...given, name];
    if (reasons.length < REASONS_MAX && (await explain(changed, asked, answered, ask, reasons)) !== undefined) return name;
  }
  return undefined;
}
