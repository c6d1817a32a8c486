import type { RolloutPolicy, RolloutState } from '../deployments/schema.ts';
import { createRandom } from '../kernel/seeded-random.ts';
import { isLookDue, isOver, step } from '../rollout/index.ts';
import type { RolloutSnapshot, RolloutStep, RolloutWave } from '../rollout/index.ts';
import { evidenceOf } from './figures.ts';
import { PlayedNode } from './twin.ts';
import type { Twin } from './twin.ts';

export interface Play {
  policy: RolloutPolicy;
  twins: readonly Twin[];
  startsAt: number;
  /** Activations of all nodes, for those of which none is known. */
  pool: readonly number[];
  /** Called now and then, so that others have their turn. */
  breathe: () => Promise<void>;
}

/** How one run of a rollout went. */
export interface Course {
  state: RolloutState;
  /** What it stopped by, when it did. */
  message: string;
  endedAt: number;
  waves: readonly RolloutWave[];
  offline: number;
  failed: number;
}

/** So many steps are taken closely; then the clock goes on in ever longer ones, so that a run ends. */
const closeSteps = 500;
const stepsMax = 6_000;
const secondMs = 1_000;
/** Nodes that are played before others have their turn: some milliseconds. */
const playedAtOnce = 10_000;

/** Runs the real planner against twins of the nodes on a virtual clock. The same seed gives the same course. */
export async function play({ policy, twins, startsAt, pool, breathe }: Play, seed: number): Promise<Course> {
  const random = createRandom(seed);
  let now = startsAt;
  const nodes = twins.map((twin) => new PlayedNode(twin, 'before', now, pool, random));
  const placeOf = new Map(twins.map(({ node }, place) => [node, place]));
  const rows = nodes.map(({ row }) => row);
  // When something happens to each node next, side by side: to look for the first of a hundred thousand at each step takes microseconds.
  const nextAt = Float64Array.from(nodes, (node) => node.nextAt);
  const rollout: { state: RolloutState; wave: number; waves: RolloutWave[] } = { state: 'Progressing', wave: 0, waves: wavesOf(twins) };
  let generation = 0;
  let message = '';
  const snapshot = (): RolloutSnapshot => {
    const seen: RolloutSnapshot = { id: 'rehearsal', policy, bundle: 'after', previousBundle: 'before', ...rollout, nodes: rows, evidence: null };
    if (!isLookDue(seen, now)) return seen;
    const told = rows.filter((row) => row.wave === rollout.wave && row.facts.bundle === 'after');
    const behind = rows.filter((row) => row.told === null && row.facts.connected);
    const hours = (now - (rollout.waves[rollout.wave]?.bakingSince ?? now)) / 3_600_000;
    const of = (list: typeof rows): Twin[] => list.flatMap((row) => twins[placeOf.get(row.node) ?? -1] ?? []);
    return { ...seen, evidence: evidenceOf(of(told), of(behind), hours, 1, random) };
  };
  const apply = (result: RolloutStep): void => {
    Object.assign(rollout, { state: result.state, wave: result.wave, waves: result.waves });
    for (const change of result.changes) {
      const row = rows[placeOf.get(change.node) ?? -1];
      if (row === undefined) continue;
      Object.assign(row, { state: change.state, message: change.message, since: now });
      if (change.clockRestarts && row.told !== null) row.told = { ...row.told, at: now };
    }
    for (const { node, bundle } of result.requests) {
      const place = placeOf.get(node) ?? -1;
      nodes[place]?.told(++generation, bundle, now, bundle === 'after' ? policy.activateWindows : []);
      nextAt[place] = nodes[place]?.nextAt ?? Number.POSITIVE_INFINITY;
    }
    message = result.decisions.find(({ tone, kind }) => kind !== 'NodeFailed' && (tone === 'critical' || tone === 'notice'))?.message ?? message;
  };
  let closeness = secondMs;
  let played = 0;
  for (let steps = 0; steps < stepsMax; steps += 1) {
    nodes.forEach((node, place) => {
      if ((nextAt[place] ?? 0) > now) return;
      node.advance(now);
      nextAt[place] = node.nextAt;
    });
    const result = step(snapshot(), now);
    apply(result);
    // People are taken to answer at once where the policy asks them between waves.
    if (result.decisions.some(({ kind }) => kind === 'ApprovalNeeded')) {
      rollout.state = 'Progressing';
      continue;
    }
    if ((played += rows.length) >= playedAtOnce) {
      await breathe();
      played = 0;
    }
    if (isOver(rollout.state) || rollout.state === 'Suspended' || rollout.state === 'Paused') break;
    const next = nextAt.reduce((least, at) => Math.min(least, at), result.nextWakeAt ?? Number.POSITIVE_INFINITY);
    if (next === Number.POSITIVE_INFINITY) break;
    if (steps % closeSteps === closeSteps - 1) closeness *= 2;
    now = next <= now && result.requests.length > 0 ? now : Math.max(now + closeness, next);
  }
  const count = (state: string): number => rows.filter((row) => row.state === state).length;
  return { state: rollout.state, message, endedAt: now, waves: rollout.waves, offline: count('Offline'), failed: count('Failed') };
}

function wavesOf(twins: readonly Twin[]): RolloutWave[] {
  const last = twins.reduce((most, { wave }) => Math.max(most, wave), -1);
  return Array.from({ length: last + 1 }, (_, index) => ({ index, startedAt: null, bakingSince: null, passedAt: null, looks: 0, lookedAt: null, gate: 'Judging' }));
}
