import type { Bound } from '../held-api.ts';
import { setOrderOf } from '../operators/java-order.ts';
import { WindowOutlet } from '../operators/windows/named-window.ts';
import { isSwappable, swappedTogether, type Renewable, type Stage, type Stateful, type Swappable } from '../operators/stage.ts';
import type { PartitionPlan, QueryPlan } from '../plan/plan.ts';
import type { BinaryReader, BinaryWriter } from './binary.ts';
import { buildBehind, buildQuery } from './build-query.ts';
import type { QueryContext } from './query-context.ts';
import { StageEntry } from './query-stages.ts';
import { KeyTexts } from './key-texts.ts';
import type { Receiver } from './receiver.ts';
import { NOWHERE } from './junction.ts';
import { waysInto, type Exits, type Member } from './partition-member.ts';
import { UseOrder, type Copy, type Instance } from './partition-instance.ts';
import { keyReaders, keyTypeOf, type KeyReader } from './partition-keys.ts';
import { readerOf } from './named-windows.ts';
import { EveryKeyEntry, FanOut, KeyedEntry, SharedEntry } from './partition-entries.ts';
import { EveryKeyStage, KeyedStage } from './partition-window-entries.ts';
import { sendingOn, type KeyedSend } from './stage-chain.ts';
import type { StageRuntime } from './stage-runtime.ts';
import { Touched } from './touched.ts';
import { Alarm, Timers } from './timers.ts';

/**
 * A partition at run time. The copies of its queries are made when the first event of a key comes and forgotten with
 * the key: when it was idle for long (`@purge`), or when there are too many and it has been idle for longest.
 *
 * Copies cost, so there are as few as can be: where no query remembers anything, all keys share one copy; where all
 * that is remembered can be swapped, they share one too and each key has its memory only.
 *
 * A partition with predictions in it is divided: its queries behind a prediction are another of these, in a later stage.
 */
export class RunningPartition implements Renewable {
  /** Keys forgotten because there were too many. */
  dropped = 0;
  readonly plan: PartitionPlan;
  private readonly stage: StageRuntime;
  private readonly isWindow: (stream: string) => boolean;
  private readonly members: readonly Member[];
  private readonly exits: Exits | undefined;
  private readonly streams: readonly string[];
  private readonly readers: ReadonlyMap<string, KeyReader>;
  readonly keys: KeyTexts;
  private readonly instances = new Map<unknown, Instance>();
  /** All keys in the order in which an event for all of them goes round, until one begins or is forgotten. */
  private walked: readonly Instance[] | undefined;
  private readonly shared: Instance | undefined;
  /** The operators of the one copy into which each key's memory is put. */
  private readonly swapped: Pick<Swappable, 'fresh' | 'use'> | undefined;
  private readonly pattern: Instance;
  private inside: Instance | undefined;
  /** The key whose events are worked on, where one copy serves all. */
  private current: unknown;
  private readonly purging: Alarm;
  private readonly byUse = new UseOrder();
  private ranks = 0;
  /** The clock when the first event of all came. */
  private since: number | undefined;
  /** What changed in this turn of following, while somebody follows. */
  private changes: Touched<Instance> | undefined;
  private turn = 0;
  /** How many of the keys that there were are yet to be written in slices. */
  private unwritten = 0;
  /** While a copy is made: what it is made for, its inner streams, and its alarms' places in the order of the app. */
  private made: Instance | undefined;
  private relays = new Map<string, FanOut>();
  private timers: Timers;
  private readonly orders: number[] = [];
  /** What each copy's states are called, in the order of their making. */
  private readonly names: string[] = [];

