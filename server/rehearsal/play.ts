import type { RolloutPolicy, RolloutState } from '../deployments/schema.ts';
import { MinHeap } from '../kernel/min-heap.ts';
import { createRandom } from '../kernel/seeded-random.ts';
import { isLookDue, isOver, Places, step } from '../rollout/index.ts';
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
/** Nodes that are looked at before others have their turn: some milliseconds. */
const playedAtOnce = 1_000;

/** Runs the real planner against twins of the nodes on a virtual clock. The same seed gives the same course. */
export async function play({ policy, twins, startsAt, pool, breathe }: Play, seed: number): Promise<Course> {
  const random = createRandom(seed);
  let now = startsAt;
  const nodes = twins.map((twin) => new PlayedNode(twin, 'before', now, { pool, per: policy.maxUnavailablePer }, random));
  const placeOf = new Map(twins.map(({ node }, place) => [node, place]));
  const rows = nodes.map(({ row }) => row);
  const places = new Places(rows, 'after');
  // When something happens to each node next; a time that no longer holds is dropped when it comes.
  const due = new MinHeap<number>();
  const nextAt = new Float64Array(nodes.length);
  const expect = (place: number): void => {
    const at = nodes[place]?.nextAt ?? Number.POSITIVE_INFINITY;
    if (at === nextAt[place]) return;
    nextAt[place] = at;
    if (at < Number.POSITIVE_INFINITY) due.push(at, place);
  };
  for (const place of nodes.keys()) expect(place);
  const dueFirst = (): { key: number; item: number } | undefined => {
    while (due.first !== undefined && nextAt[due.first.item] !== due.first.key) due.pop();
    return due.first;
  };
  const rollout: { state: RolloutState; wave: number; waves: RolloutWave[]; wakeAt: number | null } = { state: 'Progressing', wave: 0, waves: wavesOf(twins), wakeAt: null };
  let generation = 0;
  let message = '';
  const snapshot = (): RolloutSnapshot => {
    const seen: RolloutSnapshot = { id: 'rehearsal', policy, bundle: 'after', previousBundle: 'before', signed: true, previousSigned: true, ...rollout, ...places.changed, evidence: null };
    if (!isLookDue(seen, now)) return seen;
    const told = rows.filter((row) => row.wave === rollout.wave && row.facts.bundle === 'after');
    const behind = rows.filter((row) => row.told === null && row.facts.connected);
    const hours = (now - (rollout.waves[rollout.wave]?.bakingSince ?? now)) / 3_600_000;
    const of = (list: typeof rows): Twin[] => list.flatMap((row) => twins[placeOf.get(row.node) ?? -1] ?? []);
    return { ...seen, evidence: evidenceOf(of(told), of(behind), hours, 1, random) };
  };
  const apply = (result: RolloutStep): void => {
    Object.assign(rollout, { state: result.state, wave: result.wave, waves: result.waves, wakeAt: result.nextWakeAt });
    places.apply(result, now, ({ node }, bundle) => {
      const place = placeOf.get(node) ?? -1;
      nodes[place]?.told(++generation, bundle, now, bundle === 'after' ? { download: policy.downloadWindows, activate: policy.activateWindows } : { download: [], activate: [] });
      expect(place);
    });
    message = result.decisions.find(({ tone, kind }) => kind !== 'NodeFailed' && (tone === 'critical' || tone === 'notice'))?.message ?? message;
  };
  let closeness = secondMs;
  let played = 0;
  for (let steps = 0; steps < stepsMax; steps += 1) {
    for (let next = dueFirst(); next !== undefined && next.key <= now; next = dueFirst()) {
      due.pop();
      nodes[next.item]?.advance(now);
      places.hear(rows[next.item]?.node ?? '');
      expect(next.item);
    }
    const begins = snapshot();
    const result = step(begins, now, (asked) => places.answer(asked));
    apply(result);
    // People are taken to answer at once where the policy asks them between waves.
    if (result.decisions.some(({ kind }) => kind === 'ApprovalNeeded')) {
      rollout.state = 'Progressing';
      continue;
    }
    if ((played += 1 + begins.nodes.length) >= playedAtOnce) {
      await breathe();
      played = 0;
    }
    if (isOver(rollout.state) || rollout.state === 'Suspended' || rollout.state === 'Paused') break;
    const next = Math.min(dueFirst()?.key ?? Number.POSITIVE_INFINITY, result.nextWakeAt ?? Number.POSITIVE_INFINITY);
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
