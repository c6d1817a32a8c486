import { makeCase, type Made } from './families.ts';

/** Tries so many smaller cases at once; the oracle answers a batch faster than one after the other. */
const AT_ONCE = 40;
/** Batches of tries for one case; what is reached by then is small enough to look at. */
const ROUNDS_MAX = 60;

/**
 * The smallest case that it finds of the same family that still differs. Spans of choices are left out, longest first,
 * and single ones lowered, until nothing smaller differs.
 */
export async function shrink(made: Made, differs: (cases: readonly Made[]) => Promise<boolean[]>): Promise<Made> {
  let best = made;
  let rounds = 0;
  for (let progress = true; progress && rounds < ROUNDS_MAX; ) {
    progress = false;
    for (const candidates of batches(smaller(best.choices))) {
      if (++rounds > ROUNDS_MAX) break;
      const cases = candidates.map((choices) => makeCase(best.family, { replay: choices }, best.case.id)).filter((one) => isSmaller(one.choices, best.choices));
      const verdicts = await differs(cases);
      const found = cases.find((_, index) => verdicts[index] === true);
      if (found === undefined) continue;
      best = found;
      progress = true;
      break;
    }
  }
  return withoutSteps(best, differs);
}

/** Leaves out the steps that nothing depends on; what their choices made stays as it is. */
async function withoutSteps(made: Made, differs: (cases: readonly Made[]) => Promise<boolean[]>): Promise<Made> {
  let best = made;
  for (let at = best.case.steps.length - 1; at >= 0; at--) {
    const shorter = { ...best, case: { ...best.case, steps: best.case.steps.filter((_, index) => index !== at) } };
    if ((await differs([shorter]))[0] === true) best = shorter;
  }
  return best;
}

function isSmaller(one: readonly number[], other: readonly number[]): boolean {
  if (one.length !== other.length) return one.length < other.length;
  const at = one.findIndex((value, index) => value !== other[index]);
  return at >= 0 && (one[at] ?? 0) < (other[at] ?? 0);
}

function* smaller(choices: readonly number[]): Generator<number[]> {
  for (const size of [64, 32, 16, 8, 5, 4, 3, 2, 1]) {
    for (let from = choices.length - size; from >= 0; from -= Math.max(1, size >> 1)) {
      const shorter = [...choices.slice(0, from), ...choices.slice(from + size)];
      yield shorter;
      // One thing less in a list that says its length before itself.
      for (const back of [1, 2]) {
        const length = choices[from - back];
        if (length !== undefined && length > 0) yield shorter.map((value, index) => (index === from - back ? value - 1 : value));
      }
    }
  }
  for (let at = choices.length - 1; at >= 0; at--) {
    const value = choices[at] ?? 0;
    for (const lower of new Set([0, value >> 1, value - 1])) if (lower >= 0 && lower < value) yield choices.map((one, index) => (index === at ? lower : one));
  }
}

function* batches(all: Generator<number[]>): Generator<number[][]> {
  let batch: number[][] = [];
  for (const one of all) {
    batch.push(one);
    if (batch.length < AT_ONCE) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
