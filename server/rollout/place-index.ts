import { MinHeap } from '../kernel/min-heap.ts';
import type { RolloutNode } from './rollout-node.ts';
import { standingOf } from './tally.ts';
import type { Standing } from './tally.ts';

/** Nodes that stand alike, by position. One that left stays in `turns` until it is met there. */
interface Group {
  standing: Standing;
  members: Set<number>;
  turns: MinHeap<number>;
}

/** Rows found by where they stand, in turn, and by when they were told. Putting one where it stands now costs the same, however many there are. */
export class PlaceIndex {
  readonly #rows: readonly RolloutNode[];
  readonly #bundle: string;
  readonly #groups = new Map<string, Group>();
  readonly #groupOf: Group[] = [];
  /** By state, when each node in it was told; what no longer holds is dropped when it is met. */
  readonly #told = new Map<string, MinHeap<number>>();
  readonly #toldKnown: number[] = [];

  constructor(rows: readonly RolloutNode[], bundle: string) {
    this.#rows = rows;
    this.#bundle = bundle;
    rows.forEach((_, position) => this.place(position));
  }

  /** Puts a row where it stands now. */
  place(position: number): void {
    const row = this.#rows[position];
    if (row === undefined) return;
    const standing = standingOf(row, this.#bundle);
    const key = `${standing.wave} ${standing.state} ${standing.told} ${standing.afterFailure}`;
    const group = this.#groups.get(key) ?? { standing, members: new Set(), turns: new MinHeap() };
    this.#groups.set(key, group);
    const before = this.#groupOf[position];
    if (before !== group) {
      before?.members.delete(position);
      group.members.add(position);
      group.turns.push(position, position);
      this.#groupOf[position] = group;
    }
    if (row.told === null || (before === group && this.#toldKnown[position] === row.told.at)) return;
    const times = this.#told.get(row.state) ?? new MinHeap();
    this.#told.set(row.state, times);
    times.push(row.told.at, position);
    this.#toldKnown[position] = row.told.at;
  }

  standing(position: number): Standing {
    const standing = this.#groupOf[position]?.standing;
    if (standing === undefined) throw new RangeError(`there is no row ${position}`);
    return standing;
  }

  toldAt(position: number): number {
    return this.#rows[position]?.told?.at ?? Number.NEGATIVE_INFINITY;
  }

  /** Who stands where. */
  groups(of: (standing: Standing) => boolean = () => true): { standing: Standing; members: ReadonlySet<number> }[] {
    return [...this.#groups.values()].filter(({ standing }) => of(standing));
  }

  /** The first `limit` that stand so and fit, in turn. */
  firstInTurn(of: (standing: Standing) => boolean, limit: number, fits: (position: number) => boolean): number[] {
    const first = [...this.#groups.values()].filter(({ standing }) => of(standing)).flatMap((group) => firstOf(group, limit, fits));
    return first.sort((a, b) => a - b).slice(0, limit);
  }

  /** Those in this state that fit, by when they were told, for as long as `goesOn` says of the next. */
  firstTold(state: string, fits: (position: number) => boolean, goesOn: (at: number, found: number) => boolean): number[] {
    const times = this.#told.get(state);
    const met = new Set<number>();
    const found: number[] = [];
    for (let next = times?.first; times !== undefined && next !== undefined && goesOn(next.key, found.length); next = times.first) {
      times.pop();
      const { key, item } = next;
      if (this.#rows[item]?.state !== state || this.toldAt(item) !== key || met.has(item)) continue;
      met.add(item);
      if (fits(item)) found.push(item);
    }
    for (const position of met) times?.push(this.toldAt(position), position);
    return found;
  }
}

function firstOf({ members, turns }: Group, limit: number, fits: (position: number) => boolean): number[] {
  const met = new Set<number>();
  const found: number[] = [];
  while (found.length < limit) {
    const position = turns.pop()?.item;
    if (position === undefined) break;
    if (!members.has(position) || met.has(position)) continue;
    met.add(position);
    if (fits(position)) found.push(position);
  }
  for (const position of met) turns.push(position, position);
  return found;
}
