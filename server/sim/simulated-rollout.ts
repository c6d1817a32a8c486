import { messageOf } from '../../edge-runtime/kernel/path-error.ts';
import type { RolloutPolicy, RolloutState } from '../deployments/schema.ts';
import type { NodeState } from '../nodes/state.ts';
import { groupOf } from '../rollout/groups.ts';
import { Places } from '../rollout/places.ts';
import { step } from '../rollout/planner.ts';
import type { NodeFacts, RolloutNode } from '../rollout/rollout-node.ts';
import type { RolloutSnapshot, RolloutStep, RolloutWave } from '../rollout/snapshot.ts';
import { expectSameStep } from '../rollout/testing/same-step.ts';
import { cutWaves } from '../rollout/waves.ts';
import { isOver } from '../rollout/work.ts';
import type { Row, Rows } from './parts.ts';
import type { Release } from './release.ts';
import { mainFleet } from './simulated-fleets.ts';
import { checkStep } from './step-checks.ts';
import { chance, must, note, type World } from './world.ts';

export type Act = 'pause' | 'resume' | 'retry' | 'rollBack' | 'cancel';
export type Planner = typeof step;

/** One rollout as its rows are, moved by the real planner. */
export class SimulatedRollout {
  readonly #world: World;
  readonly #database: Rows;
  readonly #plan: Planner;
  readonly policy: RolloutPolicy;
  readonly release: Release;
  readonly previous: Release;
  readonly rows: RolloutNode[];
  state: RolloutState = 'Progressing';
  wakeAt: number | null = null;
  wave = 0;
  waves: RolloutWave[];
  #places: Places;