  /** `entered`: inner streams that come in from an earlier stage. */
  constructor(plan: PartitionPlan, members: readonly Member[], stage: StageRuntime, isWindow: (stream: string) => boolean, loops: boolean, entered: readonly string[] = [], exits?: Exits) {
    this.plan = plan;
    this.stage = stage;
    this.isWindow = isWindow;
    this.exits = exits;
    this.purging = stage.alarm((time) => this.purge(time));
    this.members = members.map((one) => ({ ...one, context: this.within(one.plan, one.context) }));
    this.streams = [...new Set([...members.flatMap(waysInto).filter((one) => !one.startsWith('#')), ...entered])];
    const [first] = this.members;
    this.readers = first === undefined ? new Map() : keyReaders(plan, first.context.code);
    this.keys = new KeyTexts(keyTypeOf(plan), this.instances, this.byUse);
    // The first copy is for no key: it shows whether anything is remembered, and takes the places of the alarms.
    this.timers = new Timers();
    this.pattern = this.copy(undefined, 0);
    this.timers = stage.timers;
    const { kept, alarms } = this.pattern.copy;
    const everyStreamHasKeys = this.inputs.every((one) => this.readers.has(one));
    this.shared = kept.length === 0 && alarms.length === 0 && everyStreamHasKeys && (exits === undefined || !loops) ? this.pattern : undefined;
    const swappable = kept.filter(isSwappable);
    // Events that come back into the partition while one is worked on would find another key's memory.
    this.swapped = alarms.length === 0 && swappable.length === kept.length && !loops ? swappedTogether(swappable) : undefined;
  }

