import { quantile } from '@selvedge/edge-runtime/protocol';
import type { Telemetry, TelemetryBudgetState } from '@selvedge/edge-runtime/protocol';
import { countsOf, levelsOf } from './interval.ts';
import type { TelemetrySource } from './interval.ts';

/** A node that has not reported for this long no longer counts in what is happening now; at least three of its own intervals. */
const staleAfterMs = 10_000;
const intervalsUntilStale = 3;

type ModelRate = { name: string; version: number; predictionsPerSecond: number; p99: number | null };

/** Rates a second, from a node's latest message or summed over nodes. */
export type PresentRates = {
  events: number;
  predictions: number;
  detections: number;
  actions: number;
  buffered: number;
  lag: number | null;
  nodes: number;
  streams: Map<string, number>;
  models: Map<string, ModelRate>;
};

type Latest = { source: TelemetrySource; rates: PresentRates; budget: TelemetryBudgetState | null; latencyP99Us: number | null; latencyP50Us: number | null; staleAt: number };

/**
 * What is happening now: each node's latest message as rates, and their sums by fleet and organization, kept by adding the
 * difference to the message before, so that reading and writing cost the same for ten nodes and for ten thousand.
 */
export class Present {
  /** Ordered by arrival: the first is the next to go stale, or nearly so. */
  readonly #latest = new Map<string, Latest>();
  readonly #sums = new Map<string, PresentRates>();

  ingest(source: TelemetrySource, telemetry: Telemetry, now: number): void {
    this.forget(source.nodeId);
    const seconds = Math.max(0.001, (telemetry.to - telemetry.from) / 1000);
    const rates = ratesOf(telemetry, seconds);
    this.#latest.set(source.nodeId, {
      source,
      rates,
      budget: telemetry.budget ?? null,
      latencyP50Us: quantile(telemetry.latencyUs, 0.5) ?? null,
      latencyP99Us: quantile(telemetry.latencyUs, 0.99) ?? null,
      staleAt: now + Math.max(staleAfterMs, seconds * 1000 * intervalsUntilStale),
    });
    for (const scope of sumsOf(source)) this.#add(scope, rates, 1);
    this.#sweep(now);
  }

  /** The node left, or its connection ended. */
  forget(nodeId: string): void {
    const latest = this.#latest.get(nodeId);
    if (latest === undefined) return;
    this.#latest.delete(nodeId);
    for (const scope of sumsOf(latest.source)) this.#add(scope, latest.rates, -1);
  }

  node(nodeId: string, now: number): Latest | undefined {
    this.#sweep(now);
    return this.#latest.get(nodeId);
  }

  /** Of fleets, or of an organization: `scopes` are ids of such that share no node. */
  sum(scopes: readonly string[], now: number): PresentRates | undefined {
    this.#sweep(now);
    const sums = scopes.flatMap((scope) => this.#sums.get(scope) ?? []);
    if (sums.length < 2) return sums[0];
    const total = emptyRates();
    for (const rates of sums) addRates(total, rates, 1);
    return total;
  }

  #sweep(now: number): void {
    for (const [nodeId, latest] of this.#latest) {
      if (latest.staleAt > now) return;
      this.forget(nodeId);
    }
  }

  #add(scope: string, rates: PresentRates, sign: 1 | -1): void {
    const sum = this.#sums.get(scope) ?? emptyRates();
    addRates(sum, rates, sign);
    // The last one out takes the rounding errors with it.
    if (sum.nodes <= 0) this.#sums.delete(scope);
    else this.#sums.set(scope, sum);
  }
}

function addRates(sum: PresentRates, rates: PresentRates, sign: 1 | -1): void {
  sum.nodes += sign * rates.nodes;
  sum.events += sign * rates.events;
  sum.predictions += sign * rates.predictions;
  sum.detections += sign * rates.detections;
  sum.actions += sign * rates.actions;
  sum.buffered += sign * rates.buffered;
  if (rates.lag !== null) sum.lag = Math.max(0, (sum.lag ?? 0) + sign * rates.lag);
  for (const [stream, rate] of rates.streams) addTo(sum.streams, stream, sign * rate);
  for (const [key, model] of rates.models) {
    const known = sum.models.get(key) ?? { ...model, predictionsPerSecond: 0, p99: null };
    known.predictionsPerSecond += sign * model.predictionsPerSecond;
    if (known.predictionsPerSecond > 1e-6) sum.models.set(key, known);
    else sum.models.delete(key);
  }
}

export function sumsOf(source: TelemetrySource): string[] {
  return source.fleetId === null ? [source.organizationId] : [source.organizationId, source.fleetId];
}

function addTo(map: Map<string, number>, key: string, value: number): void {
  const sum = (map.get(key) ?? 0) + value;
  if (sum > 1e-6) map.set(key, sum);
  else map.delete(key);
}

function emptyRates(): PresentRates {
  return { events: 0, predictions: 0, detections: 0, actions: 0, buffered: 0, lag: null, nodes: 0, streams: new Map(), models: new Map() };
}

function ratesOf(telemetry: Telemetry, seconds: number): PresentRates {
  const counts = countsOf(telemetry);
  const levels = levelsOf(telemetry);
  return {
    events: counts.events / seconds,
    predictions: counts.predictions / seconds,
    detections: counts.detections / seconds,
    actions: counts.actions / seconds,
    buffered: levels.buffered,
    lag: levels.lag,
    nodes: 1,
    streams: new Map(telemetry.streams.map(({ stream, events }) => [stream, events / seconds])),
    models: new Map(
      telemetry.models.map((model) => [
        `${model.name}@${model.version}`,
        { name: model.name, version: model.version, predictionsPerSecond: model.predictions / seconds, p99: quantile(model.latencyUs, 0.99) ?? null },
      ]),
    ),
  };
}
