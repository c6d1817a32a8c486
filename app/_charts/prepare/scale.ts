/** Round numbers that cover 0 (or `low`) to `high` in about `steps` steps, for an axis. */
export function niceTicks(low: number, high: number, steps = 4): number[] {
  const span = high - low;
  if (!(span > 0)) return low === 0 ? [0, 1] : niceTicks(low - Math.abs(low) * 0.1, low + Math.abs(low) * 0.1, steps);
  const rough = span / steps;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * magnitude >= rough * 0.999) ?? 10) * magnitude;
  const first = Math.floor(low / step) * step;
  const ticks: number[] = [];
  for (let index = 0; first + index * step < high + step * 0.999; index++) ticks.push(Number((first + index * step).toPrecision(12)));
  return ticks;
}

const second = 1000;
const timeSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800].map((each) => each * second);

/** Moments at round times between two moments, at most `most` of them. `zoneOffset` is the reader's, in milliseconds, so that days begin at their midnight. */
export function timeTicks(from: number, to: number, most = 6, zoneOffset = 0): number[] {
  const span = to - from;
  const week = 604_800 * second;
  const step = timeSteps.find((each) => span / each <= most) ?? Math.ceil(span / most / week) * week;
  const ticks: number[] = [];
  for (let at = Math.ceil((from + zoneOffset) / step) * step - zoneOffset; at <= to; at += step) ticks.push(at);
  return ticks;
}

/**
 * Where labels stand so that none covers another: as near to their values as `gap` pixels between them allow.
 * Takes and returns distances from the top in pixels, in the order given.
 */
export function spreadLabels(wanted: readonly number[], gap: number, top: number, bottom: number): number[] {
  const order = wanted.map((y, index) => ({ y, index })).sort((a, b) => a.y - b.y);
  let previous = top - gap;
  const placed = order.map((label) => {
    previous = Math.max(label.y, previous + gap);
    return previous;
  });
  // What was pushed past the bottom pushes the others up again.
  let limit = bottom;
  for (let index = placed.length - 1; index >= 0; index--) {
    placed[index] = Math.min(placed[index] ?? limit, limit);
    limit = (placed[index] ?? limit) - gap;
  }
  const result = new Array<number>(wanted.length).fill(top);
  order.forEach((label, position) => {
    result[label.index] = placed[position] ?? label.y;
  });
  return result;
}

/** How many decimals tell the ticks of an axis apart. */
export function tickDecimals(ticks: readonly number[]): number {
  for (let decimals = 0; decimals < 8; decimals++) if (ticks.every((value) => Math.abs(Number(value.toFixed(decimals)) - value) < 1e-9 * Math.max(1, Math.abs(value)))) return decimals;
  return 8;
}
