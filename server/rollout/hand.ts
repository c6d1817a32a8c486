import { openSince } from '@selvedge/edge-runtime/protocol';
import type { NodeRolloutState } from '../deployments/schema.ts';
import { isInFlight, observe } from './observe.ts';
import type { Patience } from './observe.ts';
import { matches } from './question.ts';
import type { Answer, GroupPlaces, Planning, Question, Where } from './question.ts';
import type { RolloutNode } from './rollout-node.ts';
import type { RolloutSnapshot } from './snapshot.ts';
import { standingOf, Tally } from './tally.ts';
import type { Standing } from './tally.ts';

/** A node that a step looked at, with what it found. */
export interface Seen {
  node: RolloutNode;
  state: NodeRolloutState;
  message: string;
  /** It could not do what it was told, by what it reported: it was not merely away or held. */
  fault: boolean;
  /** It may be changing at this moment. */
  inFlight: boolean;
}

/** States of a node between request and report. */
export const underWay: readonly NodeRolloutState[] = ['Requested', 'Applying', 'Staged'];

/** By wave and name: whose turn is first. */
export function inTurn({ node: a }: Seen, { node: b }: Seen): number {
  return a.wave - b.wave || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
}

/**
 * The nodes that a step has in hand, and how many of all stand where. It begins with those that may have changed and takes others
 * in as it needs them; whoever is not in hand stands as the last step left it.
 */
export class Hand {
  readonly seen: Seen[] = [];
  /** All nodes, as far as this step knows. */
  readonly all: Tally;
  /** Those of them that are not in hand. */
  readonly others: Tally;
  /** No time counts before this: with windows to fetch or activate in, it is when the last of those that are open opened, and now while one of both has none open. */
  readonly clockFrom: number;
  readonly timeoutMs: number;
  readonly #bundle: string;
  readonly #now: number;
  readonly #patience: Omit<Patience, 'waveStartedAt'>;
  readonly #startedAt: ReadonlyMap<number, number | null>;
  readonly #held = new Set<string>();
  /** Nodes that were told, are away and keep their place; of the others since `learnAway`. */
  readonly #away = new Tally();
  #awayFirstAt: number | null = null;

  constructor({ policy, bundle, waves, others }: RolloutSnapshot, now: number) {
    this.timeoutMs = policy.updateTimeoutSeconds * 1000;
    this.clockFrom = Math.max(0, ...[policy.downloadWindows, policy.activateWindows].filter((windows) => windows.length > 0).map((windows) => openSince(windows, now, this.timeoutMs)));
    this.#patience = { updateTimeoutMs: this.timeoutMs, clockFrom: this.clockFrom, whenDisconnected: policy.whenDisconnected };
    this.#startedAt = new Map(waves.map(({ index, startedAt }) => [index, startedAt]));
    this.#bundle = bundle;
    this.#now = now;
    this.all = new Tally(others);
    this.others = new Tally(others);
  }

  /** No node is late at this time, since windows to fetch or activate in are closed or have only just opened. */
  get nobodyIsLate(): boolean {
    return this.clockFrom > this.#now - this.timeoutMs;
  }

  /** Who was told after this and is away keeps its place; null when nobody does. */
  get awayAfter(): number | null {
    if (this.#patience.whenDisconnected === 'expected') return null;
    return this.nobodyIsLate ? 0 : this.#now - this.timeoutMs;
  }

  /** When the first of the others that are away was told; null while none is. */
  get awayFirstAt(): number | null {
    return this.#awayFirstAt;
  }

  count(states: readonly NodeRolloutState[], of: (standing: Standing) => boolean = () => true): number {
    return this.all.count((standing) => states.includes(standing.state) && of(standing));
  }

  /** How many may be changing at this moment, and so count against `maxUnavailable`. */
  inFlight(of: (standing: Standing) => boolean = () => true): number {
    return this.count(underWay, of) + this.#away.count(of);
  }

  take(node: RolloutNode): Seen {
    const { state, message, fault } = observe(node, this.#now, { ...this.#patience, waveStartedAt: this.#startedAt.get(node.wave) ?? null });
    const seen = { node, state, message, fault, inFlight: this.#isInFlight(node, state) };
    this.#held.add(node.node);
    this.seen.push(seen);
    this.#enter(seen);
    return seen;
  }

  become(seen: Seen, state: NodeRolloutState, message: string): void {
    this.#leave(seen);
    Object.assign(seen, { state, message, inFlight: this.#isInFlight(seen.node, state) });
    this.#enter(seen);
  }

  /** Asks about the others. */
  *ask(question: Question): Planning<Answer> {
    return yield { ...question, except: this.#held };
  }

  /** Takes those of the others in hand that the question is for. */
  *fetch(question: Question): Planning<Seen[]> {
    const { nodes } = yield* this.ask(question);
    return nodes.filter(({ node }) => !this.#held.has(node)).map((node) => {
      const standing = standingOf(node, this.#bundle);
      this.others.add(standing, -1);
      this.all.add(standing, -1);
      if (this.#isAway(node, node.state)) this.#away.add(standing, -1);
      return this.take(node);
    });
  }

  /** The same by where they stand; asks for nothing where nobody stands there. */
  *fetchWhere(where: Where, limit: number | null = null, within: GroupPlaces | null = null): Planning<Seen[]> {
    if (limit === 0 || this.others.count((standing) => matches(where, standing)) === 0) return [];
    return yield* this.fetch({ ask: 'nodes', where, limit, within });
  }

  /** Learns which of the others were told, are away, and still keep their place. */
  *learnAway(): Planning<void> {
    const isAway = (standing: Standing): boolean => standing.state === 'Offline' && standing.told !== 'nothing';
    const { awayAfter } = this;
    if (awayAfter === null || this.others.count(isAway) === 0) return;
    const { counts } = yield* this.ask({ ask: 'toldAfter', states: ['Offline'], at: awayAfter });
    for (const { nodes, firstAt, ...standing } of counts) {
      this.#away.add(standing, nodes);
      this.#awayFirstAt = Math.min(this.#awayFirstAt ?? firstAt, firstAt);
    }
  }

  #isInFlight(node: RolloutNode, state: NodeRolloutState): boolean {
    return isInFlight(node, state, this.#now, this.#patience);
  }

  #isAway(node: RolloutNode, state: NodeRolloutState): boolean {
    return state === 'Offline' && this.#isInFlight(node, state);
  }

  #enter({ node, state }: Seen, nodes = 1): void {
    const standing = standingOf({ ...node, state }, this.#bundle);
    this.all.add(standing, nodes);
    if (this.#isAway(node, state)) this.#away.add(standing, nodes);
  }

  #leave(seen: Seen): void {
    this.#enter(seen, -1);
  }
}
