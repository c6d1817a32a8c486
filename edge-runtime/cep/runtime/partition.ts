import type { Bound } from '../held-api.ts';
import { setOrderOf } from '../operators/java-order.ts';
import { isSwappable, swappedTogether, type Stage, type Stateful, type Swappable } from '../operators/stage.ts';
import type { PartitionPlan } from '../plan/plan.ts';
import { StageEntry } from './query-stages.ts';
import { KeyTexts } from './key-texts.ts';
import type { Receiver } from './receiver.ts';
import { NOWHERE } from './junction.ts';
import { KeyCopies } from './partition-copies.ts';
import type { Exits, Member } from './partition-member.ts';
import { UseOrder, type Copy, type Instance, type RememberedKeys } from './partition-instance.ts';
import { PartitionMemory } from './partition-memory.ts';
import { keyReaders, keyTypeOf, type KeyReader } from './partition-keys.ts';
import { EveryKeyEntry, KeyedEntry, SharedEntry } from './partition-entries.ts';
import { EveryKeyStage, KeyedStage } from './partition-window-entries.ts';
import type { StageRuntime } from './stage-runtime.ts';
import type { Touched } from './touched.ts';
import type { Alarm } from './timers.ts';

/**
 * A partition at run time. The copies of its queries are made when the first event of a key comes and forgotten with
 * the key: when it was idle for long (`@purge`), or when there are too many and it has been idle for longest.
 *
 * Copies cost, so there are as few as can be: where no query remembers anything, all keys share one copy; where all
 * that is remembered can be swapped, they share one too and each key has its memory only.
 *
 * A partition with predictions in it is divided: its queries behind a prediction are another of these, in a later stage.
 */
export class RunningPartition implements RememberedKeys {
  readonly memory: PartitionMemory;
  /** Keys forgotten because there were too many. */
  dropped = 0;
  readonly plan: PartitionPlan;
  private readonly stage: StageRuntime;
  private readonly isWindow: (stream: string) => boolean;
  private readonly copies: KeyCopies;
  private readonly exits: Exits | undefined;
  private readonly readers: ReadonlyMap<string, KeyReader>;
  readonly keys: KeyTexts;
  readonly instances = new Map<unknown, Instance>();
  /** All keys in the order in which an event for all of them goes round, until one begins or is forgotten. */
  private walked: readonly Instance[] | undefined;
  private readonly shared: Instance | undefined;
  /** The operators of the one copy into which each key's memory is put. */
  private readonly swapped: Pick<Swappable, 'fresh' | 'use'> | undefined;
  private readonly pattern: Instance;
  private inside: Instance | undefined;
  /** The key whose events are worked on, where one copy serves all. */
  private current: unknown;
  readonly purging: Alarm;
  readonly byUse = new UseOrder();
  ranks = 0;
  /** The clock when the first event of all came. */
  since: number | undefined;
  /** What changed in this turn of following, while somebody follows. */
  changes: Touched<Instance> | undefined;
  turn = 0;
  /** `entered`: inner streams that come in from an earlier stage. */
  constructor(plan: PartitionPlan, members: readonly Member[], stage: StageRuntime, isWindow: (stream: string) => boolean, loops: boolean, entered: readonly string[] = [], exits?: Exits) {
    this.plan = plan;
    this.stage = stage;
    this.isWindow = isWindow;
    this.exits = exits;
    this.memory = new PartitionMemory(this);
    this.purging = stage.alarm((time) => this.purge(time));
    this.copies = new KeyCopies({
      plan,
      stage,
      members,
      entered,
      isWindow,
      exits,
      current: () => this.current,
      keyAtHand: () => (this.swapped === undefined ? undefined : this.current),
      touch: (instance) => this.touch(instance),
      placeOf: (instance) => this.inOrder().indexOf(instance),
    });
    const [first] = members;
    this.readers = first === undefined ? new Map() : keyReaders(plan, first.context.code);
    this.keys = new KeyTexts(keyTypeOf(plan), this.instances, this.byUse);
    this.pattern = this.copies.pattern;
    const { kept, alarms } = this.pattern.copy;
    const everyStreamHasKeys = this.inputs.every((one) => this.readers.has(one));
    this.shared = kept.length === 0 && alarms.length === 0 && everyStreamHasKeys && (exits === undefined || !loops) ? this.pattern : undefined;
    const swappable = kept.filter(isSwappable);
    // Events that come back into the partition while one is worked on would find another key's memory.
    this.swapped = alarms.length === 0 && swappable.length === kept.length && !loops ? swappedTogether(swappable) : undefined;
  }

  /** The streams of the app whose events come in here. */
  get inputs(): readonly string[] {
    const { streams, members } = this.copies;
    return streams.filter((one) => !one.startsWith('#') && !members.some(({ behind }) => behind?.id === one));
  }

  get names(): readonly string[] {
    return this.copies.names;
  }

  get size(): number {
    return this.instances.size;
  }

