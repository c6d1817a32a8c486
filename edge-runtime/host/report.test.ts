import { describe, expect, test } from 'vitest';
import type { ActivationStatus } from '../activation/activation-status.ts';
import type { VerifiedDesired } from '../activation/verify.ts';
import { type Digest, emptySketch, quantile, settingsSchema, SketchRecorder, type Telemetry } from '../protocol/index.ts';
import { parseCommand } from './command.ts';
import { readCommandLine } from './config.ts';
import type { PathStatus } from './path/contract.ts';
import { prometheusText } from './prometheus.ts';
import { ConditionTable, reportOf } from './report.ts';
import { mergeTelemetry } from './telemetry.ts';

const digest: Digest = `sha256:${'a'.repeat(64)}`;
function bundle(generation: number): VerifiedDesired {
  const envelope = { payload: '{}', signatures: [] };
  return {
    assignment: envelope, bundle: envelope, generation, digest,
    told: { schema: 'selvedge.assignment/1', organization: 'o', node: 'n', generation, bundle: digest, settings: {}, issuedAt: 1 },
    manifest: { schema: 'selvedge.bundle/1', organization: 'o', rules: [{ name: 'r', version: 2, digest, bytes: 1 }], models: [], references: {}, settings: settingsSchema.parse({}) },
  };
}
const none: ActivationStatus = { running: undefined, converged: undefined, current: undefined, desired: undefined, progress: undefined, failure: undefined, rejection: undefined, hold: undefined, waiting: undefined };
const one: ActivationStatus = { ...none, running: bundle(1), converged: bundle(1), current: bundle(1) };
const path: PathStatus = { state: 'running', storeReady: true, sources: [], sinks: [], models: [], rules: [], streams: [] };
const failure = { generation: 2, bundle: digest, reason: 'rule.invalid', message: 'no', at: 5 };
const progress = { generation: 2, bundle: digest, step: 'Fetching', bytesDone: 1, bytesTotal: 2 } as const;

function report(activation: ActivationStatus, status: PathStatus | undefined = path, trouble?: string) {
  return reportOf({ activation, path: status, trouble, now: 10 }, new ConditionTable());
}

describe('report', () => {
  test.each<[string, ActivationStatus, string | undefined, string, string, number]>([
    ['nothing was ever assigned', none, undefined, 'Unknown', 'NoBundle', 0],
    ['what should run, runs', one, undefined, 'Synced', 'Running', 1],
    ['something newer is fetched', { ...one, desired: bundle(2), progress }, undefined, 'Applying', 'Fetching', 1],
    ['something newer failed', { ...one, desired: bundle(2), failure }, undefined, 'Failed', 'rule.invalid', 1],
    ['something was refused', { ...one, rejection: { code: 'SignatureInvalid', message: 'no' } }, undefined, 'Failed', 'SignatureInvalid', 1],
    ['a person holds it', { ...one, desired: bundle(2), hold: { until: 99, reason: 'shift' } }, undefined, 'OutOfSync', 'Held', 1],
    ['there is no room for something newer', { ...one, desired: bundle(2), progress: { ...progress, problem: 'DiskFull', message: 'no room' } }, undefined, 'Applying', 'DiskFull', 1],
    ['it is staged', { ...one, desired: bundle(2), progress: { ...progress, step: 'Staged', message: 'waits' } }, undefined, 'OutOfSync', 'Staged', 1],
    ['it waits to fetch', { ...one, desired: bundle(2), waiting: { download: 1_790_000_000_000, activate: undefined } }, undefined, 'OutOfSync', 'WaitsForWindow', 1],
    ['it is switching', { ...one, running: undefined, current: bundle(2), progress: { ...progress, step: 'Switching' } }, undefined, 'Applying', 'Switching', 1],
    ['its path crashed', one, 'out of memory', 'Failed', 'PathCrashed', 1],
  ])('%s', (_name, activation, trouble, sync, reason, generation) => {
    expect(report(activation, path, trouble)).toMatchObject({ sync, reason, observedGeneration: generation });
  });

  test('a condition keeps the time of its last transition, not of its last word', () => {
    const conditions = new ConditionTable();
    const facts = { activation: one, trouble: undefined };
    const disconnected = (reason: string): PathStatus => ({ ...path, sources: [{ id: 'kafka:readings', rule: 'r', stream: 'r/S', type: 'kafka', state: 'disconnected', paused: false, reason }] });
    reportOf({ ...facts, path, now: 1 }, conditions);
    const broke = reportOf({ ...facts, path: disconnected('no broker'), now: 2 }, conditions).conditions.find(({ type }) => type === 'SourcesConnected');
    expect(broke).toMatchObject({ status: 'False', reason: 'SourceDisconnected', message: 'kafka:readings: no broker', lastTransitionTime: 2 });
    const still = reportOf({ ...facts, path: disconnected('timed out'), now: 3 }, conditions).conditions.find(({ type }) => type === 'SourcesConnected');
    expect(still).toMatchObject({ message: 'kafka:readings: timed out', lastTransitionTime: 2 });
  });

  test('a hold is reported whether there is something to hold back or not', () => {
    expect(report({ ...one, hold: { until: 99, reason: 'shift' } })).toMatchObject({ sync: 'Synced', hold: { until: 99, reason: 'shift' } });
    expect(report(one)).not.toHaveProperty('hold');
  });

  test('a failure is shown with the generation that failed', () => {
    expect(report({ ...one, desired: bundle(2), failure }).activation).toMatchObject({ generation: 2, step: 'Failed', message: 'no' });
  });
});

