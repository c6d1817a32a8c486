import type { Digest, Labels, Report } from '@selvedge/edge-runtime/protocol';
import type { RolloutPolicy } from '../deployments/schema.ts';
import { newNodeState, withFacts } from '../nodes/state.ts';
import type { NodeFacts } from '../nodes/state.ts';
import type { Network } from './network.ts';
import type { Centre, Row } from './parts.ts';
import { Backup } from './backup.ts';
import { liftRecovered, type Members, welcomeJoiners } from './membership.ts';
import type { Release } from './release.ts';
import { mainFleet, SimulatedFleets } from './simulated-fleets.ts';
import { type Planner, SimulatedRollout } from './simulated-rollout.ts';
import { chance, must, note, type World } from './world.ts';

/** As the real one: what a node was told may be taken on so long, to the day, so that saying it again says the same. */
const dayMs = 86_400_000;
const validForMs = 7 * dayMs;
/** As the real one: who says nothing for so long is not connected, also where nobody was there to hear it go. */
const silentMs = 37_500;
const lookMs = 300_000;

/**
 * The control plane's own code for what a node's statuses are and how a rollout goes on, upon rows that are ours: each change is one transaction
 * that happens wholly or not at all, and what follows from it is in an outbox. It may end before and after each.
 */
export class SimulatedControlPlane implements Centre, Members {
  readonly #world: World;
  readonly #network: Network;
  readonly #releases: ReadonlyMap<Digest, Release>;
  readonly rows = new Map<string, Row>();
  isUp = true;
  rollout: SimulatedRollout | undefined;
  readonly fleets: SimulatedFleets;
  #backup: Backup | undefined;
  /** It was put back to a backup: nodes may have been told more than it knows. */
  wasRestored = false;
  /** Another planner than the real one, to see that what it does wrong is found. */
  planner: Planner | undefined;
  /** Ends before the next commit, or right after it. */
  endsAt: 'beforeCommit' | 'afterCommit' | undefined;
  /** Nodes with something new to be told, committed and not handed out yet. */
  readonly #outbox: string[] = [];
  #wakesAt: (() => void) | undefined;

  constructor(world: World, network: Network, nodes: ReadonlyMap<string, Labels>, releases: readonly [Release, ...Release[]]) {
    this.#world = world;
    this.#network = network;
    this.#releases = new Map(releases.map((release) => [release.digest, release]));
    this.fleets = new SimulatedFleets(releases);
    for (const [id, labels] of nodes) {
      const row: Row = { state: newNodeState({ id, organizationId: world.organization, name: id }, world.time.now), failuresInARow: 0, failedGeneration: 0, quarantined: null, labels, fleet: null, claimedBy: [], fleetSince: 0, assignedBy: null, schedule: null };
      this.rows.set(id, row);
      this.fleets.settle(row, world.time.now);
    }
    // Every node was given what the fleet runs when it joined it.
    welcomeJoiners(this);
    this.#outbox.length = 0;
  }

  row(node: string): Row {
    const row = this.rows.get(node);
    if (row === undefined) throw new Error(`there is no node ${node}`);
    return row;
  }

  get now(): number {
    return this.#world.time.now;
  }

