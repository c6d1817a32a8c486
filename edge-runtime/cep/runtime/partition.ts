import type { AttributeType, Bound } from '../api.ts';
import { setOrderOf } from '../operators/java-order.ts';
import { WindowOutlet } from '../operators/windows/named-window.ts';
import { isSwappable, type Stage, type Stateful, type Swappable } from '../operators/stage.ts';
import { textOf } from '../plan/functions.ts';
import type { PartitionPlan, QueryPlan } from '../plan/plan.ts';
import { inputStreams } from '../plan/stages.ts';
import type { BinaryReader, BinaryWriter } from './binary.ts';
import { buildBehind, buildQuery, StageEntry, type PredictionPlace, type QueryContext } from './build-query.ts';
import type { Receiver } from './receiver.ts';
import { NOWHERE } from './junction.ts';
import { keyReaders, keyTypeOf, type KeyReader } from './partition-keys.ts';
import { readerOf } from './named-windows.ts';
import { EveryKeyEntry, FanOut, KeyedEntry, SharedEntry } from './partition-entries.ts';
import { EveryKeyStage, KeyedStage } from './partition-window-entries.ts';
import { sendingOn, type KeyedSend } from './stage-chain.ts';
import type { StageRuntime } from './stage-runtime.ts';
import { Alarm, Timers } from './timers.ts';

/** One key of a partition with its own copy of every query. */
export interface Instance {
  readonly key: unknown;
  /** Counts the keys in the order in which they came. */
  readonly rank: number;
  /** The ways in, in the order of the partition's streams. */
  readonly ways: Receiver[];
  readonly kept: Stateful[];
  readonly alarms: Alarm[];
  /** What its operators remember, where all keys share the operators. */
  memory: readonly unknown[] | undefined;
  /** The clock when an event of this key came last. */
  used: number;
  /** Neighbours in the order of use. */
  older: Instance | undefined;
  newer: Instance | undefined;
}

/** A query of a partition, or the part of one behind a prediction, with the context in which its copies are made. */
export interface Member {
  plan: QueryPlan;
  context: QueryContext;
  behind: PredictionPlace | undefined;
}

/** The ways into the stages behind, for what belongs to a key. */
export interface Exits {
  prediction(id: string): KeyedSend;
  /** One for each later stage in which queries read the inner stream. */
  inner(stream: string): readonly KeyedSend[];
}

/**
 * A partition at run time. The copies of its queries are made when the first event of a key comes and forgotten with
 * the key: when it was idle for long (`@purge`), or when there are too many and it has been idle for longest.
 *
 * Copies cost, so there are as few as can be: where no query remembers anything, all keys share one copy; where all
 * that is remembered can be swapped, they share one too and each key has its memory only.
 *
 * A partition with predictions in it is divided: its queries behind a prediction are another of these, in a later stage.
 */
