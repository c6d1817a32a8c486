import { quantile, type Sketch, type Telemetry } from '../protocol/index.ts';

interface Family {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'summary';
  readonly help: string;
  readonly samples: readonly { readonly suffix?: string; readonly labels?: Readonly<Record<string, string>>; readonly value: number }[];
}

export interface NodeGauges {
  readonly connected: boolean;
  readonly ready: boolean;
  readonly generation: number;
}

/** The node's figures since its agent started, as Prometheus reads them (text format 0.0.4). */
export function prometheusText(total: Telemetry, gauges: NodeGauges): string {
  const families: Family[] = [
    { name: 'selvedge_link_connected', type: 'gauge', help: 'Whether the control plane is connected.', samples: [{ value: Number(gauges.connected) }] },
    { name: 'selvedge_ready', type: 'gauge', help: 'Whether a bundle runs and its store answers.', samples: [{ value: Number(gauges.ready) }] },
    { name: 'selvedge_observed_generation', type: 'gauge', help: 'The generation that the node has converged to.', samples: [{ value: gauges.generation }] },
    ...familiesOf(total),
  ];
  return `${families.flatMap(linesOf).join('\n')}\n`;
}

function familiesOf(total: Telemetry): Family[] {
  const one = (value: number): Family['samples'] => [{ value }];
  const models = total.models.map((model) => ({ ...model, labels: { model: model.name, version: String(model.version) } }));
  return [
    { name: 'selvedge_stream_events_total', type: 'counter', help: 'Events by stream.', samples: total.streams.map(({ stream, events }) => ({ labels: { stream }, value: events })) },
    { name: 'selvedge_source_received_total', type: 'counter', help: 'Events that came in by source.', samples: total.sources.map(({ id, received }) => ({ labels: { source: id }, value: received })) },
    { name: 'selvedge_source_refused_total', type: 'counter', help: 'Events that a source refused.', samples: total.sources.map(({ id, refused }) => ({ labels: { source: id }, value: refused })) },
    { name: 'selvedge_source_lag', type: 'gauge', help: 'Events that wait at the other end of a source.', samples: total.sources.flatMap(({ id, lag }) => (lag === undefined ? [] : [{ labels: { source: id }, value: lag }])) },
    { name: 'selvedge_source_paused', type: 'gauge', help: 'Whether a source waits for the event path.', samples: total.sources.map(({ id, paused }) => ({ labels: { source: id }, value: Number(paused) })) },
    { name: 'selvedge_predictions_total', type: 'counter', help: 'Predictions by model.', samples: models.map(({ labels, predictions }) => ({ labels, value: predictions })) },
    { name: 'selvedge_prediction_errors_total', type: 'counter', help: 'Failed model calls.', samples: models.map(({ labels, errors }) => ({ labels, value: errors })) },
    { name: 'selvedge_prediction_seconds', type: 'summary', help: 'Time of a model call.', samples: models.flatMap(({ labels, latencyUs }) => summaryOf(latencyUs, labels)) },
    { name: 'selvedge_detections_total', type: 'counter', help: 'Detections.', samples: one(total.detections) },
    { name: 'selvedge_actions_total', type: 'counter', help: 'Actions taken.', samples: one(total.actions) },
    { name: 'selvedge_dead_letters_total', type: 'counter', help: 'Events put aside with a reason.', samples: one(total.deadLetters) },
    { name: 'selvedge_stored_total', type: 'counter', help: 'Rows stored.', samples: one(total.stored) },
    { name: 'selvedge_event_seconds', type: 'summary', help: 'From the arrival of an event to its action or its place in the store.', samples: summaryOf(total.latencyUs, {}) },
    { name: 'selvedge_queue_depth_max', type: 'gauge', help: 'The deepest a queue between stages was.', samples: total.queues.map(({ name, depth }) => ({ labels: { queue: name }, value: depth })) },
    { name: 'selvedge_outbox_records', type: 'gauge', help: 'Records that wait for the control plane.', samples: one(total.buffer.records) },
    { name: 'selvedge_outbox_bytes', type: 'gauge', help: 'What they take in the store.', samples: one(total.buffer.bytes) },
    { name: 'selvedge_outbox_lost_total', type: 'counter', help: 'Records dropped because the outbox was full.', samples: one(total.buffer.lost ?? 0) },
    { name: 'selvedge_store_bytes', type: 'gauge', help: 'What the store takes.', samples: one(total.process.storeBytes) },
    { name: 'selvedge_resident_bytes', type: 'gauge', help: 'Memory of the agent, without its Redis.', samples: one(total.process.rssBytes) },
  ];
}

function summaryOf(microseconds: Sketch, labels: Record<string, string>): Family['samples'] {
  const quantiles = [0.5, 0.9, 0.99, 0.999].map((q) => ({ labels: { ...labels, quantile: String(q) }, value: (quantile(microseconds, q) ?? Number.NaN) / 1e6 }));
  return [...quantiles, { suffix: '_sum', labels, value: microseconds.sum / 1e6 }, { suffix: '_count', labels, value: microseconds.count }];
}

function linesOf({ name, type, help, samples }: Family): string[] {
  if (samples.length === 0) return [];
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...samples.map(({ suffix = '', labels = {}, value }) => `${name}${suffix}${labelText(labels)} ${Number.isNaN(value) ? 'NaN' : value}`)];
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}