describe('telemetry', () => {
  const recorder = new SketchRecorder();
  const interval = (from: number, events: number, latency: number): Telemetry => {
    recorder.add(latency, events);
    return { from, to: from + 10, streams: [{ stream: 'r/S', events }], sources: [{ id: 's', received: events, refused: 0, paused: false }], models: [{ name: 'm', version: 1, predictions: events, errors: 0, latencyUs: emptySketch() }], detections: 1, actions: 0, deadLetters: 0, stored: events, latencyUs: recorder.take(), queues: [{ name: 'q', depth: events, limit: 9 }], buffer: { records: events, bytes: 1, lost: 1 }, process: { cpuShare: 0.1, rssBytes: 5, storeBytes: 6 } };
  };

  test('two intervals are one: counts add up, depths keep the deepest, the buffer is as it is now', () => {
    const merged = mergeTelemetry(interval(0, 7, 100), { ...interval(10, 3, 900), streams: [{ stream: 'r/S', events: 3 }, { stream: 'r/T', events: 1 }] });
    expect(merged).toMatchObject({ from: 0, to: 20, streams: [{ stream: 'r/S', events: 10 }, { stream: 'r/T', events: 1 }], sources: [{ received: 10 }], models: [{ predictions: 10 }], detections: 2, queues: [{ depth: 7 }], buffer: { records: 3, lost: 2 } });
    expect(quantile(merged.latencyUs, 0.5)).toBeCloseTo(100, -1);
    expect(quantile(merged.latencyUs, 0.99)).toBeCloseTo(900, -2);
  });

  test('spreads of a model add up, also over intervals that bring none', () => {
    const told = (events: number, ...attributes: string[]): Telemetry => {
      const telemetry = interval(0, events, 1);
      const spreads = attributes.map((attribute) => ({ attribute, side: 'output' as const, resolution: 10, bins: [[3, events]] as [number, number][], missing: 1 }));
      return { ...telemetry, models: telemetry.models.map((model) => ({ ...model, spreads })) };
    };
    const merged = [interval(0, 1, 1), told(7, 'a'), interval(0, 1, 1), told(5, 'a', 'b')].reduce(mergeTelemetry);
    expect(merged.models[0]?.spreads).toEqual([
      { attribute: 'a', side: 'output', resolution: 10, bins: [[3, 12]], missing: 2 },
      { attribute: 'b', side: 'output', resolution: 10, bins: [[3, 5]], missing: 1 },
    ]);
  });

  test('Prometheus gets families with help, escaped labels and no sample of what is not there', () => {
    const text = prometheusText({ ...interval(0, 2, 1000), streams: [{ stream: 'a"b\\c', events: 2 }], sources: [] }, { connected: true, ready: false, generation: 4 });
    expect(text).toContain('# TYPE selvedge_stream_events_total counter\nselvedge_stream_events_total{stream="a\\"b\\\\c"} 2\n');
    expect(text).toContain('selvedge_observed_generation 4');
    expect(text).toMatch(/selvedge_event_seconds\{quantile="0.99"\} 0\.00\d+/);
    expect(text).not.toContain('selvedge_source_received_total');
    expect(text.endsWith('\n')).toBe(true);
  });
});

describe('command line', () => {
  const parse = (args: string[], environment: Record<string, string> = {}) => parseCommand(readCommandLine(args, environment));

  test('the command line is over the environment, and what is wrong is said', () => {
    const parsed = parse(['--name', 'n1', '--label', 'site=lodz', '--folder', '/x'], { SELVEDGE_NAME: 'n2', SELVEDGE_LINK: 'http://c:1', SELVEDGE_GATEWAY_PORT: '8090' });
    expect(parsed).toMatchObject({ command: 'run', config: { name: 'n1', link: 'http://c:1', labels: { site: 'lodz' }, gatewayPort: 8090, gatewayHost: '127.0.0.1', filesFolder: '/x/files' } });
    expect(() => parse([])).toThrow(/name/);
    expect(() => parse(['--name', 'N 1'])).toThrow(/name/);
    expect(() => parse(['--name', 'n', '--link', 'ftp://c'])).toThrow(/link/);
    expect(() => parse(['--name', 'n', '--label', 'x'])).toThrow(/KEY=VALUE/);
    expect(() => parse(['dance', '--name', 'n'])).toThrow(/no command dance/);
    expect(() => parse(['--colour', 'red'])).toThrow(/colour/);
    expect(() => parse(['hold', '--name', 'n'])).toThrow(/reason/);
  });
});
