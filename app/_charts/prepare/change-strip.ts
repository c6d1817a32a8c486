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
  /** Pixels: the whole, where the scale begins, and how long it is. */
  width: number;
  left: number;
  plot: number;
  /** Labels stand above their rows where there is no room for them beside the scale. */
  labelsAbove: boolean;
}

const steps = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 1000];
/** Marks nearer than this, in pixels, stand on one another. */
const cell = 4.5;
/** Words of ticks nearer than this, in pixels, would run into each other. */
const tickRoom = 44;
/** Below this width the labels take too much of it. */
const besideFrom = 480;
const beside = 110;
const edge = 24;

/**
 * Places the changes of nodes, as factors, on one logarithmic scale that has 1 (no change) and the bound in it. What lies
 * outside 0.01 to 1,000 stands at the edge. `room` is how wide the strip may be, in pixels.
 */
export function prepareChangeStrip(rows: readonly { label: string; values: readonly { name: string; value: number }[] }[], bound: number, room: number): PreparedStrip {
  const all = [1, bound, ...rows.flatMap((row) => row.values.map(({ value }) => value))].map(clamp);
  const low = steps.findLast((step) => step <= Math.min(...all)) ?? 0.01;
  const high = steps.find((step) => step >= Math.max(...all)) ?? 1000;
  const [from, span] = [Math.log(low), Math.log(high === low ? high * 2 : high) - Math.log(low)];
  const place = (value: number): number => (Math.log(clamp(value)) - from) / span;
  const labelsAbove = room < besideFrom;
  const left = labelsAbove ? edge : beside;
  const plot = Math.max(1, room - left - edge);
  const slots = Math.max(1, Math.round(plot / cell));
  return {
    rows: rows.map(({ label, values }) => {
      const taken = new Map<number, number>();
      const marks = values.map(({ name, value }): Mark => {
        const slot = Math.round(place(value) * slots);
        const stack = taken.get(slot) ?? 0;
        taken.set(slot, stack + 1);
        return { name, value, at: slot / slots, stack };
      });
      return { label, marks, highest: marks.reduce((most, { stack }) => Math.max(most, stack + 1), 1) };
    }),
    ticks: apart(steps.filter((step) => step >= low && step <= high).map((value) => ({ value, at: place(value) })), tickRoom / plot),
    bound: place(bound),
    width: room,
    left,
    plot,
    labelsAbove,
  };
}

/** Those ticks that stand far enough from each other, from "no change" outwards: that one is always there. */
function apart(ticks: { value: number; at: number }[], distance: number): { value: number; at: number }[] {
  const middle = ticks.findIndex(({ value }) => value === 1);
  const kept = ticks.slice(middle, middle + 1);
  for (const side of [ticks.slice(middle + 1), ticks.slice(0, middle).toReversed()]) {
    for (const tick of side) if (kept.every(({ at }) => Math.abs(at - tick.at) >= distance)) kept.push(tick);
  }
  return kept.toSorted((a, b) => a.at - b.at);
}

function clamp(value: number): number {
  return Math.min(1000, Math.max(0.01, value));
}
