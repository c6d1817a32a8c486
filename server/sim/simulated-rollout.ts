import type { RolloutPolicy, RolloutState } from '../deployments/schema.ts';
import type { NodeState } from '../nodes/state.ts';
import { Places } from '../rollout/places.ts';
import { step } from '../rollout/planner.ts';
import type { NodeFacts, RolloutNode } from '../rollout/rollout-node.ts';
import type { RolloutSnapshot, RolloutStep, RolloutWave } from '../rollout/snapshot.ts';
import { expectSameStep } from '../rollout/testing/same-step.ts';
import { cutWaves } from '../rollout/waves.ts';
import { isOver } from '../rollout/work.ts';
import type { Rows } from './parts.ts';
import type { Release } from './release.ts';
import { chance, must, note, type World } from './world.ts';

export type Act = 'pause' | 'resume' | 'retry' | 'rollBack' | 'cancel';

/** One rollout as its rows are, moved by the real planner. */
export class SimulatedRollout {
  readonly #world: World;
  readonly #database: Rows;
  readonly policy: RolloutPolicy;
  readonly release: Release;
  readonly previous: Release;
  readonly rows: RolloutNode[];
  state: RolloutState = 'Progressing';
  wakeAt: number | null = null;
  wave = 0;
  waves: RolloutWave[];
  #places: Places;

  constructor(world: World, database: Rows, policy: RolloutPolicy, release: Release, previous: Release) {
    this.#world = world;
    this.#database = database;
    this.policy = policy;
    this.release = release;
    this.previous = previous;
    const candidates = [...database.rows.values()].filter(({ quarantined }) => quarantined === null).map(({ state }) => ({ node: state.id, name: state.name, offline: state.connectedSince === null, labels: {} }));
    const cut = cutWaves(candidates, policy.waves);
    this.waves = cut.map((_, index) => ({ index, startedAt: null, bakingSince: null, passedAt: null, looks: 0, lookedAt: null, gate: 'Judging' }));
    // As the database gives them: by wave and name.
    this.rows = cut.flatMap((wave, index) => wave.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map(({ node, name }) => ({ node, name, wave: index, state: 'ToCome' as const, since: world.time.now, message: '', told: null, afterFailure: 'undecided' as const, group: null, facts: this.#factsOf(node) })));
    this.#places = new Places(this.rows, release.digest);
  }

  get isOver(): boolean {
    return isOver(this.state);
  }

  /** Another process goes on with it: it knows what the rows say. */
  begin(): void {
    for (const row of this.rows) row.facts = this.#factsOf(row.node);
    this.#places = new Places(this.rows, this.release.digest);
  }

  hear(node: string): void {
    const row = this.rows.find((candidate) => candidate.node === node);
    if (row === undefined) return;
    row.facts = this.#factsOf(node);
    this.#places.hear(node);
  }

  supersede(): void {
    if (!this.isOver) this.state = 'Superseded';
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
    const { now } = this.#world.time;
    const head = { id: 'r', state: this.state, policy: this.policy, bundle: this.release.digest, previousBundle: this.previous.digest, signed: true, previousSigned: true, wave: this.wave, waves: this.waves, wakeAt: this.wakeAt, evidence: null } satisfies Omit<RolloutSnapshot, 'nodes' | 'others'>;
    const result = step({ ...head, ...this.#places.changed }, now, (asked) => this.#places.answer(asked));
    // What changed says as much as a look at everything does (I10).
    if (chance(this.#world, 0.05)) expectSameStep(result, step({ ...head, nodes: this.rows.map((row) => ({ ...row })), others: [] }, now));
    this.#check(result);
    return () => this.#commit(result, now);
  }

  #commit(result: RolloutStep, now: number): void {
    if (result.state !== this.state) note(this.#world, `the rollout of ${this.release.name} goes from ${this.state} to ${result.state}: ${result.decisions.at(-1)?.message ?? ''}`);
    const wasOver = this.isOver;
    Object.assign(this, { state: result.state, wakeAt: result.nextWakeAt });
    [this.wave, this.waves] = [result.wave, result.waves];
    for (const { node, failures, generation, quarantined } of result.failures) Object.assign(this.#database.row(node), { failuresInARow: failures, failedGeneration: generation, ...(quarantined !== null && { quarantined }) });
    for (const node of result.proven) this.#database.row(node).failuresInARow = 0;
    this.#places.apply(result, now, (row, bundle) => {
      row.told = { generation: this.#database.assign(row.node, bundle), bundle, at: now };
      row.afterFailure = 'undecided';
      row.facts = this.#factsOf(row.node);
    });
    if (!wasOver && this.state === 'Succeeded') this.#database.fleetBundle = this.release;
    if (!wasOver && this.state === 'RolledBack') this.#database.fleetBundle = this.previous;
  }

  /** What holds of every step, whatever was reported. */
  #check({ changes, requests, state, decisions, wave }: RolloutStep): void {
    const rowOf = (node: string): RolloutNode | undefined => this.rows.find((row) => row.node === node);
    for (const { node, state: to } of changes) {
      if (to !== 'Running') continue;
      const { told } = rowOf(node) ?? {};
      const { report } = this.#database.row(node).state;
      must(this.#world, told !== undefined && told !== null && report !== null && report.observedGeneration >= told.generation && report.bundle === told.bundle && report.sync === 'Synced', 'I9', () => `${node} is shown as running ${told?.bundle} under ${told?.generation} and last reported ${JSON.stringify(report)}`);
    }
    must(this.#world, requests.length === 0 || !['Paused', 'Suspended', 'Cancelled', 'Superseded'].includes(this.state), 'pause', () => `nodes are told while it is ${this.state}`);
    must(this.#world, state === this.state || decisions.length > 0, 'I8', () => `it goes from ${this.state} to ${state} and no decision says why`);
    must(this.#world, wave >= this.wave, 'waves', () => `wave ${this.wave} is followed by ${wave}`);
    must(this.#world, !isOver(this.state) || state === this.state, 'states', () => `${this.state} is followed by ${state}`);
  }

  #decideFailed(afterFailure: 'goOn' | 'retry'): void {
    for (const row of this.rows) if (row.state === 'Failed') row.afterFailure = afterFailure;
  }

  #factsOf(node: string): NodeFacts {
    const row = this.#database.row(node);
    return { ...reportedBy(row.state), belongs: row.quarantined === null, quarantined: row.quarantined, failuresInARow: row.failuresInARow, failedGeneration: row.failedGeneration };
  }
}

/** As a step reads it from the row of a node. */
function reportedBy({ connectedSince, report, sync }: NodeState): Pick<NodeFacts, 'connected' | 'observedGeneration' | 'bundle' | 'sync' | 'activating' | 'staged' | 'message'> {
  const known = { connected: connectedSince !== null, observedGeneration: report?.observedGeneration ?? 0, bundle: report?.bundle ?? null };
  if (report === null || sync.status === 'Synced') return { ...known, sync: sync.status === 'Synced' ? 'Synced' : 'Unknown', activating: null, staged: false, message: '' };
  return { ...known, sync: report.sync, activating: report.activation?.generation ?? null, staged: report.activation?.step === 'Staged', message: report.activation?.message ?? report.message };
}
