/** A mark of one node: where it lies along the strip (0 to 1), and how many others lie below it at that place. */
export interface Mark {
  name: string;
  value: number;
  at: number;
  stack: number;
}

export interface PreparedStrip {
  rows: { label: string; marks: Mark[]; highest: number }[];
  ticks: { value: number; at: number }[];
  bound: number;
}

const steps = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 1000];
/** Marks nearer than this share of the strip stand on one another. */
const cell = 1 / 120;

/**
 * Places the changes of nodes, as factors, on one logarithmic scale that has 1 (no change) and the bound in it. What lies
 * outside 0.01 to 1,000 stands at the edge.
 */
export function prepareChangeStrip(rows: readonly { label: string; values: readonly { name: string; value: number }[] }[], bound: number): PreparedStrip {
  const all = [1, bound, ...rows.flatMap((row) => row.values.map(({ value }) => value))].map(clamp);
  const low = steps.findLast((step) => step <= Math.min(...all)) ?? 0.01;
  const high = steps.find((step) => step >= Math.max(...all)) ?? 1000;
  const [from, span] = [Math.log(low), Math.log(high === low ? high * 2 : high) - Math.log(low)];
  const place = (value: number): number => (Math.log(clamp(value)) - from) / span;
  return {
    rows: rows.map(({ label, values }) => {
      const taken = new Map<number, number>();
      const marks = values.map(({ name, value }): Mark => {
        const slot = Math.round(place(value) / cell);
        const stack = taken.get(slot) ?? 0;
        taken.set(slot, stack + 1);
        return { name, value, at: slot * cell, stack };
      });
      return { label, marks, highest: marks.reduce((most, { stack }) => Math.max(most, stack + 1), 1) };
    }),
    ticks: steps.filter((step) => step >= low && step <= high).map((value) => ({ value, at: place(value) })),
    bound: place(bound),
  };
}

function clamp(value: number): number {
  return Math.min(1000, Math.max(0.01, value));
}
