import type { Telemetry } from '@selvedge/edge-runtime/protocol';
import type { z } from 'zod';
import type { Deps } from '../kernel/deps.ts';
import type { JobDefinition } from '../kernel/jobs.ts';
import { addCounter } from '../kernel/metrics.ts';
import type { Reach } from '../kernel/reach.ts';
import type { TelemetrySource } from './interval.ts';
import { budgetsQuestion } from './budgets.ts';
import { nodeNowQuestion, sumNowQuestion } from './now.ts';
import type { Rates } from './now.ts';
import { Present, sumsOf } from './present.ts';
import type { PresentRates } from './present.ts';
import { readIntervals, readMarkers, requireScope, scopeIds } from './reads.ts';
import { addBuckets, deleteBuckets } from './repository.ts';
import { TelemetryRollup } from './rollup.ts';
import type { rangeSchema, Scope, Series } from './schema.ts';
import { chooseStep, resolutionFor, retention, spreadRetention, toPoints } from './series.ts';
import { addSpreadRows, deleteSpreadRows } from './spreads/repository.ts';
import { SpreadRollup } from './spreads/rollup.ts';
import { WriteQueue } from './write-queue.ts';

/** What the process that nodes report to knows of the present. */
export interface TelemetryService {
  ingest(source: TelemetrySource, telemetry: Telemetry): void;
  /** The node's connection ended: it no longer counts in the present. */
  forget(source: TelemetrySource): void;
  recordsLost(source: TelemetrySource, records: number): void;
  /** Resolves when what was summed up is written, after the signal aborted. */
  finished: Promise<void>;
}

const flushMs = 1000;

/** Sums up what nodes report, and writes intervals as they end. */
export function startTelemetry(deps: Deps, signal: AbortSignal): TelemetryService {
  const rollup = new TelemetryRollup(deps.clock.now());
  const spreads = new SpreadRollup(deps.clock.now());
  const present = new Present();
  const lost = new Map<string, number>();
  const figures = registerFigures(deps);
  const givenUp = (rows: number): void => figures.givenUp.inc(rows);
  const buckets = new WriteQueue(deps, { waitingMax: 200_000, batchMax: 2000, write: addBuckets, givenUp });
  const spreadRows = new WriteQueue(deps, { waitingMax: 50_000, batchMax: 500, write: addSpreadRows, givenUp });

  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      await deps.clock.sleep(flushMs, signal);
      const now = deps.clock.now();
      await buckets.flush(signal.aborted ? rollup.takeAll(now) : rollup.take(now));
      await spreadRows.flush(signal.aborted ? spreads.takeAll(now) : spreads.take(now));
    }
  };

  deps.replicas.answer(nodeNowQuestion, ({ node }) => {
    const latest = present.node(node, deps.clock.now());
    if (latest === undefined) return null;
    return { ...toRates(latest.rates, lost.get(node) ?? 0), latency: { p50: latest.latencyP50Us, p99: latest.latencyP99Us } };
  });
  deps.replicas.answer(budgetsQuestion, ({ nodes }) => nodes.flatMap((node) => {
    const state = present.node(node, deps.clock.now())?.budget;
    return state == null ? [] : [{ node, ...state }];
  }));
  deps.replicas.answer(sumNowQuestion, ({ scopes }) => {
    const rates = present.sum(scopes, deps.clock.now());
    if (rates === undefined) return null;
    return { ...toRates(rates, scopes.reduce((sum, scope) => sum + (lost.get(scope) ?? 0), 0)), recent: rollup.recentLatency(scopes) };
  });

  return {
    ingest: (source, telemetry) => {
      const now = deps.clock.now();
      rollup.ingest(source, telemetry, now);
      spreads.ingest(source, telemetry, now);
      present.ingest(source, telemetry, now);
      figures.messages.inc();
      for (const { received, refused } of telemetry.sources) {
        figures.events.inc(received);
        figures.refused.inc(refused);
      }
      for (const { predictions } of telemetry.models) figures.predictions.inc(predictions);
      figures.detections.inc(telemetry.detections);
    },
    forget: (source) => {
      present.forget(source.nodeId);
      rollup.forget(source);
    },
    recordsLost: (source, records) => {
      for (const id of [source.nodeId, ...sumsOf(source)]) lost.set(id, (lost.get(id) ?? 0) + records);
    },
    finished: run(),
  };
}

