import type { Answer, OutEntry } from '../answer-case.ts';

/** The digits to which doubles of most apps count: what survives printing. */
const printedDigits = 15;
/** What Siddhi computes by Java's `Math`, which may differ from `StrictMath`, and so from us, in the last place. */
const byJavasMath = /\bmath:(?:power|exp|ln|log|log10|sin|cos|tan)\b|#pol2Cart\b/;

/** The digits to which the doubles of an app's answers are compared. */
export function digitsOf(app: string): number {
  return byJavasMath.test(app) ? printedDigits - 1 : printedDigits;
}

/**
 * What can be compared of an answer: each query's and on-demand query's entries in their own order, and what came on the streams
 * that no named query feeds. Doubles count to so many `digits`.
 */
export function comparable(out: readonly OutEntry[], streams = false, digits = printedDigits): Record<string, unknown[]> {
  const groups: Record<string, unknown[]> = {};
  for (const entry of out) {
    // Siddhi also tells of nothing, at time -1, where an offset left nothing over.
    if (entry.at === -1 && entry.in?.length === 0 && entry.removed?.length === 0) continue;
    if (entry.of.startsWith('query ') || entry.of === 'on-demand') (groups[entry.of] ??= []).push(rounded(entry, digits));
    else if (streams && entry.of.startsWith('stream ')) (groups[entry.of] ??= []).push(...(entry.rows ?? []).map((row) => rounded(row, digits)));
  }
  return groups;
}

function rounded(value: unknown, digits: number): unknown {
  if (Array.isArray(value)) return value.map((one) => rounded(one, digits));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (typeof inner !== 'number' || (key !== '$f' && key !== '$d')) return [key, rounded(inner, digits)];
      return [key, key === '$f' ? Math.fround(inner) : Number(inner.toPrecision(digits))];
    }),
  );
}

/** Where two answers to an app part, for people; undefined when they agree. */
export function differenceOf(app: string, siddhi: Answer, ours: Answer): string | undefined {
  const made = (answer: Answer): boolean => answer.types !== undefined;
  if (made(siddhi) !== made(ours)) return made(siddhi) ? `Siddhi makes the app, we do not: ${ours.error}` : `we make the app, Siddhi does not: ${siddhi.error?.split('\n')[0]}`;
  if (!made(siddhi)) return undefined;
  for (const [stream, attributes] of Object.entries(siddhi.types ?? {})) {
    const own = ours.types?.[stream];
    if (own !== undefined && JSON.stringify(own) !== JSON.stringify(attributes)) return `the types of ${stream}: Siddhi ${JSON.stringify(attributes)}, we ${JSON.stringify(own)}`;
  }
  const [theirs, own] = [comparable(siddhi.out, true, digitsOf(app)), comparable(ours.out, true, digitsOf(app))];
  for (const of of new Set([...Object.keys(theirs), ...Object.keys(own)])) {
    const [left, right] = [theirs[of] ?? [], own[of] ?? []];
    for (let index = 0; index < Math.max(left.length, right.length); index++) {
      const [wanted, found] = [JSON.stringify(left[index]), JSON.stringify(right[index])];
      if (wanted !== found) return `${of}, entry ${index}: Siddhi ${wanted}, we ${found}`;
    }
  }
  if ((siddhi.error === undefined) !== (ours.error === undefined)) return `Siddhi ${siddhi.error ?? 'no error'}, we ${ours.error ?? 'no error'}`;
  return undefined;
}
