import type { Row } from '../api.ts';
import type { Cause } from '../held-api.ts';
import { CURRENT, EXPIRED, type EventType, type Payload, type Stage } from '../operators/stage.ts';
import type { Slot, Taken } from '../operators/pattern/match.ts';
import type { QueryPlan } from '../plan/plan.ts';
import type { SelectionCode } from './emit-query.ts';

/** Events of one window that are remembered for explaining; older ones are only counted. */
const REMEMBERED_MAX = 100_000;
/** Events named for one input of one row; of more, the first and the last. */
const NAMED_MAX = 200;

/** An event that a window took in, and when it let it go again. */
interface Member {
  timestamp: number;
  payload: Payload;
  key: unknown;
  /** The key of the partition that it belongs to. */
  part: unknown;
  /** The count of changes when it left; nothing while it is in. */
  left: number;
}

/** What was there when a row was made: a range of the members, and those that had not left yet. */
interface Range {
  log: MemberLog;
  from: number;
  to: number;
  changes: number;
  key: unknown;
  part: unknown;
}

type Lineage = { query: QueryPlan; payload: Payload; timestamp: number } | { query: QueryPlan; range: Range } | { of: Row };

/**
 * Remembers what each row was made of, for "why did this fire?". One in an engine that was made with `provenance`; an
 * engine without it has none of this in its way. What a row needs is one small record; its members are found when asked.
 */
export class Provenance {
  private readonly lineage = new WeakMap<Row, Lineage>();

  /** A row that another one became: a prediction or a function added to it. */
  derived(row: Row, of: Row): void {
    this.lineage.set(row, { of });
  }

  /** Notes of each row put out which event, pair or match it was made of. */
  plain(query: QueryPlan, project: (timestamp: number, payload: Payload) => Row | undefined): (timestamp: number, payload: Payload) => Row | undefined {
    return (timestamp, payload) => {
      const row = project(timestamp, payload);
      if (row !== undefined && row !== payload) this.lineage.set(row, { query, payload: kept(query, payload), timestamp });
      return row;
    };
  }

  /** Follows what a selection with aggregators takes in and lets go, and notes of each row the members at that moment: of the key at hand, where keys share it. */
  aggregated(query: QueryPlan, code: SelectionCode, make: (code: SelectionCode) => Stage, keyAtHand: () => unknown): Stage {
    const log = new MemberLog();
    const grouped = query.selection.groupBy.length > 0;
    const noted = (row: Row | undefined, timestamp: number, payload: Payload): Row | undefined => {
      if (row !== undefined) this.lineage.set(row, { query, range: log.range(grouped ? code.key(timestamp, payload) : undefined, keyAtHand()) });
      return row;
    };
    const stage = make({
      ...code,
      arrive: (group, timestamp, payload) => noted(code.arrive(group, timestamp, payload), timestamp, payload),
      leave: (group, timestamp, payload) => noted(code.leave(group, timestamp, payload), timestamp, payload),
    });
    return {
      event: (type: EventType, timestamp: number, payload: Payload): void => {
        if (type === CURRENT) log.add({ timestamp, payload: kept(query, payload), key: grouped ? code.key(timestamp, payload) : undefined, part: keyAtHand(), left: Number.POSITIVE_INFINITY });
        else if (type === EXPIRED) log.remove(payload);
        else log.clear(keyAtHand());
        stage.event(type, timestamp, payload);
      },
      end: () => stage.end(),
      discard: () => stage.discard?.(),
    };
  }

  /** The events that a row was made of directly, by input; undefined for a row that came from outside. */
  causesOf(row: Row): Cause | undefined {
    const lineage = this.lineage.get(row);
    if (lineage === undefined) return undefined;
    if ('of' in lineage) return this.causesOf(lineage.of) ?? { query: '', inputs: [{ name: '', stream: '', events: [{ timestamp: 0, row: lineage.of }], total: 1 }] };
    const { query } = lineage;
    const members = 'range' in lineage ? lineage.range.log.members(lineage.range) : { list: [lineage], total: 1 };
    const inputs = new Map<string, Cause['inputs'][number]>();
    for (const { timestamp, payload } of members.list) {
      for (const part of partsOf(query, timestamp, payload)) {
        const known = inputs.get(part.name);
        if (known === undefined) inputs.set(part.name, { ...part, events: [...part.events] });
        else inputs.set(part.name, { ...known, events: [...known.events, ...part.events], total: known.total + part.total });
      }
    }
    return { query: query.name, inputs: [...inputs.values()].map((one) => ({ ...one, total: one.total + members.total - members.list.length, events: ends(one.events) })) };
  }
}