  /**
   * A key as text, or the one whose event came last, with what its queries hold under the names that snapshots have; its memory
   * is in use until the next event.
   */
  heldFor(key: string | undefined): { key: string; kept: (readonly [string, Stateful])[] } | undefined {
    const instance = key === undefined ? this.byUse.newest : this.keys.find(key);
    if (instance === undefined) return undefined;
    this.enter(instance);
    return { key: this.keys.of(instance), kept: instance.copy.kept.map((state, index) => [this.names[index] ?? '', state] as const) };
  }

  /** The way in for one stream. */
  receiver(stream: string): Receiver {
    const slot = this.copies.streams.indexOf(stream);
    const reader = this.readers.get(stream);
    if (this.isWindow(stream)) {
      const wayOf = ({ copy }: Instance): Stage => stageOf(copy.ways[slot]);
      return new StageEntry(reader === undefined ? new EveryKeyStage(() => this.inOrder(), (one) => this.visit(one), wayOf) : new KeyedStage(reader, (key) => wayOf(this.find(key))));
    }
    if (reader === undefined) return new EveryKeyEntry(() => this.inOrder(), (one) => this.visit(one).ways[slot] ?? NOWHERE);
    const way = this.shared?.copy.ways[slot];
    if (way !== undefined && this.exits === undefined) return new SharedEntry(reader, way);
    return new KeyedEntry(reader, (key) => this.find(key).copy.ways[slot] ?? NOWHERE);
  }

  /** The way in for what belongs to a key: an inner stream of an earlier stage, or what is behind a prediction. */
  entry(name: string, key: unknown): Receiver {
    return this.find(key).copy.ways[this.copies.streams.indexOf(name)] ?? NOWHERE;
  }

  private find(key: unknown): Instance {
    if (this.shared !== undefined) {
      this.current = key;
      return this.shared;
    }
    const { now } = this.stage.clock;
    let instance = this.instances.get(key);
    if (instance === undefined) {
      if (this.instances.size >= this.plan.keysMax && this.byUse.oldest !== undefined) {
        this.forget(this.byUse.oldest);
        this.dropped++;
      }
      instance = this.make(key, this.ranks++);
      this.instances.set(key, instance);
      this.byUse.append(instance);
      if (this.plan.purge !== undefined && this.instances.size === 1) this.purging.at(now + this.plan.purge.interval);
    } else if (instance !== this.byUse.newest) {
      this.byUse.unlink(instance);
      this.byUse.append(instance);
    }
    instance.used = now - (this.since ??= now);
    this.visit(instance);
    return instance;
  }

  /** Goes to a key, where something may change. */
  private visit(instance: Instance): Copy {
    this.touch(instance);
    this.enter(instance);
    return instance.copy;
  }

  private touch(instance: Instance): void {
    if (instance.touched === this.turn) return;
    instance.touched = this.turn;
    this.changes?.add(instance);
  }

  /** The order is that of Siddhi's set of keys. */
  private inOrder(): readonly Instance[] {
    if (this.walked !== undefined) return this.walked;
    const all = [...this.instances.values()];
    return (this.walked = setOrderOf(all.map((one) => this.keys.of(one))).flatMap((place) => all[place] ?? []));
  }

  /** Puts a key's memory in. */
  enter(instance: Instance): void {
    const { swapped } = this;
    this.current = instance.key;
    if (swapped === undefined || this.inside === instance) return;
    swapped.use(instance.memory);
    this.inside = instance;
  }

  make(key: unknown, rank: number): Instance {
    const { swapped, pattern } = this;
    this.walked = undefined;
    if (swapped === undefined) return this.copies.make(key, rank);
    return { key, rank, copy: pattern.copy, memory: swapped.fresh(), used: 0, touched: -1, older: undefined, newer: undefined };
  }

  private purge(time: number): void {
    const { purge } = this.plan;
    if (purge === undefined) return;
    for (let first = this.byUse.oldest; first !== undefined && first.used + (this.since ?? 0) + purge.idle < time; first = this.byUse.oldest) this.forget(first);
    if (this.instances.size > 0) this.purging.at(time + purge.interval);
  }

  forget(instance: Instance): void {
    for (const alarm of instance.copy.alarms) alarm.clear();
    this.changes?.gone(instance.key);
    this.instances.delete(instance.key);
    this.walked = undefined;
    if (this.inside === instance) this.inside = undefined;
    this.byUse.unlink(instance);
  }

  /** Forgets every key for good. */
  close(): void {
    this.changes = undefined;
    for (const instance of [...this.instances.values()]) this.forget(instance);
    this.purging.clear();
  }
}

/** How full a partition is: as its fullest part. */
export function boundOf(plan: PartitionPlan, running: readonly RunningPartition[]): Bound {
  const parts = running.filter((one) => one.plan === plan);
  return { what: `keys of ${plan.name}`, held: Math.max(0, ...parts.map((one) => one.size)), max: plan.keysMax, dropped: parts.reduce((sum, one) => Math.max(sum, one.dropped), 0) };
}

/** A way in for events that leave as well as arrive. */
function stageOf(way: Receiver | undefined): Stage {
  if (way instanceof StageEntry) return way.first;
  throw new TypeError('A named window has no way into a partition.');
}