  artefact(digest: string): Buffer | undefined {
    for (const { contents } of this.#releases.values()) for (const [known, content] of contents) if (known === digest) return content;
    return undefined;
  }

  connected(node: string): void {
    this.#write(node, { connectedSince: this.#world.time.now });
    this.hear(node);
  }

  disconnected(node: string): void {
    if (!this.isUp) return;
    this.#write(node, { connectedSince: null, disconnectedAt: this.#world.time.now });
    this.hear(node);
  }

  reported(node: string, report: Report): void {
    if (!this.isUp) return;
    this.#write(node, { report, reportedAt: this.#world.time.now });
    this.hear(node);
  }

  /** A node that connects is told what it is to run, whatever it was told before. */
  tellAgain(node: string): void {
    const { schedule, state: { desiredGeneration, desiredBundle, desiredAt } } = this.row(node);
    const release = this.#releases.get((desiredBundle ?? '') as Digest);
    if (release !== undefined) this.#network.tell(node, this.#world.signer.desired(release.manifest, node, desiredGeneration, schedule, desiredAt ?? 0, Math.ceil(this.#world.time.now / dayMs) * dayMs + validForMs));
  }

  deploy(release: Release, policy: RolloutPolicy): void {
    if (!this.isUp) return;
    note(this.#world, `deploys ${release.name} in place of ${this.fleets.of(mainFleet).release.name}`);
    if (this.rollout?.isOver === false) this.rollout.supersede();
    else if (chance(this.#world, 0.5)) this.#backup = new Backup(this.rows, this.fleets, this.rollout);
    this.rollout = new SimulatedRollout(this.#world, this, policy, release, this.fleets.of(mainFleet).release, this.planner);
    this.wake();
  }

  /** A person asks a node to try again: it is told so, and told again what it is to run; one that drifted by a new generation. */
  retry(node: string): void {
    const { fleet, state } = this.row(node);
    if (state.sync.status === 'Drifted' && state.desiredBundle !== null && fleet !== null) this.assign(node, state.desiredBundle, this.fleets.of(fleet).policy);
    this.#network.retry(node, this.row(node).state.desiredGeneration);
    this.tellAgain(node);
  }

  /** Somebody, or time, asks for a look at the rollout. */
  wake(afterMs = 100): void {
    this.#wakesAt?.();
    this.#wakesAt = this.#world.time.after(afterMs, () => this.#look());
  }

  assign(node: string, bundle: string, policy: RolloutPolicy | null): number {
    const row = this.row(node);
    const generation = Math.max(row.state.desiredGeneration, row.state.report?.observedGeneration ?? 0, row.state.report?.activation?.generation ?? 0) + 1;
    this.#write(node, { desiredGeneration: generation, desiredBundle: bundle, desiredAt: this.#world.time.now });
    const { downloadWindows: download = [], activateWindows: activate = [] } = policy ?? {};
    Object.assign(row, { assignedBy: row.fleet, schedule: download.length + activate.length > 0 ? { download, activate } : null });
    this.#outbox.push(node);
    return generation;
  }

  /** A further key signs, or the oldest no more; nodes are told at once, and those that are away when they come back. */
  changeKeys(how: 'addKey' | 'retireOldest'): void {
    this.#world.signer[how](this.now);
    for (const node of this.rows.keys()) this.tellAgain(node);
  }

  runs(fleet: string, release: Release, policy: RolloutPolicy | null): void {
    this.fleets.runs.set(fleet, { release, policy });
  }

  relay(): void {
    if (!this.isUp) return;
    for (const node of this.#outbox.splice(0)) this.tellAgain(node);
  }

  hear(node: string): void {
    this.rollout?.hear(node);
    if (this.rollout !== undefined) this.wake();
  }

  end(): void {
    if (!this.isUp) return;
    note(this.#world, 'the control plane ends');
    this.isUp = false;
    this.#network.controlPlaneGone();
    this.#wakesAt?.();
    this.#world.time.after(500 + this.#world.random() * 60_000, () => this.#begin());
  }

  /** Its database is lost, and what there was at some earlier time takes its place. */
  restore(): void {
    const backup = this.#backup;
    if (backup === undefined) return;
    this.end();
    note(this.#world, 'the database is restored from a backup');
    backup.restoreInto(this.rows, this.fleets);
    this.rollout = backup.rollout;
    this.#outbox.length = 0;
    this.wasRestored = true;
  }

  #begin(): void {
    note(this.#world, 'the control plane begins');
    this.isUp = true;
    // Nodes come back within moments; it is written down of those that did not by then that they are gone.
    this.#world.time.after(silentMs, () => {
      for (const [node, { state }] of this.rows) if (state.connectedSince !== null && !this.#network.isConnected(node)) this.disconnected(node);
    });
    this.rollout?.begin();
    this.relay();
    this.wake();
  }

  #look(): void {
    if (!this.isUp || this.rollout === undefined) return;
    liftRecovered(this);
    welcomeJoiners(this);
    const commit = this.rollout.look();
    if (this.endsAt === 'beforeCommit') return this.#endNow();
    commit();
    if (this.endsAt === 'afterCommit') return this.#endNow();
    // Now and then another replica hands the outbox out later.
    this.#world.time.after(chance(this.#world, 0.1) ? 3_000 : 5, () => this.relay());
    this.#offerAhead(this.rollout);
    const wakeAt = this.rollout.wakeAt;
    this.wake(wakeAt === null ? lookMs : Math.min(lookMs, Math.max(100, wakeAt - this.#world.time.now)));
  }

  /** Connected nodes whose turn is to come may fetch, where the policy says so. */
  #offerAhead({ policy, release, rows, isOver }: SimulatedRollout): void {
    if (!policy.fetchAhead || isOver) return;
    const bundle = this.#world.signer.bundle(release.manifest);
    for (const { node, state } of rows) if (state === 'ToCome') this.#network.offer(node, bundle);
  }

  #endNow(): void {
    this.endsAt = undefined;
    this.end();
  }

  #write(node: string, facts: NodeFacts): void {
    const row = this.row(node);
    const before = row.state.desiredGeneration;
    row.state = withFacts(row.state, facts, this.#world.time.now).state;
    must(this.#world, row.state.desiredGeneration >= before, 'I1', () => `${node} was desired ${before} and now ${row.state.desiredGeneration}`);
  }
}