function toRates({ streams, models, ...rates }: PresentRates, lost: number): Rates {
  return { ...rates, lost, streams: [...streams].map(([stream, eventsPerSecond]) => ({ stream, eventsPerSecond })), models: [...models.values()] };
}

/** What Prometheus is shown of all nodes together; of single nodes it has the nodes' own metrics. */
function registerFigures({ metrics }: Deps) {
  return {
    messages: addCounter(metrics, 'selvedge_telemetry_messages_total', 'Telemetry messages taken from nodes.'),
    events: addCounter(metrics, 'selvedge_events_total', 'Events that sources of all nodes received.'),
    refused: addCounter(metrics, 'selvedge_events_refused_total', 'Events that sources of all nodes refused.'),
    predictions: addCounter(metrics, 'selvedge_predictions_total', 'Predictions of all nodes.'),
    detections: addCounter(metrics, 'selvedge_detections_total', 'Detections of all nodes.'),
    givenUp: addCounter(metrics, 'selvedge_telemetry_intervals_given_up_total', 'Intervals that were not written because the database was away too long.'),
  };
}

type Range = z.infer<typeof rangeSchema>;
export const rangeMs: Record<Range, number> = { '15m': 900_000, '1h': 3_600_000, '6h': 21_600_000, '24h': 86_400_000, '7d': 604_800_000 };

/** Figures of a scope over time, with the deployments that happened meanwhile. */
export async function readSeries(deps: Pick<Deps, 'db' | 'clock'>, reach: Reach, input: { scope: Scope; from: number; to: number; step?: number | undefined }): Promise<Series> {
  const now = deps.clock.now();
  const { scope, from } = input;
  await requireScope(deps.db, reach, scope);
  const to = Math.min(input.to, now);
  const stepSeconds = chooseStep(Math.max(0, to - from), input.step);
  const resolution = resolutionFor(scope.kind, stepSeconds, from, now);
  const stepMs = Math.max(stepSeconds, resolution) * 1000;
  const start = Math.floor(from / stepMs) * stepMs;
  const [intervals, markers] = await Promise.all([readIntervals(deps.db, reach.organizationId, scopeIds(reach, scope), resolution, start, to), readMarkers(deps.db, reach, scope, start, to)]);
  // The interval under way is not written yet: the series ends with the last one that is.
  const end = Math.min(to, Math.floor((now - 1) / (resolution * 1000)) * resolution * 1000);
  return { stepMs, points: toPoints(intervals, start, end, stepMs, resolution * 1000), markers };
}

/** The span of a range until now, in at most 240 points. */
export async function historyOf(deps: Pick<Deps, 'db' | 'clock'>, reach: Reach, scope: Scope, range: Range): Promise<Series> {
  const to = deps.clock.now();
  const from = to - rangeMs[range];
  return readSeries(deps, reach, { scope, from, to, step: chooseStep(to - from, undefined, 240) });
}

/** Removes what is older than `retention` says. */
export const telemetryRetention: JobDefinition = {
  name: 'telemetry-retention',
  cron: '*/10 * * * *',
  run: async ({ db, clock, logger }) => {
    let removed = 0;
    for (const kind of ['node', 'fleet', 'all'] as const) {
      for (const step of [10, 60] as const) removed += await deleteBuckets(db, kind, step, new Date(clock.now() - retention[kind][step]));
    }
    for (const step of [60, 900] as const) removed += await deleteSpreadRows(db, step, new Date(clock.now() - spreadRetention[step]));
    logger.debug({ removed }, 'removed old telemetry');
  },
};
