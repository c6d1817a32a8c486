import { opensAt, windowText } from '@selvedge/edge-runtime/protocol';
import { figure, quantity, span, volume } from '../kernel/quantity.ts';
import type { Activations } from './activations.ts';
import { endOf } from './schedule.ts';
import type { Expected, PlanNode, RolloutPolicy } from './schema.ts';

/** Everything that the expected duration of a plan follows from. */
export interface Expecting {
  policy: RolloutPolicy;
  inFlightMax: number;
  /** By wave and name, each with its group under `maxUnavailablePer`. */
  nodes: readonly (Pick<PlanNode, 'node' | 'wave' | 'offline' | 'bytes'> & { group: string | null })[];
  /** What is known of how long nodes take, of those that were looked at. */
  known: ReadonlyMap<string, Activations>;
  /** How many more have to sign before a node may be told. */
  signaturesMissing: number;
  startsAt: number;
}

/** The least that a node takes of which nothing is known. */
const unknownMs = 1_000;
/** Until what nodes report moves the rollout, at most. */
const noticeMs = 1_000;
/** Below this a bundle is fetched in no time that counts, and how long it took tells nothing of a link. */
const measurableBytes = 1_000_000;

/**
 * How long a plan takes if it starts now, without the time that people take: from the least to the most that follows from its policy and from how
 * long nodes took the last times. It is for the course in which no node fails, comes or goes, and says what it does not know.
 */
export function expectedDuration(expecting: Expecting): Expected {
  const { policy, startsAt } = expecting;
  const waves = wavesOf(expecting);
  const timeoutMs = policy.updateTimeoutSeconds * 1000;
  const takes = rangesOf(expecting);
  const seconds = (pick: 'least' | 'most', waitsMs: number): number => {
    const at = endOf({
      policy,
      startsAt,
      inFlightMax: expecting.inFlightMax,
      noticeMs: pick === 'least' ? 0 : noticeMs,
      waves: waves.map(({ nodes, away }) => ({ waitsMs: away > 0 ? waitsMs : 0, nodes: nodes.map((node) => ({ group: node.group, fetches: node.bytes > 0, ms: takes(node)[pick] })) })),
    });
    return Math.ceil((at - startsAt) / 1000);
  };
  const endless = endlessBecause(policy, waves);
  return {
    earliestSeconds: seconds('least', 0),
    latestSeconds: endless === null ? seconds('most', policy.whenDisconnected === 'error' ? timeoutMs : 0) : null,
    basis: [...basisOf(expecting, waves), ...(endless === null ? [] : [endless])],
    windows: windowsOf(policy, startsAt),
  };
}

interface Wave {
  /** Those that are connected, in their turn. */
  nodes: Expecting['nodes'];
  away: number;
}

function wavesOf({ nodes }: Expecting): Wave[] {
  const last = nodes.reduce((most, { wave }) => Math.max(most, wave), -1);
  const waves: { nodes: Expecting['nodes'][number][]; away: number }[] = Array.from({ length: last + 1 }, () => ({ nodes: [], away: 0 }));
  for (const node of nodes) {
    const wave = waves[node.wave];
    if (node.offline && wave !== undefined) wave.away += 1;
    else wave?.nodes.push(node);
  }
  return waves;
}

interface Range {
  least: number;
  most: number;
}

/** How long a node takes, by its own last times, or by those of the others where it has none. */
function rangesOf({ policy, known }: Expecting): (node: Expecting['nodes'][number]) => Range {
  const all = [...known.values()].flatMap(({ took }) => took);
  const timeoutMs = policy.updateTimeoutSeconds * 1000;
  const ofOthers = new Map<number, Range>();
  return ({ node, bytes }) => {
    const own = known.get(node)?.took ?? [];
    if (own.length > 0) return rangeOf(own, bytes, timeoutMs);
    const range = ofOthers.get(bytes) ?? rangeOf(all, bytes, timeoutMs);
    ofOthers.set(bytes, range);
    return range;
  };
}

/** One that takes longer than the update timeout counts as failed, so that nothing is waited for longer. */
function rangeOf(took: Activations['took'], bytes: number, timeoutMs: number): Range {
  const [least, most] = took.reduce(([shortest, longest], { ms }) => [Math.min(shortest, ms), Math.max(longest, ms)], [Number.POSITIVE_INFINITY, 0]);
  const fetched = mostFetched(took);
  if (took.length === 0) return { least: Math.min(unknownMs, timeoutMs), most: timeoutMs };
  const stretched = bytes <= Math.max(measurableBytes, fetched) ? most : fetched >= measurableBytes ? most * (bytes / fetched) : timeoutMs;
  return { least: Math.min(least, timeoutMs), most: Math.min(stretched, timeoutMs) };
}

function mostFetched(took: Activations['took']): number {
  return took.reduce((most, { bytes }) => Math.max(most, bytes), 0);
}

