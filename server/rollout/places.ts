import { underWay } from './hand.ts';
import { PlaceIndex } from './place-index.ts';
import { matches } from './question.ts';
import type { Answer, Asked, Question, ToldCount } from './question.ts';
import type { RolloutNode } from './rollout-node.ts';
import type { RolloutSnapshot, RolloutStep } from './snapshot.ts';
import { Tally } from './tally.ts';
import type { Standing } from './tally.ts';

/**
 * The nodes of a rollout in memory, by wave and name, found by where they stand: answers what a step asks, and takes what it wants
 * done, at a cost of what changed. Whoever changes a row from outside says so with `hear`.
 */
export class Places {
  readonly #rows: readonly RolloutNode[];
  readonly #positions: ReadonlyMap<string, number>;
  readonly #index: PlaceIndex;
  readonly #heard = new Set<number>();

  /** Nothing is known of any of the rows yet: the first step looks at all of them. */
  constructor(rows: readonly RolloutNode[], bundle: string) {
    this.#rows = [...rows].sort((a, b) => a.wave - b.wave || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
    this.#positions = new Map(this.#rows.map(({ node }, position) => [node, position]));
    this.#index = new PlaceIndex(this.#rows, bundle);
    this.hearAll();
  }

  /** Something was heard of the node, or its row was changed. */
  hear(node: string): void {
    const position = this.#positions.get(node);
    if (position === undefined) return;
    this.#index.place(position);
    this.#heard.add(position);
  }

  hearAll(): void {
    for (const { node } of this.#rows) this.hear(node);
  }

  /** Where the next step begins. */
  get changed(): Pick<RolloutSnapshot, 'nodes' | 'others'> {
    const heard = [...this.#heard].sort((a, b) => a - b);
    const others = new Tally(this.#index.groups().map(({ standing, members }) => ({ ...standing, nodes: members.size })));
    for (const position of heard) others.add(this.#index.standing(position), -1);
    return { nodes: this.#rowsAt(heard), others: others.counts };
  }

  /** Writes a step. `tell` writes into a row by which generation it was told. */
  apply({ changes, failures, proven, requests }: RolloutStep, now: number, tell: (row: RolloutNode, bundle: string) => void): void {
    const write = (node: string, into: (row: RolloutNode) => void): void => {
      const position = this.#positions.get(node) ?? -1;
      const row = this.#rows[position];
      if (row === undefined) return;
      into(row);
      this.#index.place(position);
    };
    for (const { node, state, message, clockRestarts } of changes) {
      write(node, (row) => Object.assign(row, { state, message, since: now, told: clockRestarts && row.told !== null ? { ...row.told, at: now } : row.told }));
    }
    for (const { node, failures: inARow, generation, quarantined } of failures) {
      write(node, (row) => (row.facts = { ...row.facts, failuresInARow: inARow, failedGeneration: generation, ...(quarantined !== null && { quarantined, belongs: false }) }));
    }
    for (const node of proven) write(node, (row) => (row.facts = { ...row.facts, failuresInARow: 0 }));
    this.#heard.clear();
    for (const { node, bundle } of requests) {
      write(node, (row) => tell(row, bundle));
      // What is told is looked at once more, which finds nothing; the database leaves it out where it knows that.
      this.hear(node);
    }
  }

  answer(asked: Asked): Answer {
    const isOther = (position: number): boolean => !asked.except.has(this.#rows[position]?.node ?? '');
    switch (asked.ask) {
      case 'nodes':
        return this.#nodes(this.#inTurn(asked, isOther));
      case 'inFlight': {
        const isAway = (at: number): boolean => asked.awayAfter !== null && at > asked.awayAfter;
        const groups = this.#index.groups(({ state, told }) => told !== 'nothing' && (underWay.includes(state) || state === 'Offline'));
        const rows = groups.flatMap(({ standing, members }) => [...members].filter((position) => isOther(position) && (standing.state !== 'Offline' || isAway(this.#index.toldAt(position)))));
        return { nodes: [], counts: [], groups: rows.flatMap((position) => this.#rows[position]?.group ?? []).map((group) => ({ group, nodes: 1 })) };
      }
      case 'toldBefore':
        return this.#nodes(asked.states.flatMap((state) => this.#index.firstTold(state, isOther, (at) => at <= asked.at)));
      case 'withFailures': {
        const running = this.#index.groups(({ wave, state, told }) => wave === asked.wave && state === 'Running' && told === 'bundle').flatMap(({ members }) => [...members]);
        return this.#nodes(running.filter((position) => isOther(position) && (this.#rows[position]?.facts.failuresInARow ?? 0) > 0));
      }
      case 'toldAfter': {
        const groups = this.#index.groups(({ state, told }) => asked.states.includes(state) && told !== 'nothing');
        return { nodes: [], counts: groups.flatMap(({ standing, members }) => countOf(standing, [...members].filter(isOther).map((position) => this.#index.toldAt(position)).filter((at) => at > asked.at))) };
      }
      case 'firstTold': {
        const first = asked.states.flatMap((state) => this.#index.firstTold(state, isOther, (_, found) => found === 0));
        return { nodes: [], counts: first.flatMap((position) => countOf(this.#index.standing(position), [this.#index.toldAt(position)])) };
      }
    }
  }

  #inTurn({ where, limit, within }: Extract<Question, { ask: 'nodes' }>, isOther: (position: number) => boolean): number[] {
    const stands = (standing: Standing): boolean => matches(where, standing);
    if (within == null) return this.#index.firstInTurn(stands, limit ?? Number.POSITIVE_INFINITY, isOther);
    const taken = new Map(within.taken);
    const inTurn = this.#index.firstInTurn(stands, Number.POSITIVE_INFINITY, isOther);
    const fitting = inTurn.filter((position) => {
      const group = this.#rows[position]?.group ?? '';
      taken.set(group, (taken.get(group) ?? 0) + 1);
      return (taken.get(group) ?? 0) <= within.most;
    });
    return fitting.slice(0, limit ?? fitting.length);
  }

  #nodes(positions: readonly number[]): Answer {
    return { nodes: this.#rowsAt([...positions].sort((a, b) => a - b)), counts: [] };
  }

  #rowsAt(positions: readonly number[]): RolloutNode[] {
    return positions.flatMap((position) => this.#rows[position] ?? []);
  }
}

function countOf(standing: Standing, toldAt: readonly number[]): ToldCount[] {
  return toldAt.length === 0 ? [] : [{ ...standing, nodes: toldAt.length, firstAt: toldAt.reduce((least, at) => Math.min(least, at)) }];
}
