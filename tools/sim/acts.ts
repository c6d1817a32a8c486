import { setTimeout as delay } from 'node:timers/promises';
import { fieldAt, textAt } from '../../examples/pump-loop/api.ts';
import type { Stage } from './stage.ts';
import type { TallyView } from './tally.ts';

export interface ActOptions {
  readonly nodes: number;
  readonly crews: number;
  readonly joinsPerSecond: number;
  readonly telemetryMs: number;
  /** How long the fleet is watched while nothing, or only flapping, happens. */
  readonly watchMs: number;
}

/** One thing that happens to a fleet; says in a few words what came of it. */
export interface Act {
  readonly name: string;
  readonly play: (stage: Stage, options: ActOptions) => Promise<string>;
  /** Nobody asks the API meanwhile: what the fleet takes by itself. */
  readonly isUnasked?: true;
}

const limitMs = 900_000;
/** What a node of ordinary speed takes from hearing of a bundle to running it. */
const activationMs = 1_000;
const ruleText = (limit: number): string => `define stream Readings (pump string, pressure double);\n\n@info(name = 'high')\nfrom Readings[pressure > ${limit}.0]\nselect pump, pressure\ninsert into High;\n`;

export const acts: readonly Act[] = [
  { name: 'all join with an enrolment token', play: join },
  { name: 'all stand, heartbeats and telemetry', play: watch },
  { name: 'the same, and nobody asks the API', play: watch, isUnasked: true },
  { name: 'a new desired state for all at once', play: (stage, options) => deploy(stage, options, 1, { waves: [{ limit: { unit: 'percent', value: 100 } }], maxUnavailable: { unit: 'percent', value: 100 }, bakeSeconds: 0 }) },
  { name: 'a rollout in waves of 1, 10, 50 and 100 %', play: (stage, options) => deploy(stage, options, 2, { waves: [1, 10, 50].map((value) => ({ limit: { unit: 'percent', value } })), maxUnavailable: { unit: 'percent', value: 50 }, bakeSeconds: 5 }) },
  { name: 'the control plane is killed and starts again', play: restart },
  { name: 'a fifth of the nodes flaps', play: flap },
];

async function join({ crews, url, tokens }: Stage, { nodes, crews: count, joinsPerSecond, telemetryMs }: ActOptions): Promise<string> {
  const share = Math.ceil(nodes / count);
  await crews.order((crew) => ({ do: 'join', url, tokens: [...tokens], first: crew * share, count: Math.min(share, nodes - crew * share), perSecond: joinsPerSecond / count, telemetryMs, activationMs }));
  const took = await until(crews, ({ connected }) => connected >= nodes);
  return `${nodes} in ${inSeconds(took)}, ${Math.round(nodes / (took / 1000))} a second`;
}

async function watch(_stage: Stage, { watchMs, telemetryMs }: ActOptions): Promise<string> {
  await delay(watchMs);
  return `watched for ${inSeconds(watchMs)}, telemetry every ${inSeconds(telemetryMs)} a node`;
}

async function deploy({ api, crews }: Stage, { nodes }: ActOptions, version: number, policy: object): Promise<string> {
  if (version === 1) await api.call('POST', '/fleets', { name: 'simulated', selector: 'site=sim' });
  const fleets = await api.call('GET', '/fleets');
  const fleet = textAt(firstOf(fleets), 'id');
  await untilTrue(async () => Number(fieldAt(Reflect.get(Object(firstOf(await api.call('GET', '/fleets'))), 'nodes'), 'total')) === nodes);
  const published = await api.call('POST', '/rules', { name: 'high-pressure', text: ruleText(version), note: 'Simulator' });
  const before = await crews.look();
  const plan = await api.call('POST', '/deployment-plans', { fleet, rules: [{ name: 'high-pressure', version: Number(textAt(published, 'version')) }], policy });
  const started = performance.now();
  const deployment = textAt(await api.call('POST', '/deployments', { planHash: textAt(plan, 'hash'), note: 'Simulator' }), 'id');
  const beganMs = performance.now() - started;
  const [told, running] = await Promise.all([until(crews, (view) => sumOf(view.told) - sumOf(before.told) >= nodes), until(crews, (view) => sumOf(view.running) - sumOf(before.running) >= nodes)]);
  const from = performance.now();
  await untilTrue(async () => fieldAt(await api.call('GET', `/deployments/${deployment}`), 'state') === 'Succeeded');
  return `begun in ${inSeconds(beganMs)}, all told ${inSeconds(told)} after that, all running after ${inSeconds(running)}, over ${inSeconds(performance.now() - from)} later`;
}

async function restart({ crews, restartControlPlane }: Stage, { nodes }: ActOptions): Promise<string> {
  await crews.order(() => ({ do: 'restart-tally' }));
  const from = performance.now();
  await restartControlPlane();
  const up = performance.now() - from;
  await until(crews, ({ connected, lost }) => lost >= nodes && connected >= nodes);
  const { refusedOnce, refusedAgain } = await crews.look();
  return `serving again after ${inSeconds(up)}, all back after ${inSeconds(performance.now() - from)}; turned away once ${refusedOnce}, more often ${refusedAgain}`;
}

async function flap({ crews }: Stage, { nodes, watchMs }: ActOptions): Promise<string> {
  await crews.order(() => ({ do: 'restart-tally' }));
  await crews.order(() => ({ do: 'flap', share: 0.2, everyMs: 20_000, awayMs: 2_000 }));
  await delay(watchMs);
  await crews.order(() => ({ do: 'calm' }));
  const took = await until(crews, ({ connected }) => connected >= nodes);
  const { refusedOnce } = await crews.look();
  return `each every 20 s for ${inSeconds(watchMs)}; all back ${inSeconds(took)} after the last; turned away ${refusedOnce}`;
}

/** Milliseconds until the crews see it. */
async function until(crews: Stage['crews'], holds: (view: TallyView) => boolean): Promise<number> {
  const from = performance.now();
  await untilTrue(async () => holds(await crews.look()));
  return performance.now() - from;
}

async function untilTrue(ask: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!(await ask())) {
    if (performance.now() > deadline) throw new Error(`waited ${limitMs / 1000} s in vain`);
    await delay(100);
  }
}

function firstOf(answer: unknown): unknown {
  const items: unknown = Reflect.get(Object(answer), 'items');
  return Array.isArray(items) ? items[0] : undefined;
}

const sumOf = (counts: Readonly<Record<number, number>>): number => Object.values(counts).reduce((sum, count) => sum + count, 0);
const inSeconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