  /** The streams of the app whose events come in here. */
  get inputs(): readonly string[] {
    return this.streams.filter((one) => !one.startsWith('#') && !this.members.some(({ behind }) => behind?.id === one));
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
    const slot = this.streams.indexOf(stream);
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
    return this.find(key).copy.ways[this.streams.indexOf(name)] ?? NOWHERE;
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
      instance = this.make(key);
      this.instances.set(key, instance);
      this.walked = undefined;
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
  private enter(instance: Instance): void {
    const { swapped } = this;
    this.current = instance.key;
    if (swapped === undefined || this.inside === instance) return;
    swapped.use(instance.memory);
    this.inside = instance;
  }

  private make(key: unknown, rank = this.ranks++): Instance {
    const { swapped, pattern } = this;
    if (swapped === undefined) return this.copy(key, rank);
    return { key, rank, copy: pattern.copy, memory: swapped.fresh(), used: 0, touched: -1, older: undefined, newer: undefined };
  }

  /** Every query once more. */
  private copy(key: unknown, rank: number): Instance {
    const instance: Instance = { key, rank, copy: { ways: [], kept: [], alarms: [] }, memory: undefined, used: 0, touched: -1, older: undefined, newer: undefined };
    const ways = this.streams.map(() => new FanOut());
    const outlets = this.streams.map((one) => (this.isWindow(one) ? new WindowOutlet('all') : undefined));
    const before = this.made;
    this.made = instance;
    this.relays = new Map();
    for (const name of this.plan.inner.keys()) this.relays.set(name, new FanOut());
    const { relays } = this;
    for (const member of this.members) {
      const { plan, context, behind } = member;
      const running = behind === undefined ? buildQuery(plan, context) : { receiver: () => buildBehind(behind, context) };
      for (const name of waysInto(member)) {
        const outlet = outlets[this.streams.indexOf(name)];
        if (outlet !== undefined) outlet.subscribe(readerOf(running.receiver(name), plan.input.kind === 'pattern' || plan.input.kind === 'sequence'));
        else (relays.get(name) ?? ways[this.streams.indexOf(name)])?.add(running.receiver(name));
      }
    }
    ways.forEach((way, index) => {
      const outlet = outlets[index];
      instance.copy.ways.push(outlet === undefined ? (relays.get(this.streams[index] ?? '') ?? way).simplest() : new StageEntry(outlet));
    });
    this.made = before;
    return instance;
  }

  /** The context of a query, with what it makes going to the copy at hand. */
  private within(query: QueryPlan, context: QueryContext): QueryContext {
    const { target } = query.output;
    const inner = query.output.change === undefined && target.startsWith('#');
    const relay = (): Receiver => this.further(this.relays.get(target) ?? context.target, this.exits?.inner(target) ?? []);
    return {
      ...context,
      get target() {
        return inner ? relay() : context.target;
      },
      keyAtHand: () => (this.swapped === undefined ? undefined : this.current),
      alarm: (ring) => this.alarm(ring),
      // A key starts when its first event comes.
      begin: (begin) => begin(this.stage.clock.now, !this.stage.exact),
      keep: (id, state) => {
        const made = this.made?.copy.kept.push(state) ?? 0;
        if (made > this.names.length) this.names.push(id);
      },
      // A partition is taken over whole or not at all.
      refill: () => undefined,
      predict: ({ id }) => (this.exits === undefined ? NOWHERE : this.leaving(this.exits.prediction(id))),
    };
  }

  /** Also to those in later stages. */
  private further(here: Receiver, sends: readonly KeyedSend[]): Receiver {
    if (sends.length === 0) return here;
    const all = new FanOut();
    all.add(here);
    for (const send of sends) all.add(this.leaving(send));
    return all;
  }

  /** Out of the copy at hand, with its key; of the one copy for all, with the key that is worked on. */
  private leaving(send: KeyedSend): Receiver {
    const { made } = this;
    return sendingOn(send, () => (made === this.pattern ? this.current : made?.key));
  }

  private alarm(ring: (time: number) => void): Alarm {
    const { made } = this;
    if (made === undefined) throw new TypeError('An operator of a partition asked for an alarm after it was made.');
    const place = made.copy.alarms.length;
    const order = (this.orders[place] ??= this.stage.reserve());
    const rung = (time: number): void => {
      this.touch(made);
      ring(time);
    };
    const alarm = new Alarm(this.timers, order, rung, made.rank, () => this.inOrder().indexOf(made));
    made.copy.alarms.push(alarm);
    return alarm;
  }

  private purge(time: number): void {
    const { purge } = this.plan;
    if (purge === undefined) return;
    for (let first = this.byUse.oldest; first !== undefined && first.used + (this.since ?? 0) + purge.idle < time; first = this.byUse.oldest) this.forget(first);
    if (this.instances.size > 0) this.purging.at(time + purge.interval);
  }

  private forget(instance: Instance): void {
    for (const alarm of instance.copy.alarms) alarm.clear();
    this.changes?.gone(instance.key);
    this.instances.delete(instance.key);
    this.walked = undefined;
    if (this.inside === instance) this.inside = undefined;
    this.byUse.unlink(instance);
  }

  /** Forgets every key for good. */
  close(): void {
    this.forgetAll();
    this.purging.clear();
  }

  save(writer: BinaryWriter): void {
    this.saveBounds(writer);
    const places = new Map<Instance, number>();
    for (let one = this.byUse.oldest; one !== undefined; one = one.newer) places.set(one, places.size);
    this.saveInstances([...this.instances.values()], (one) => places.get(one) ?? 0, writer);
  }

  load(reader: BinaryReader): void {
    this.forgetAll();
    this.loadBounds(reader);
    for (const instance of this.loadInstances(reader)) if (instance !== undefined) this.moveUp(instance);
  }

  private forgetAll(): void {
    this.changes = undefined;
    for (const instance of [...this.instances.values()]) this.forget(instance);
  }

  private saveBounds(writer: BinaryWriter): void {
    this.purging.save(writer);
    writer.count(this.dropped);
    writer.count(this.ranks);
  }

  private loadBounds(reader: BinaryReader): void {
    this.purging.load(reader);
    this.dropped = reader.count();
    this.ranks = reader.count();
  }

  private saveInstances(instances: readonly Instance[], placeOf: (instance: Instance) => number, writer: BinaryWriter): void {
    writer.count(instances.length);
    for (const instance of instances) this.saveInstance(instance, placeOf(instance), writer);
  }

  private saveInstance(instance: Instance, place: number, writer: BinaryWriter): void {
    writer.value(instance.key);
    writer.count(instance.rank);
    writer.count(place);
    writer.value(instance.used + (this.since ?? 0));
    this.enter(instance);
    for (const state of instance.copy.kept) state.save(writer);
  }

  /** Gives them in their places. */
  private loadInstances(reader: BinaryReader): (Instance | undefined)[] {
    const placed: (Instance | undefined)[] = [];
    for (let left = reader.count(); left > 0; left--) {
      const { instance, place } = this.loadInstance(reader);
      placed[place] = instance;
    }
    return placed;
  }

  private loadInstance(reader: BinaryReader): { instance: Instance; place: number } {
    const key = reader.value();
    const rank = reader.count();
    let instance = this.instances.get(key);
    if (instance === undefined) this.byUse.append((instance = this.make(key, rank)));
    const place = reader.count();
    const used = Number(reader.value());
    instance.used = used - (this.since ??= used);
    this.enter(instance);
    for (const state of instance.copy.kept) state.load(reader);
    this.instances.set(key, instance);
    return { instance, place };
  }

  follow(): void {
    this.turn++;
    this.changes = new Touched(this.instances.size);
  }

  /** Keys that went, then all of each that an event or a timer came to. */
  saveChanges(writer: BinaryWriter): boolean {
    const { changes, turn } = this;
    if (changes === undefined || changes.overflowed) return false;
    this.saveBounds(writer);
    changes.saveGone(writer);
    const places = new Map<Instance, number>();
    for (let one = this.byUse.newest; one?.touched === turn; one = one.older) places.set(one, places.size + 1);
    const living = changes.each().filter((one) => this.instances.get(one.key) === one);
    // Those that stay where they are in the order of use have place 0; of the others 1 is the newest.
    this.saveInstances(living.sort((left, right) => left.rank - right.rank), (one) => places.get(one) ?? 0, writer);
    this.follow();
    return true;
  }

  loadChanges(reader: BinaryReader): void {
    this.loadBounds(reader);
    for (const key of reader.list()) {
      const instance = this.instances.get(key);
      if (instance !== undefined) this.forget(instance);
    }
    this.walked = undefined;
    const [, ...moved] = this.loadInstances(reader);
    for (const instance of moved.reverse()) if (instance !== undefined) this.moveUp(instance);
  }

  private moveUp(instance: Instance): void {
    if (this.byUse.has(instance)) this.byUse.unlink(instance);
    this.byUse.append(instance);
  }

  renew(): void {
    this.byUse.next = this.byUse.oldest;
    this.unwritten = this.instances.size;
  }

  /** In the order of use, from the oldest: a key that an event comes to goes behind them all, and is in the changes. */
  saveSlice(writer: BinaryWriter, bytesMax: number): boolean {
    const { byUse } = this;
    for (let some = false; byUse.next !== undefined && this.unwritten > 0 && (!some || writer.size < bytesMax); some = true) {
      writer.count(1);
      this.saveInstance(byUse.next, 0, writer);
      byUse.next = byUse.next.newer;
      this.unwritten--;
    }
    writer.count(0);
    if (this.unwritten === 0) byUse.next = undefined;
    return byUse.next === undefined;
  }

  loadSlices(slices: readonly BinaryReader[], changes: readonly BinaryReader[]): void {
    this.forgetAll();
    for (const reader of slices) while (reader.count() === 1) this.moveUp(this.loadInstance(reader).instance);
    for (const reader of changes) this.loadChanges(reader);
    // They are kept in the order in which they came.
    const all = [...this.instances].sort(([, left], [, right]) => left.rank - right.rank);
    this.instances.clear();
    for (const [key, instance] of all) this.instances.set(key, instance);
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