/** Why nobody can say how long it takes at most: a wave needs nodes that are away, or stops by them. Null when it needs none. */
function endlessBecause({ whenDisconnected, failureThresholdPercent, minSamples, successThresholdPercent }: RolloutPolicy, waves: readonly Wave[]): string | null {
  let [running, counting] = [0, 0];
  for (const [index, { nodes, away }] of waves.entries()) {
    const inWave = nodes.length + away;
    const fail = whenDisconnected === 'error' ? away : 0;
    if ((fail / inWave) * 100 > failureThresholdPercent) return `Unless the ${quantity(fail, 'node')} of wave ${index + 1} that ${are(fail)} away ${fail === 1 ? 'comes' : 'come'} back, it stops there.`;
    running += nodes.length;
    counting += inWave - fail;
    const reports = running >= Math.max(1, Math.min(minSamples, counting)) && nodes.length >= Math.ceil((successThresholdPercent / 100) * (inWave - fail));
    if (inWave > 0 && !reports) return `Wave ${index + 1} needs nodes that are away now to pass: nobody knows when they come.`;
  }
  return null;
}

function basisOf({ policy, inFlightMax, known, signaturesMissing }: Expecting, waves: readonly Wave[]): string[] {
  const { perMinute, maxUnavailablePer: per, bakeSeconds } = policy;
  const away = waves.reduce((sum, wave) => sum + wave.away, 0);
  const limits = [`at most ${figure(inFlightMax)} at once`, ...(per === null ? [] : [`at most ${figure(per.nodes)} of each ${per.labels.join(', ')}`]), ...(perMinute === null ? [] : [`at most ${figure(perMinute)} a minute`])];
  return [
    `${quantity(waves.length, 'wave')}, ${bakeSeconds === 0 ? 'without a bake' : `${span(bakeSeconds)} bake each`}, ${limits.join(', ')}.`,
    ...(waves.some(({ nodes }) => nodes.length > 0) ? paceOf(policy, known, waves.flatMap(({ nodes }) => nodes)) : []),
    ...(away === 0 ? [] : [awayOf(policy, away)]),
    ...(signaturesMissing === 0 ? [] : [`${quantity(signaturesMissing, 'signature')} ${are(signaturesMissing)} missing, and no node is told before.`]),
    ...(policy.approval === 'eachWave' ? ['Whoever is asked between waves answers at once.'] : []),
    'No node fails, comes or goes meanwhile; a rehearsal plays that too.',
  ];
}

function paceOf({ updateTimeoutSeconds }: RolloutPolicy, known: Expecting['known'], nodes: Expecting['nodes']): string[] {
  const took = [...known.values()].flatMap((one) => one.took);
  const bytes = nodes.reduce((most, node) => Math.max(most, node.bytes), 0);
  const fetched = mostFetched(took);
  if (took.length === 0) return [`How long these nodes take is not known: from ${span(unknownMs / 1000)} to ${span(updateTimeoutSeconds)}, when one counts as failed. A node fetches ${volume(bytes)}.`];
  const [least, most] = [Math.min(...took.map(({ ms }) => ms)), Math.max(...took.map(({ ms }) => ms))];
  const others = nodes.filter(({ node }) => (known.get(node)?.took.length ?? 0) === 0).length;
  const likeOthers = others === 0 ? '' : ` Of ${figure(others)} of ${figure(nodes.length)} no such time is known, and they are taken to need as long as the others.`;
  const far = bytes <= Math.max(measurableBytes, fetched) ? '' : fetched >= measurableBytes ? `, and at most ${volume(fetched)} the last times: its longest time grows by as much` : `, and never so much before: it may take it until ${span(updateTimeoutSeconds)}, when it counts as failed`;
  return [`A node took ${least === most ? span(least / 1000) : `${span(least / 1000)} to ${span(most / 1000)}`} the last times.${likeOthers}`, `A node fetches ${volume(bytes)}${far}.`];
}

function awayOf({ whenDisconnected, updateTimeoutSeconds }: RolloutPolicy, away: number): string {
  if (whenDisconnected === 'error') return `${quantity(away, 'node')} ${are(away)} away: a wave waits ${span(updateTimeoutSeconds)} for its own, which count as failed then.`;
  return `${quantity(away, 'node')} ${are(away)} away and not counted: ${away === 1 ? 'it follows when it is' : 'they follow when they are'} back.`;
}

const are = (nodes: number): string => (nodes === 1 ? 'is' : 'are');

function windowsOf({ windows, downloadWindows, activateWindows }: RolloutPolicy, now: number): Expected['windows'] {
  const of = (purpose: Expected['windows'][number]['purpose'], list: RolloutPolicy['windows']) => list.map((window) => ({ purpose, text: windowText(window), timeZone: window.timeZone, opensAt: opensAt([window], now) }));
  return [...of('tell', windows), ...of('fetch', downloadWindows), ...of('switch', activateWindows)];
}