  constructor(world: World, database: Rows, policy: RolloutPolicy, release: Release, previous: Release, plan: Planner = step) {
    this.#world = world;
    this.#database = database;
    this.#plan = plan;
    this.policy = policy;
    this.release = release;
    this.previous = previous;
    const candidates = this.#members().map(({ state, labels }) => ({ node: state.id, name: state.name, offline: state.connectedSince === null, labels }));
    const cut = cutWaves(candidates, policy.waves);
    this.waves = cut.map((_, index) => newWave(index));
    // As the database gives them: by wave and name.
    this.rows = cut.flatMap((wave, index) => wave.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map(({ node }) => this.#place(database.row(node), index)));
    this.#places = new Places(this.rows, release.digest);
  }

  get isOver(): boolean {
    return isOver(this.state);
  }

  /** Another process goes on with it: it knows what the rows say. */
  begin(): void {
    for (const row of this.rows) this.#read(row);
    this.#places = new Places(this.rows, this.release.digest);
  }

  hear(node: string): void {
    const row = this.rows.find((candidate) => candidate.node === node);
    if (row === undefined) return;
    this.#read(row);
    this.#places.hear(node);
  }

  supersede(): void {
    if (!this.isOver) this.state = 'Superseded';
  }

  /** A node is let back from quarantine: one that was told is told again. */
  takeBack(node: string): void {
    const row = this.rows.find((candidate) => candidate.node === node);
    if (row?.state === 'Skipped') Object.assign(row, row.told === null ? { state: 'ToCome', message: '' } : { afterFailure: 'retry', message: '' });
    this.begin();
  }

  /** What a person does, where the state allows it. */
  act(act: Act): void {
    const { state } = this;
    if (this.isOver || (state === 'RollingBack' && act !== 'retry' && act !== 'resume')) return;
    note(this.#world, `a person chooses ${act}`);
    if (act === 'pause' && state === 'Progressing') this.state = 'Paused';
    if (act === 'resume') {
      if (state === 'Suspended' || state === 'RollingBack') this.#decideFailed('goOn');
      if (state === 'Paused' || state === 'Suspended') this.state = 'Progressing';
    }
    if (act === 'retry') {
      this.#decideFailed('retry');
      if (state === 'Suspended') this.state = 'Progressing';
    }
    if (act === 'rollBack') this.state = 'RollingBack';
    if (act === 'cancel') this.state = 'Cancelled';
    this.#places.hearAll();
    this.#database.wake();
  }

  /** Plans a step; what it gives back commits it. */
  look(): () => void {
    this.#takeJoiners();
    const { now } = this.#world.time;
    const head = { id: 'r', state: this.state, policy: this.policy, bundle: this.release.digest, previousBundle: this.previous.digest, signed: true, previousSigned: true, wave: this.wave, waves: this.waves, wakeAt: this.wakeAt, evidence: null } satisfies Omit<RolloutSnapshot, 'nodes' | 'others'>;
    const result = this.#plan({ ...head, ...this.#places.changed }, now, (asked) => this.#places.answer(asked));
    // What changed says as much as a look at everything does (I10).
    if (chance(this.#world, 0.05)) this.#checkIsWhole(result, this.#plan({ ...head, nodes: this.rows.map((row) => ({ ...row })), others: [] }, now, (asked) => this.#places.answer(asked)));
    checkStep(this.#world, head, this.rows, (node) => this.#database.row(node), result);
    return () => this.#commit(result, now);
  }

  #checkIsWhole(fromChanges: RolloutStep, whole: RolloutStep): void {
    try {
      expectSameStep(fromChanges, whole);
    } catch (error) {
      must(this.#world, false, 'I10', () => `a step from what changed differs from one from everything: ${messageOf(error)}`);
    }
  }

  #commit(result: RolloutStep, now: number): void {
    if (result.state !== this.state) note(this.#world, `the rollout of ${this.release.name} goes from ${this.state} to ${result.state}: ${result.decisions.at(-1)?.message ?? ''}`);
    const wasOver = this.isOver;
    Object.assign(this, { state: result.state, wakeAt: result.nextWakeAt });
    [this.wave, this.waves] = [result.wave, result.waves];
    for (const { node, failures, generation, quarantined } of result.failures) Object.assign(this.#database.row(node), { failuresInARow: failures, failedGeneration: generation, ...(quarantined !== null && { quarantined: { by: null, because: quarantined, at: now } }) });
    for (const node of result.proven) this.#database.row(node).failuresInARow = 0;
    this.#places.apply(result, now, (row, bundle) => {
      // Going back waits for no window.
      row.told = { generation: this.#database.assign(row.node, bundle, bundle === this.release.digest ? this.policy : null), bundle, at: now };
      row.afterFailure = 'undecided';
      this.#read(row);
    });
    if (!wasOver && this.state === 'Succeeded') this.#database.runs(mainFleet, this.release, this.policy);
    if (!wasOver && this.state === 'RolledBack') this.#database.runs(mainFleet, this.previous, null);
  }

  /** Nodes that came into the fleet since it began, or came back, go into its last wave, which is made where there was none. */
  #takeJoiners(): void {
    if (this.isOver || this.state === 'RollingBack') return;
    const places = new Map(this.rows.map((place) => [place.node, place]));
    const comesIn = (place: RolloutNode | undefined): boolean => place === undefined || (place.state === 'Skipped' && place.afterFailure !== 'retry');
    const joiners = this.#members().filter(({ state }) => comesIn(places.get(state.id)));
    if (joiners.length === 0) return;
    const last = Math.max(this.wave, this.waves.length - 1);
    if (this.waves[last] === undefined) this.waves = [...this.waves, newWave(last)];
    for (const row of joiners) {
      const place = places.get(row.state.id);
      if (place === undefined) this.rows.push(this.#place(row, last));
      else Object.assign(place, this.#place(row, last));
    }
    this.begin();
  }

  #members(): Row[] {
    return [...this.#database.rows.values()].filter(({ fleet, quarantined }) => fleet === mainFleet && quarantined === null);
  }

  #place(row: Row, wave: number): RolloutNode {
    const { id: node, name } = row.state;
    return { node, name, wave, state: 'ToCome', since: this.#world.time.now, message: '', told: null, afterFailure: 'undecided', group: groupOf(row.labels, this.policy.maxUnavailablePer), facts: factsOf(row) };
  }

  #read(place: RolloutNode): void {
    const row = this.#database.row(place.node);
    place.facts = factsOf(row);
    place.group = groupOf(row.labels, this.policy.maxUnavailablePer);
  }

  #decideFailed(afterFailure: 'goOn' | 'retry'): void {
    for (const row of this.rows) if (row.state === 'Failed') row.afterFailure = afterFailure;
  }
}

function newWave(index: number): RolloutWave {
  return { index, startedAt: null, bakingSince: null, passedAt: null, looks: 0, lookedAt: null, gate: 'Judging' };
}

function factsOf({ state, fleet, quarantined, failuresInARow, failedGeneration }: Row): NodeFacts {
  return { ...reportedBy(state), belongs: quarantined === null && fleet === mainFleet, quarantined: quarantined?.because ?? null, failuresInARow, failedGeneration };
}

/** As a step reads it from the row of a node. */
function reportedBy({ connectedSince, report, sync }: NodeState): Pick<NodeFacts, 'connected' | 'observedGeneration' | 'bundle' | 'sync' | 'activating' | 'staged' | 'message'> {
  const known = { connected: connectedSince !== null, observedGeneration: report?.observedGeneration ?? 0, bundle: report?.bundle ?? null };
  if (report === null || sync.status === 'Synced') return { ...known, sync: sync.status === 'Synced' ? 'Synced' : 'Unknown', activating: null, staged: false, message: '' };
  return { ...known, sync: report.sync, activating: report.activation?.generation ?? null, staged: report.activation?.step === 'Staged', message: report.activation?.message ?? report.message };
}
