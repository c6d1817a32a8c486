import type { AttributeValue } from '../../../edge-runtime/protocol/records.ts';

export interface TailRow {
  at: number;
  values: readonly AttributeValue[];
}

export const tailLimits = { windowMs: 60_000, rowsMax: 6000 } as const;

/** The rows of the last minute, newest last, after more came; never more than the limit. */
export function addRows(rows: readonly TailRow[], more: readonly TailRow[]): TailRow[] {
  const all = [...rows, ...more];
  const latest = all.reduce((at, row) => Math.max(at, row.at), 0);
  return all.filter((row) => row.at > latest - tailLimits.windowMs).slice(-tailLimits.rowsMax);
}

/** Attributes whose values are numbers to draw, with their place in a row: one that tells the row's time again has nothing to show. */
export function numericAttributes(attributes: readonly string[], rows: readonly TailRow[]): { name: string; index: number }[] {
  const sample = rows.slice(-50);
  return attributes.flatMap((name, index) => {
    const numbers = sample.flatMap(({ at, values }) => (typeof values[index] === 'number' ? [{ at, value: values[index] }] : []));
    return numbers.every(({ at, value }) => value > timesFromMs && Math.abs(value - at) < aboutTheTimeMs) ? [] : [{ name, index }];
  });
}

/** Milliseconds since 1970 in any year of a device; one whose clock is further off than a day is drawn. */
const timesFromMs = 1e11;
const aboutTheTimeMs = 86_400_000;
/** So little is drawn in full width; from then on the time that charts show grows with the rows. */
const leastWindowMs = 10_000;

/** What the charts of a tail show: the last minute, or less as long as there was less. */
export function tailWindow(rows: readonly TailRow[]): { from: number; to: number } {
  const to = rows.at(-1)?.at ?? 0;
  return { from: Math.max(to - tailLimits.windowMs, Math.min(rows[0]?.at ?? to, to - leastWindowMs)), to };
}

/** The usual distance between two moments with rows, so that only a much longer one counts as a gap: twice the median, and at least half a second. */
export function usualStep(rows: readonly TailRow[]): number {
  const times = [...new Set(rows.map((row) => row.at))].sort((a, b) => a - b);
  const distances = times.slice(1).map((at, index) => at - (times[index] ?? at)).sort((a, b) => a - b);
  return Math.max(500, (distances[Math.floor(distances.length / 2)] ?? 0) * 2);
}

/** One attribute as points, thinned to what a line of `pixels` can show: of each slice its lowest and highest value, so that no peak is lost. */
export function thin(rows: readonly TailRow[], index: number, pixels: number): { at: number; value: number | null }[] {
  const points = rows.flatMap((row) => {
    const value = row.values[index];
    return typeof value === 'number' ? [{ at: row.at, value }] : [];
  });
  if (points.length <= pixels * 2) return points;
  const slice = Math.ceil(points.length / pixels);
  const kept: { at: number; value: number }[] = [];
  for (let start = 0; start < points.length; start += slice) {
    const part = points.slice(start, start + slice);
    const low = part.reduce((a, b) => (b.value < a.value ? b : a));
    const high = part.reduce((a, b) => (b.value > a.value ? b : a));
    kept.push(...(low === high ? [low] : low.at < high.at ? [low, high] : [high, low]));
  }
  return kept;
}

const linesMax = 6;

/**
 * What tells the rows of a stream apart, such as the loop that a reading is of: the first attribute with a few texts for values.
 * Without one all rows are one line.
 */
export function splitRows(attributes: readonly string[], rows: readonly TailRow[]): { name: string; rows: readonly TailRow[] }[] | null {
  for (let index = 0; index < attributes.length; index++) {
    const names = new Set(rows.map((row) => row.values[index]).filter((value) => typeof value === 'string'));
    if (names.size < 2 || names.size > linesMax) continue;
    return [...names].sort().map((name) => ({ name, rows: rows.filter((row) => row.values[index] === name) }));
  }
  return null;
}

/** One attribute of a stream as lines: one for each of what its rows are of. */
export function tailLines(attribute: { name: string; index: number }, rows: readonly TailRow[], split: ReturnType<typeof splitRows>, pixels: number) {
  if (split === null) return [{ key: attribute.name, name: attribute.name, points: thin(rows, attribute.index, pixels) }];
  return split.map((part) => ({ key: part.name, name: part.name, points: thin(part.rows, attribute.index, pixels) }));
}