export class RunningPartition implements Stateful {
  /** Keys forgotten because there were too many. */
  dropped = 0;
  readonly plan: PartitionPlan;
  private readonly stage: StageRuntime;
  private readonly isWindow: (stream: string) => boolean;
  private readonly members: readonly Member[];
  private readonly exits: Exits | undefined;
  private readonly streams: readonly string[];
  private readonly readers: ReadonlyMap<string, KeyReader>;
  private readonly keyType: AttributeType;
  private readonly instances = new Map<unknown, Instance>();
  /** All keys in the order in which an event for all of them goes round, until one begins or is forgotten. */
  private walked: readonly Instance[] | undefined;
  private readonly shared: Instance | undefined;
  /** The operators of the one copy into which each key's memory is put. */
  private readonly swapped: readonly Swappable[] | undefined;
  private readonly pattern: Instance;
  private inside: Instance | undefined;
  /** The key whose events are worked on, where one copy serves all. */
  private current: unknown;
  private readonly purging: Alarm;
  private oldest: Instance | undefined;
  private newest: Instance | undefined;
  private ranks = 0;
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
    this.keyType = keyTypeOf(plan);
    // The first copy is for no key: it shows whether anything is remembered, and takes the places of the alarms.
    this.timers = new Timers();
    this.pattern = this.copy(undefined, 0);
    this.timers = stage.timers;
    const { kept, alarms } = this.pattern;
    const everyStreamHasKeys = this.inputs.every((one) => this.readers.has(one));
    this.shared = kept.length === 0 && alarms.length === 0 && everyStreamHasKeys && (exits === undefined || !loops) ? this.pattern : undefined;
    const swappable = kept.filter(isSwappable);
    // Events that come back into the partition while one is worked on would find another key's memory.
    this.swapped = alarms.length === 0 && swappable.length === kept.length && !loops ? swappable : undefined;
  }

  /** The streams of the app whose events come in here. */
  get inputs(): readonly string[] {
    return this.streams.filter((one) => !one.startsWith('#') && !this.members.some(({ behind }) => behind?.id === one));
  }

  get size(): number {
    return this.instances.size;
  }

  /** The key whose event came last, with what its queries hold under the names that snapshots have; its memory is in use until the next event. */
  latest(): { key: unknown; kept: (readonly [string, Stateful])[] } | undefined {
    const { newest } = this;
    if (newest === undefined) return undefined;
    this.enter(newest);
    return { key: newest.key, kept: newest.kept.map((state, index) => [this.names[index] ?? '', state] as const) };
  }

  /** The way in for one stream. */
  receiver(stream: string): Receiver {
    const slot = this.streams.indexOf(stream);
    const reader = this.readers.get(stream);
    if (this.isWindow(stream)) {
      const wayOf = ({ ways }: Instance): Stage => stageOf(ways[slot]);
      return new StageEntry(reader === undefined ? new EveryKeyStage(() => this.inOrder(), (one) => this.enter(one), wayOf) : new KeyedStage(reader, (key) => wayOf(this.find(key))));
    }
    if (reader === undefined) return new EveryKeyEntry(() => this.inOrder(), (one) => this.enter(one), slot);
    const way = this.shared?.ways[slot];
    if (way !== undefined && this.exits === undefined) return new SharedEntry(reader, way);
    return new KeyedEntry(reader, (key) => this.find(key), slot);
  }

  /** The way in for what belongs to a key: an inner stream of an earlier stage, or what is behind a prediction. */
  entry(name: string, key: unknown): Receiver {
    return this.find(key).ways[this.streams.indexOf(name)] ?? NOWHERE;
  }

  private find(key: unknown): Instance {
    if (this.shared !== undefined) {
      this.current = key;
      return this.shared;
    }
    const { now } = this.stage.clock;
    let instance = this.instances.get(key);
    if (instance === undefined) {
      if (this.instances.size >= this.plan.keysMax && this.oldest !== undefined) {
        this.forget(this.oldest);
        this.dropped++;
      }
      instance = this.make(key);
      this.instances.set(key, instance);
      this.walked = undefined;
      this.append(instance);
      if (this.plan.purge !== undefined && this.instances.size === 1) this.purging.at(now + this.plan.purge.interval);
    } else if (instance !== this.newest) {
      this.unlink(instance);
      this.append(instance);
    }
    instance.used = now;
    this.enter(instance);
    return instance;
  }

  /** The order is that of Siddhi's set of keys. */
  private inOrder(): readonly Instance[] {
    if (this.walked !== undefined) return this.walked;
    const all = [...this.instances.values()];
    return (this.walked = setOrderOf(all.map(({ key }) => textOf(key, this.keyType))).flatMap((place) => all[place] ?? []));
  }

  /** Puts a key's memory in. */
  private enter(instance: Instance): void {
    const { swapped } = this;
    this.current = instance.key;
    if (swapped === undefined || this.inside === instance) return;
    const { memory } = instance;
    for (let index = 0; index < swapped.length; index++) swapped[index]?.use(memory?.[index]);
    this.inside = instance;
  }

  private make(key: unknown, rank = this.ranks++): Instance {
    const { swapped, pattern } = this;
    if (swapped === undefined) return this.copy(key, rank);
    const { ways, kept, alarms } = pattern;
    const memory = swapped.map((one) => one.fresh());
    return { key, rank, ways, kept, alarms, memory, used: 0, older: undefined, newer: undefined };
  }

  /** Every query once more. */
  private copy(key: unknown, rank: number): Instance {
    const instance: Instance = { key, rank, ways: [], kept: [], alarms: [], memory: undefined, used: 0, older: undefined, newer: undefined };
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
      instance.ways.push(outlet === undefined ? (relays.get(this.streams[index] ?? '') ?? way).simplest() : new StageEntry(outlet));
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
      alarm: (ring) => this.alarm(ring),
      // A key starts when its first event comes.
      begin: (begin) => begin(this.stage.clock.now, !this.stage.exact),
      keep: (id, state) => {
        const made = this.made?.kept.push(state) ?? 0;
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
    const place = made.alarms.length;
    const order = (this.orders[place] ??= this.stage.reserve());
    const alarm = new Alarm(this.timers, order, ring, made.rank, () => this.inOrder().indexOf(made));
    made.alarms.push(alarm);
    return alarm;
  }

  private purge(time: number): void {
    const { purge } = this.plan;
    if (purge === undefined) return;
    for (let first = this.oldest; first !== undefined && first.used + purge.idle < time; first = this.oldest) this.forget(first);
    if (this.instances.size > 0) this.purging.at(time + purge.interval);
  }

  private forget(instance: Instance): void {
    for (const alarm of instance.alarms) alarm.clear();
    this.instances.delete(instance.key);
    this.walked = undefined;
    if (this.inside === instance) this.inside = undefined;
    this.unlink(instance);
  }

  /** Forgets every key for good. */
  close(): void {
    for (const instance of [...this.instances.values()]) this.forget(instance);
    this.purging.clear();
  }

  private append(instance: Instance): void {
    instance.older = this.newest;
    instance.newer = undefined;
    if (this.newest === undefined) this.oldest = instance;
    else this.newest.newer = instance;
    this.newest = instance;
  }

  private unlink(instance: Instance): void {
    const { older, newer } = instance;
    if (older === undefined) this.oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.newest = older;
    else newer.older = older;
  }

  save(writer: BinaryWriter): void {
    this.purging.save(writer);
    writer.count(this.dropped);
    writer.count(this.ranks);
    writer.count(this.instances.size);
    const places = new Map<Instance, number>();
    for (let one = this.oldest; one !== undefined; one = one.newer) places.set(one, places.size);
    for (const instance of this.instances.values()) {
      writer.value(instance.key);
      writer.count(instance.rank);
      writer.count(places.get(instance) ?? 0);
      writer.value(instance.used);
      this.enter(instance);
      for (const state of instance.kept) state.save(writer);
    }
  }

  load(reader: BinaryReader): void {
    for (const instance of [...this.instances.values()]) this.forget(instance);
    this.purging.load(reader);
    this.dropped = reader.count();
    this.ranks = reader.count();
    const byUse: Instance[] = [];
    for (let left = reader.count(); left > 0; left--) {
      const key = reader.value();
      const instance = this.make(key, reader.count());
      byUse[reader.count()] = instance;
      instance.used = Number(reader.value());
      this.enter(instance);
      for (const state of instance.kept) state.load(reader);
      this.instances.set(key, instance);
    }
    for (const instance of byUse) this.append(instance);
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

/** What a member takes events from: streams, or a prediction. As in Siddhi, a join in a partition only looks into a named window. */
function waysInto({ plan, behind }: Member): string[] {
  if (behind !== undefined) return [behind.id];
  const { input } = plan;
  const lookedInto = input.kind === 'join' ? [input.left, input.right].filter((one) => one.source === 'window').map((one) => one.name) : [];
  return [...new Set(inputStreams(plan))].filter((one) => !lookedInto.includes(one));
}
