import { quantile, sketchSchema } from '@selvedge/edge-runtime/protocol';
import { z } from 'zod';
import type { Deps } from '../kernel/deps.ts';
import type { Reach } from '../kernel/reach.ts';
import type { Question } from '../kernel/replicas.ts';
import { idSchema } from '../kernel/wire.ts';
import { scopeIds } from './reads.ts';
import { telemetryNowSchema } from './schema.ts';
import type { Scope, TelemetryNow } from './schema.ts';
import { SketchAccumulator } from './sketch-accumulator.ts';

const ratesSchema = telemetryNowSchema.omit({ at: true, latency: true });
export type Rates = z.infer<typeof ratesSchema>;

const nodeNowSchema = ratesSchema.extend({ latency: telemetryNowSchema.shape.latency });
export type NodeNow = z.infer<typeof nodeNowSchema>;

/** What the process that a node is connected to knows of its present. */
export const nodeNowQuestion: Question<{ node: string }, NodeNow> = { name: 'node-now', input: z.object({ node: idSchema }), answer: nodeNowSchema, withinMs: 2_000 };

const sumNowSchema = ratesSchema.extend({ recent: sketchSchema });
export type SumNow = z.infer<typeof sumNowSchema>;

/** What a process knows of the present of the nodes that are connected to it, of scopes that share no node (`scopeIds`); null without any. */
export const sumNowQuestion: Question<{ scopes: readonly string[] }, SumNow> = {
  name: 'sum-now',
  input: z.object({ scopes: z.array(idSchema) }),
  answer: sumNowSchema,
  withinMs: 2_000,
};

/** The present of a scope in reach, summed over the processes that its nodes are connected to. */
export async function telemetryNow(deps: Pick<Deps, 'replicas' | 'clock'>, reach: Reach, scope: Scope): Promise<TelemetryNow> {
  const at = deps.clock.now();
  if (scope.kind === 'node') return { at, ...((await deps.replicas.ask(nodeNowQuestion, { node: scope.id })) ?? { ...sumRates([]), latency: { p50: null, p99: null } }) };
  const parts = await deps.replicas.askAll(sumNowQuestion, { scopes: scopeIds(reach, scope) });
  const recent = new SketchAccumulator();
  for (const part of parts) recent.add(part.recent);
  const latencies = recent.toSketch();
  return { at, ...sumRates(parts), latency: { p50: quantile(latencies, 0.5) ?? null, p99: quantile(latencies, 0.99) ?? null } };
}

/** The streams of a node and their present rates; none while it is not connected. */
export async function streamsNow(deps: Pick<Deps, 'replicas'>, nodeId: string): Promise<Rates['streams']> {
  return (await deps.replicas.ask(nodeNowQuestion, { node: nodeId }))?.streams ?? [];
}

function sumRates(parts: readonly Rates[]): Rates {
  const sum: Rates = { events: 0, predictions: 0, detections: 0, actions: 0, lag: null, buffered: 0, lost: 0, nodes: 0, streams: [], models: [] };
  const streams = new Map<string, number>();
  const models = new Map<string, Rates['models'][number]>();
  for (const part of parts) {
    for (const figure of ['events', 'predictions', 'detections', 'actions', 'buffered', 'lost', 'nodes'] as const) sum[figure] += part[figure];
    if (part.lag !== null) sum.lag = (sum.lag ?? 0) + part.lag;
    for (const { stream, eventsPerSecond } of part.streams) streams.set(stream, (streams.get(stream) ?? 0) + eventsPerSecond);
    for (const model of part.models) {
      const key = `${model.name}@${model.version}`;
      const earlier = models.get(key);
      models.set(key, earlier === undefined ? model : { ...model, predictionsPerSecond: earlier.predictionsPerSecond + model.predictionsPerSecond, p99: null });
    }
  }
  sum.streams = [...streams].map(([stream, eventsPerSecond]) => ({ stream, eventsPerSecond })).sort((a, b) => a.stream.localeCompare(b.stream));
  sum.models = [...models.values()].sort((a, b) => a.name.localeCompare(b.name) || a.version - b.version);
  return sum;
}
