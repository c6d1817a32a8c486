import { WindowOutlet } from '../operators/windows/named-window.ts';
import type { PartitionPlan, QueryPlan } from '../plan/plan.ts';
import { buildBehind, buildQuery } from './build-query.ts';
import type { QueryContext } from './query-context.ts';
import { StageEntry } from './query-stages.ts';
import { NOWHERE } from './junction.ts';
import { readerOf } from './named-windows.ts';
import { FanOut } from './partition-entries.ts';
import type { Instance } from './partition-instance.ts';
import { waysInto, type Exits, type Member } from './partition-member.ts';
import type { Receiver } from './receiver.ts';
import { sendingOn, type KeyedSend } from './stage-chain.ts';
import { RATE_PLACE, type StageRuntime } from './stage-runtime.ts';
import { Alarm, Timers } from './timers.ts';

/** What copies of queries need from the partition that they are made for. */
export interface CopySurroundings {
  plan: PartitionPlan;
  stage: StageRuntime;
  members: readonly Member[];
  /** Inner streams that come in from an earlier stage. */
  entered: readonly string[];
  isWindow(stream: string): boolean;
  exits: Exits | undefined;
  /** The key whose events are worked on, where one copy serves all. */
  current(): unknown;
  /** The same, where each key's memory is put into the one copy. */
  keyAtHand(): unknown;
  /** Something of a key may change. */
  touch(instance: Instance): void;
  /** Where a key stands when an event for all of them goes round. */
  placeOf(instance: Instance): number;
}

/** Makes the queries of a partition once more, for one key or for all. */
export class KeyCopies {
  /** The streams that copies have ways in for, in their order. */
  readonly streams: readonly string[];
  readonly members: readonly Member[];
  /** What each copy's states are called, in the order of their making. */
  readonly names: string[] = [];
  /** One for no key: it shows whether anything is remembered, or waits for a time. */
  readonly pattern: Instance;
  private readonly around: CopySurroundings;
  /** While a copy is made: what it is made for, and its inner streams. */
  private made: Instance | undefined;
  private relays = new Map<string, FanOut>();
  private timers: Timers;

  constructor(around: CopySurroundings) {
    const { members, entered, stage } = around;
    this.around = around;
    this.members = members.map((one) => ({ ...one, context: this.within(one.plan, one.context) }));
    this.streams = [...new Set([...members.flatMap(waysInto).filter((one) => !one.startsWith('#')), ...entered])];
    this.timers = new Timers();
    this.pattern = this.make(undefined, 0);
    this.timers = stage.timers;
  }

  /** Every query once more. */
  make(key: unknown, rank: number): Instance {
    const { plan, isWindow } = this.around;
    const instance: Instance = { key, rank, copy: { ways: [], kept: [], alarms: [] }, memory: undefined, used: 0, touched: -1, older: undefined, newer: undefined };
    const ways = this.streams.map(() => new FanOut());
    const outlets = this.streams.map((one) => (isWindow(one) ? new WindowOutlet('all') : undefined));
    const before = this.made;
    this.made = instance;
    this.relays = new Map();
    for (const name of plan.inner.keys()) this.relays.set(name, new FanOut());
    const { relays } = this;
    for (const member of this.members) {
      const { plan: query, context, behind } = member;
      const running = behind === undefined ? buildQuery(query, context) : { receiver: () => buildBehind(behind, context) };
      for (const name of waysInto(member)) {
        const outlet = outlets[this.streams.indexOf(name)];
        if (outlet !== undefined) outlet.subscribe(readerOf(running.receiver(name), query.input.kind === 'pattern' || query.input.kind === 'sequence'));
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
    const { stage, exits, keyAtHand } = this.around;
    const first = stage.reserve();
    const inner = query.output.change === undefined && target.startsWith('#');
    const relay = (): Receiver => this.further(this.relays.get(target) ?? context.target, exits?.inner(target) ?? []);
    return {
      ...context,
      get target() {
        return inner ? relay() : context.target;
      },
      keyAtHand,
      alarm: (ring, behind) => this.alarm(ring, first, behind),
      // A key starts when its first event comes.
      begin: (begin) => begin(stage.clock.now, !stage.exact),
      keep: (id, state) => {
        const made = this.made?.copy.kept.push(state) ?? 0;
        if (made > this.names.length) this.names.push(id);
      },
      // In a partition nothing is made again from a window.
      refill: () => undefined,
      predict: ({ id }) => (exits === undefined ? NOWHERE : this.leaving(exits.prediction(id))),
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
    return sendingOn(send, () => (made === this.pattern ? this.around.current() : made?.key));
  }

  /** Operators ask for their alarms while their copy is made. */
  private alarm(ring: (time: number) => void, first: number, behind: true | undefined): Alarm {
    const { made = this.pattern, around } = this;
    const order = first + (behind === true ? RATE_PLACE : Math.min(made.copy.alarms.length, RATE_PLACE - 1));
    const rung = (time: number): void => {
      around.touch(made);
      ring(time);
    };
    const alarm = new Alarm(this.timers, order, rung, made.rank, () => around.placeOf(made));
    made.copy.alarms.push(alarm);
    return alarm;
  }
}
