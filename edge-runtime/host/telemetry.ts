import { mergeSketches, mergeSpreads, type AttributeSpread, type Telemetry } from '../protocol/index.ts';

/** The telemetry of two intervals, one after the other, as one: counts add up, depths keep the deepest, states are the later's. */
export function mergeTelemetry(earlier: Telemetry, later: Telemetry): Telemetry {
  return {
    from: earlier.from,
    to: later.to,
    streams: mergeBy(earlier.streams, later.streams, ({ stream }) => stream, (a, b) => ({ ...b, events: a.events + b.events })),
    sources: mergeBy(earlier.sources, later.sources, ({ id }) => id, (a, b) => ({ ...b, received: a.received + b.received, refused: a.refused + b.refused })),
    models: mergeBy(earlier.models, later.models, ({ name, version }) => `${name} ${version}`, (a, b) => ({ ...b, predictions: a.predictions + b.predictions, errors: a.errors + b.errors, latencyUs: mergeSketches(a.latencyUs, b.latencyUs), ...mergedSpreads(a.spreads, b.spreads) })),
    detections: earlier.detections + later.detections,
    actions: earlier.actions + later.actions,
    deadLetters: earlier.deadLetters + later.deadLetters,
    stored: earlier.stored + later.stored,
    latencyUs: mergeSketches(earlier.latencyUs, later.latencyUs),
    queues: mergeBy(earlier.queues, later.queues, ({ name }) => name, (a, b) => ({ ...b, depth: Math.max(a.depth, b.depth) })),
    buffer: { ...later.buffer, lost: (earlier.buffer.lost ?? 0) + (later.buffer.lost ?? 0) },
    process: later.process,
  };
}

function mergedSpreads(earlier: readonly AttributeSpread[] = [], later: readonly AttributeSpread[] = []): { spreads?: AttributeSpread[] } {
  const spreads = mergeBy(earlier, later, ({ side, attribute }) => `${side} ${attribute}`, (a, b) => ({ ...b, ...mergeSpreads(a, b) }));
  return spreads.length === 0 ? {} : { spreads };
}

function mergeBy<Item>(earlier: readonly Item[], later: readonly Item[], key: (item: Item) => string, merge: (a: Item, b: Item) => Item): Item[] {
  const merged = new Map(earlier.map((item) => [key(item), item] as const));
  for (const item of later) {
    const before = merged.get(key(item));
    merged.set(key(item), before === undefined ? item : merge(before, item));
  }
  return [...merged.values()];
}
