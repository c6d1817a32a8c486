import type { Digest, Report } from '@selvedge/edge-runtime/protocol';
import type { RolloutPolicy } from '../deployments/schema.ts';
import { newNodeState, withFacts } from '../nodes/state.ts';
import type { NodeFacts } from '../nodes/state.ts';
import type { Network } from './network.ts';
import type { Centre, Row, Rows } from './parts.ts';
import type { Release } from './release.ts';
import { SimulatedRollout } from './simulated-rollout.ts';
import { chance, must, note, type World } from './world.ts';

/** As the real one: what a node was told may be taken on so long, to the day, so that saying it again says the same. */
const dayMs = 86_400_000;
const validForMs = 7 * dayMs;
const lookMs = 300_000;

/**
 * The control plane's own code for what a node's statuses are and how a rollout goes on, upon rows that are ours: each change is one transaction
 * that happens wholly or not at all, and what follows from it is in an outbox. It may end before and after each.
 */
export class SimulatedControlPlane implements Centre, Rows {
  readonly #world: World;
  readonly #network: Network;
  readonly #releases: ReadonlyMap<Digest, Release>;
  readonly rows = new Map<string, Row>();
  isUp = true;
  rollout: SimulatedRollout | undefined;
  /** What the fleet runs: nodes go back to it. */
  fleetBundle: Release;
  /** Ends before the next commit, or right after it. */
  endsAt: 'beforeCommit' | 'afterCommit' | undefined;
  /** Nodes with something new to be told, committed and not handed out yet. */
  readonly #outbox: string[] = [];
  #wakesAt: (() => void) | undefined;

  constructor(world: World, network: Network, nodes: readonly string[], releases: readonly [Release, ...Release[]]) {
    this.#world = world;
    this.#network = network;
    this.#releases = new Map(releases.map((release) => [release.digest, release]));
    this.fleetBundle = releases[0];
    for (const id of nodes) this.rows.set(id, { state: newNodeState({ id, organizationId: world.organization, name: id }, world.time.now), failuresInARow: 0, failedGeneration: 0, quarantined: null });
    // Every node was given what the fleet runs when it joined it.
    for (const id of nodes) this.#write(id, { desiredGeneration: 1, desiredBundle: releases[0].digest, desiredAt: world.time.now });
  }

  row(node: string): Row {
    const row = this.rows.get(node);
    if (row === undefined) throw new Error(`there is no node ${node}`);
    return row;
  }

  artefact(digest: string): Buffer | undefined {
    for (const { contents } of this.#releases.values()) for (const [known, content] of contents) if (known === digest) return content;
    return undefined;
  }

  connected(node: string): void {
    this.#write(node, { connectedSince: this.#world.time.now });
    this.#hear(node);
  }

  disconnected(node: string): void {
    if (!this.isUp) return;
    this.#write(node, { connectedSince: null, disconnectedAt: this.#world.time.now });
    this.#hear(node);
  }

  reported(node: string, report: Report): void {
    if (!this.isUp) return;
    this.#write(node, { report, reportedAt: this.#world.time.now });
    this.#hear(node);
  }

  /** A node that connects is told what it is to run, whatever it was told before. */
  tellAgain(node: string): void {
    const { desiredGeneration, desiredBundle, desiredAt } = this.row(node).state;
    const release = this.#releases.get((desiredBundle ?? '') as Digest);
    if (release !== undefined) this.#network.tell(node, this.#world.signer.desired(release.manifest, node, desiredGeneration, desiredAt ?? 0, Math.ceil(this.#world.time.now / dayMs) * dayMs + validForMs));
  }

  deploy(release: Release, policy: RolloutPolicy): void {
    if (!this.isUp) return;
    note(this.#world, `deploys ${release.name} in place of ${this.fleetBundle.name}`);
    if (this.rollout?.isOver === false) this.rollout.supersede();
    this.rollout = new SimulatedRollout(this.#world, this, policy, release, this.fleetBundle);
    this.wake();
  }

  /** A person asks a node to try again: it is told so, and told again what it is to run. */
  retry(node: string): void {
    this.#network.retry(node, this.row(node).state.desiredGeneration);
    this.tellAgain(node);
  }

  /** Somebody, or time, asks for a look at the rollout. */
  wake(afterMs = 100): void {
    this.#wakesAt?.();
    this.#wakesAt = this.#world.time.after(afterMs, () => this.#look());
  }

  assign(node: string, bundle: string): number {
    const generation = this.row(node).state.desiredGeneration + 1;
    this.#write(node, { desiredGeneration: generation, desiredBundle: bundle, desiredAt: this.#world.time.now });
    this.#outbox.push(node);
    return generation;
  }

  end(): void {
    if (!this.isUp) return;
    note(this.#world, 'the control plane ends');
    this.isUp = false;
    this.#network.controlPlaneGone();
    this.#wakesAt?.();
    this.#world.time.after(500 + this.#world.random() * 60_000, () => this.#begin());
  }

  #begin(): void {
    note(this.#world, 'the control plane begins');
    this.isUp = true;
    for (const node of this.rows.keys()) this.#write(node, { connectedSince: null, disconnectedAt: this.#world.time.now });
    this.rollout?.begin();
    this.#relay();
    this.wake();
  }

  #look(): void {
    if (!this.isUp || this.rollout === undefined) return;
    const commit = this.rollout.look();
    if (this.endsAt === 'beforeCommit') return this.#endNow();
    commit();
    if (this.endsAt === 'afterCommit') return this.#endNow();
    // Now and then another replica hands the outbox out later.
    this.#world.time.after(chance(this.#world, 0.1) ? 3_000 : 5, () => this.#relay());
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

  #relay(): void {
    if (!this.isUp) return;
    for (const node of this.#outbox.splice(0)) this.tellAgain(node);
  }

  #hear(node: string): void {
    this.rollout?.hear(node);
    if (this.rollout !== undefined) this.wake();
  }

  #write(node: string, facts: NodeFacts): void {
    const row = this.row(node);
    const before = row.state.desiredGeneration;
    row.state = withFacts(row.state, facts, this.#world.time.now).state;
    must(this.#world, row.state.desiredGeneration >= before, 'I1', () => `${node} was desired ${before} and now ${row.state.desiredGeneration}`);
  }
}
