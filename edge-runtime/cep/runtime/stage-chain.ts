import type { Row } from '../api.ts';
import { eachAlone, type Receiver } from './receiver.ts';
import { NOWHERE } from './junction.ts';
import { StageRuntime, type LogEntry, type Port } from './stage-runtime.ts';

/** Who hears of what fails in a later stage. */
export interface StageFaults {
  /** An entry whose prediction could not be made. */
  failed(entry: LogEntry): void;
  /** Something that threw while an entry was worked on. */
  threw(entry: LogEntry, failure: unknown): void;
}

/** Sends on what belongs to a key of a partition; what belongs to none has no key. */
export type KeyedSend = (key: unknown, timestamp: number, row: Row) => void;

/** Sends rows on one by one, each with the key that is worked on. */
export function sendingOn(send: KeyedSend, keyOf: () => unknown): Receiver {
  return eachAlone((timestamp, row) => send(keyOf(), timestamp, row));
}

/** The stages of an app, one behind each prediction, and the ways from one into the next. */
export class StageChain {
  readonly stages: StageRuntime[];
  readonly first: StageRuntime;
  private readonly ports = new Map<string, Port>();
  private readonly faults: StageFaults;
  private readonly start: number | undefined;
  private draining = false;
  /** There is nothing behind the first stage. Read for every event. */
  single: boolean;

  constructor(count: number, start: number | undefined, uuid: () => string, exact: boolean, faults: StageFaults) {
    this.start = start;
    this.first = new StageRuntime(start, uuid, exact);
    this.stages = [this.first];
    this.faults = faults;
    // Later stages always stop at every timer: their clock moves when predictions come, which must not be seen.
    while (this.stages.length < count) this.stages.push(new StageRuntime(start, uuid, true));
    this.single = this.stages.length === 1;
  }

  /** The stage at a place; the first where there is none. */
  at(index: number): StageRuntime {
    return this.stages[index] ?? this.first;
  }

  portOf(id: string): Port | undefined {
    return this.ports.get(id);
  }

  get portCount(): number {
    return this.ports.size;
  }

  /** The ports that were made since there were so many. */
  portsSince(count: number): string[] {
    return this.ports.size === count ? [] : [...this.ports.keys()].slice(count);
  }

  /** What is still on its way through a port goes nowhere. */
  close(id: string): void {
    const port = this.ports.get(id);
    if (port !== undefined) port.receiver = () => NOWHERE;
    this.ports.delete(id);
  }

  /** Further stages, for what is added to an app that runs; they begin at its time. */
  grow(count: number): void {
    const { first } = this;
    while (this.stages.length < count) {
      const stage = new StageRuntime(this.start, first.clock.uuid, true);
      stage.clock.now = first.clock.now;
      this.stages.push(stage);
    }
    this.single = this.stages.length === 1;
  }

  port(id: string, receiver: Port['receiver'], query: string): Port {
    const port: Port = { id, receiver, query };
    this.ports.set(id, port);
    return port;
  }

  /** From one stage into another: directly when they are the same, else through the later one's log. */
  crossing(from: number, to: number, id: string, receiver: Receiver): Receiver {
    const [earlier, later] = [this.stages[from], this.stages[to]];
    if (from === to || earlier === undefined || later === undefined) return receiver;
    return sendingOn(this.keyedCrossing(from, to, id, () => receiver), () => undefined);
  }

  /** Into a later stage, to where the events of a key go there. */
  keyedCrossing(from: number, to: number, id: string, receiver: Port['receiver']): KeyedSend {
    const [earlier, later] = [this.at(from), this.at(to)];
    const port = this.port(id, receiver, '');
    return (key, timestamp, row) => later.push({ time: earlier.clock.now, port, timestamp, row, key, state: 'ready', reason: '' });
  }

  /** Lets the later stages run as far as they can. */
  settle(): void {
    if (this.single || this.draining) return;
    this.draining = true;
    const guarded = (entry: LogEntry, run: () => void): void => {
      try {
        run();
      } catch (failure) {
        this.faults.threw(entry, failure);
      }
    };
    try {
      for (const [index, stage] of this.stages.entries()) {
        const before = this.stages[index - 1];
        if (before === undefined) continue;
        // A stage may go as far as the one before it has settled.
        if (before === this.first || before.backlog === 0) stage.allow(before.clock.now);
        stage.drain((entry) => this.faults.failed(entry), guarded);
      }
    } finally {
      this.draining = false;
    }
  }
}
