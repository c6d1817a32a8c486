import type { Queryable } from '../kernel/db.ts';
import type { OutboxEvent } from '../kernel/live-bus.ts';
import type { Look } from './look.ts';
import { placesOf, rolloutOfFleet, rolloutsToJoin } from './repository.ts';

/** What of the outbox may be news of a rollout. */
export const newsTopics = ['node', 'membership', 'fleet', 'deployment'] as const;

/**
 * What this process heard and has not yet looked at, by rollout.
 *
 * 1. A rollout that this process has not looked at as a whole is looked at so: what was said of its nodes before this process was there is
 *    not known. One that it heard begin is known from there on: who began it looked at all nodes, and what came in between is heard again.
 * 2. What was heard is kept until a step of this process has looked at it. Who holds the rollout heard the same, and may be killed.
 * 3. There is one entry a node and rollout, however often it is heard of.
 */
export class News {
  readonly #nodes = new Set<string>();
  readonly #joined = new Set<string>();
  readonly #moved = new Set<string>();
  readonly #rollouts = new Set<string>();
  readonly #fleets = new Set<string>();
  /** Nodes to look at, by rollout; all of them where it is not known which. */
  readonly #looks = new Map<string, 'all' | Set<string>>();
  /** Rollouts that were looked at as a whole, by this process or as it heard them begin. */
  readonly #known = new Set<string>();

  /** Whether the event is news of any rollout. */
  hear({ topic, subjectId, kind }: Pick<OutboxEvent, 'topic' | 'subjectId' | 'kind'>): boolean {
    if (topic === 'node') this.#nodes.add(subjectId);
    else if (topic === 'membership') {
      this.#joined.add(subjectId);
      this.#moved.add(subjectId);
    } else if (topic === 'fleet' && kind === 'members') this.#fleets.add(subjectId);
    else if (topic === 'deployment' && kind !== 'progress') {
      this.#rollouts.add(subjectId);
      if (kind === 'created') this.#known.add(subjectId);
    } else return false;
    return true;
  }

  /** Something was heard that was not gathered yet. */
  get fresh(): boolean {
    return this.#nodes.size + this.#joined.size + this.#moved.size + this.#rollouts.size + this.#fleets.size > 0;
  }

  /** A rollout began, or somebody moved one and waits for it. */
  get urgent(): boolean {
    return this.#rollouts.size > 0;
  }

  /** Something was gathered that waits for whoever holds its rollout. */
  get held(): boolean {
    return this.#looks.size > 0;
  }

  takeJoined(): string[] {
    return drain(this.#joined);
  }

  /** Sorts what was heard by rollouts; returns those of which there is news. */
  async gather(db: Queryable): Promise<string[]> {
    const [nodes, moved, rollouts, fleets] = [drain(this.#nodes), drain(this.#moved), drain(this.#rollouts), drain(this.#fleets)];
    for (const id of rollouts) this.giveBack(id, new Set());
    if (nodes.length > 0) for (const { rollout, node } of await placesOf(db, nodes)) this.giveBack(rollout, new Set([node]));
    // Those that came into a fleet have no place in its rollout yet.
    if (moved.length > 0) for (const { rollout, node } of await rolloutsToJoin(db, moved)) this.giveBack(rollout, new Set([node]));
    for (const fleet of fleets) {
      const id = await rolloutOfFleet(db, fleet);
      if (id !== null) this.giveBack(id, new Set());
    }
    return [...this.#looks.keys()];
  }

  /** What the next step of the rollout is to look at. */
  take(id: string): Look {
    const look = this.#looks.get(id) ?? new Set<string>();
    this.#looks.delete(id);
    return this.#known.has(id) ? look : 'all';
  }

  /** It is to be looked at yet. */
  giveBack(id: string, look: Look): void {
    const before = this.#looks.get(id) ?? new Set<string>();
    if (look === 'all' || before === 'all') this.#looks.set(id, 'all');
    else {
      for (const node of look) before.add(node);
      this.#looks.set(id, before);
    }
  }

  looked(id: string): void {
    this.#known.add(id);
  }

  /** Every rollout is looked at as a whole again. */
  forget(): void {
    this.#known.clear();
  }
}

function drain(set: Set<string>): string[] {
  const all = [...set];
  set.clear();
  return all;
}
