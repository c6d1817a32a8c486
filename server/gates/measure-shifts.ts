import type { ModelSpread } from '../telemetry/index.ts';
import type { LookEvidence } from './schema.ts';
import { shiftOf } from './population-shift.ts';

/** Attributes that one look compares; a node tells of at most half as many in one bundle. */
const attributesMax = 64;

export type NodeSpreads = ReadonlyMap<string, readonly ModelSpread[]>;
type Attribute = NonNullable<LookEvidence['shifts']>['attributes'][number];

export interface MeasuredShifts {
  attributes: Attribute[];
  newModels: string[];
  /** By node, in the order of the attributes; null where a node told too little of one. */
  nodes: Map<string, (number | null)[]>;
}

/** How far each attribute of each node shifted, of nodes by id. `wave` are those whose models are new where nobody had them before. */
export function measureShifts(before: NodeSpreads, since: NodeSpreads, wave: readonly string[]): MeasuredShifts {
  const known = new Map<string, Attribute & { nodes: number }>();
  const shifts = new Map<string, Map<string, number>>();
  for (const [node, spreads] of since) {
    const then = new Map((before.get(node) ?? []).map((spread) => [keyOf(spread), spread]));
    const found = new Map<string, number>();
    for (const spread of spreads) {
      const earlier = then.get(keyOf(spread));
      const shift = earlier === undefined ? null : shiftOf(earlier, spread);
      if (shift === null) continue;
      const { model, attribute, side } = spread;
      found.set(keyOf(spread), Number(shift.toPrecision(3)));
      known.set(keyOf(spread), { model, attribute, side, nodes: (known.get(keyOf(spread))?.nodes ?? 0) + 1 });
    }
    shifts.set(node, found);
  }
  const chosen = [...known].sort(([key, a], [other, b]) => b.nodes - a.nodes || (key < other ? -1 : 1)).slice(0, attributesMax);
  return {
    attributes: chosen.map(([, { model, attribute, side }]) => ({ model, attribute, side })),
    newModels: newIn(before, since, wave),
    nodes: new Map([...shifts].map(([node, found]) => [node, chosen.map(([key]) => found.get(key) ?? null)])),
  };
}

function newIn(before: NodeSpreads, since: NodeSpreads, wave: readonly string[]): string[] {
  const models = (spreads: NodeSpreads): Set<string> => new Set(wave.flatMap((node) => (spreads.get(node) ?? []).map(({ model }) => model)));
  const known = models(before);
  return [...models(since)].filter((model) => !known.has(model)).sort();
}

function keyOf({ side, model, attribute }: ModelSpread): string {
  return JSON.stringify([side, model, attribute]);
}
