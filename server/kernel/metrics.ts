import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What `/metrics` shows of the edge; nouns add their own with `addCounter` and `addGauge`. */
export interface Metrics {
  registry: Registry;
  requests: Counter<'surface' | 'status'>;
  requestSeconds: Histogram<'surface'>;
  procedures: Histogram<'path' | 'outcome'>;
  subscriptions: Gauge;
  refusals: Counter<'code'>;
  clientReports: Counter<'kind'>;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    requests: new Counter({ name: 'selvedge_http_requests_total', help: 'HTTP requests answered, by surface and status.', labelNames: ['surface', 'status'], registers }),
    requestSeconds: new Histogram({
      name: 'selvedge_http_request_seconds',
      help: 'Time from the request to the end of its answer, by surface; streams apart.',
      labelNames: ['surface'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
      registers,
    }),
    procedures: new Histogram({
      name: 'selvedge_procedure_seconds',
      help: 'Time a procedure took, by path and outcome (ok or the error code).',
      labelNames: ['path', 'outcome'],
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
      registers,
    }),
    subscriptions: new Gauge({ name: 'selvedge_live_subscriptions', help: 'Open subscriptions of browsers.', registers }),
    refusals: new Counter({ name: 'selvedge_refusals_total', help: 'Requests refused, by error code.', labelNames: ['code'], registers }),
    clientReports: new Counter({ name: 'selvedge_client_reports_total', help: 'Reports from browsers, by kind.', labelNames: ['kind'], registers }),
  };
}

type CounterOf<Label extends string> = { inc(value?: number): void; inc(labels: Partial<Record<Label, string>>, value?: number): void };

/** Adds a counter of a noun. Names begin with `selvedge_` and end with `_total`. */
export function addCounter<Label extends string = never>(metrics: Metrics, name: string, help: string, labelNames: readonly Label[] = []): CounterOf<Label> {
  return new Counter({ name, help, labelNames: [...labelNames], registers: [metrics.registry] });
}

/** Adds a gauge of a noun, read whenever `/metrics` is. */
export function addGauge(metrics: Metrics, name: string, help: string, read: () => number): void {
  const gauge: Gauge = new Gauge({ name, help, registers: [metrics.registry], collect: () => gauge.set(read()) });
}