/** The members of one window or running total, or of those of all keys that share it, in the order in which they came. */
class MemberLog {
  private list: Member[] = [];
  /** How many were forgotten before the first of the list. */
  private forgotten = 0;
  private head = 0;
  private changes = 0;

  add(member: Member): void {
    this.changes++;
    this.list.push(member);
    if (this.list.length < REMEMBERED_MAX * 2) return;
    this.list = this.list.slice(REMEMBERED_MAX);
    this.forgotten += REMEMBERED_MAX;
  }

  remove(payload: Payload): void {
    this.changes++;
    for (let at = Math.max(this.head - this.forgotten, 0); at < this.list.length; at++) {
      const member = this.list[at];
      if (member === undefined || member.left <= this.changes || !samePayload(member.payload, payload)) continue;
      member.left = this.changes;
      break;
    }
    this.pass();
  }

  /** Leaves those behind that have left. */
  private pass(): void {
    while ((this.list[this.head - this.forgotten]?.left ?? Number.POSITIVE_INFINITY) <= this.changes) this.head++;
  }

  clear(part: unknown): void {
    this.changes++;
    for (let at = Math.max(this.head - this.forgotten, 0); at < this.list.length; at++) {
      const member = this.list[at];
      if (member !== undefined && member.part === part && member.left > this.changes) member.left = this.changes;
    }
    this.pass();
  }

  range(key: unknown, part: unknown): Range {
    return { log: this, from: this.head, to: this.forgotten + this.list.length, changes: this.changes, key, part };
  }

  members({ from, to, changes, key, part }: Range): { list: Member[]; total: number } {
    const list = this.list.slice(Math.max(0, from - this.forgotten), Math.max(0, to - this.forgotten)).filter((one) => one.left > changes && one.key === key && one.part === part);
    return { list, total: list.length + Math.max(0, this.forgotten - from) };
  }
}

/** The slots of a match go on changing; what they hold now is copied. */
function kept({ input }: QueryPlan, payload: Payload): Payload {
  if (input.kind === 'single' || input.kind === 'join' || !Array.isArray(payload)) return payload;
  return payload.map((slot: unknown) => (Array.isArray(slot) ? [...slot] : slot));
}

function samePayload(left: Payload, right: Payload): boolean {
  if (left === right) return true;
  return Array.isArray(left) && Array.isArray(right) && left.length === 2 && right.length === 2 && left[0] === right[0] && left[1] === right[1] && typeof left[0] === 'object';
}

/** The first and the last of many. */
function ends<T>(events: readonly T[]): T[] {
  return events.length <= NAMED_MAX ? [...events] : [...events.slice(0, NAMED_MAX / 2), ...events.slice(-NAMED_MAX / 2)];
}

/** What a payload holds, by the names that the query gives its inputs. */
function partsOf({ input }: QueryPlan, timestamp: number, payload: Payload): Cause['inputs'] {
  const one = (name: string, stream: string, events: Taken[]): Cause['inputs'][number] => ({ name, stream, events: events.map(({ t, r }) => ({ timestamp: t, row: r })), total: events.length });
  switch (input.kind) {
    case 'single':
      return Array.isArray(payload) ? [one(input.stream, input.stream, [{ t: timestamp, r: payload }])] : [];
    case 'join': {
      const [left, right]: unknown[] = Array.isArray(payload) ? payload : [];
      return [[input.left.name, left] as const, [input.right.name, right] as const].flatMap(([name, row]) => (Array.isArray(row) ? [one(name, name, [{ t: timestamp, r: row }])] : []));
    }
    default: {
      const slots: readonly Slot[] = Array.isArray(payload) ? payload : [];
      return input.slots.flatMap(({ name, stream }, index) => {
        const slot = slots[index] ?? null;
        const taken = slot === null ? [] : Array.isArray(slot) ? slot : [slot];
        return taken.length === 0 ? [] : [one(name ?? stream, stream, taken)];
      });
    }
  }
}
