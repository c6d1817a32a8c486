import { loadQueue, QueueSlices } from '../operators/queue-slices.ts';
import { append } from './append.ts';
import type { BinaryReader, BinaryWriter } from './binary.ts';

/** The virtual clock of one stage. */
export interface Clock {
  now: number;
  uuid(): string;
}

/**
 * What one operator waits for. Times are kept in the order in which they were asked for, and the first one holds back
 * the others, as in Siddhi; operators ask in ascending order except when events come out of order.
 */
export class Alarm {
  /** Place of the operator in the app; alarms due together ring in this order. */
  readonly order: number;
  /** Tells copies of one operator apart, which ring in the order of their making. */
  readonly rank: number;
  /** Where its copy stands among the keys of its partition. */
  readonly place: () => number;
  private readonly timers: Timers;
  private readonly ring: (time: number) => void;
  private times: number[] = [];
  private head = 0;
  /** It stays out of the heap, which goes by the next time to ring, while that time changes. */
  private draining = false;
  /** How many times have been done with, ever. */
  private done = 0;
  private followed: { done: number; size: number; slices: QueueSlices | undefined } | undefined;
  /** Position in the timers' heap, -1 when nothing is waited for. */
  heapIndex = -1;

  constructor(timers: Timers, order: number, ring: (time: number) => void, rank = 0, place = (): number => rank) {
    this.timers = timers;
    this.order = order;
    this.rank = rank;
    this.place = place;
    this.ring = ring;
  }

  /** The next time to ring; only while `waiting`. */
  get due(): number {
    return this.times[this.head] ?? Number.POSITIVE_INFINITY;
  }

  /** Whether others ring at this moment and it is to come behind them. */
  get isNext(): boolean {
    return this.timers.position < this.order;
  }

  at(time: number): void {
    this.times.push(time);
    if (this.times.length - this.head === 1 && !this.draining) this.timers.add(this);
  }

  /** Rings for all that is due; what is asked for meanwhile and due as well rings too. */
  drain(clock: Clock): void {
    this.draining = true;
    while (this.due <= clock.now) {
      const time = this.due;
      this.head++;
      this.done++;
      if (this.head > 64 && this.head * 2 > this.times.length) {
        this.times = this.times.slice(this.head);
        this.head = 0;
      }
      this.ring(time);
    }
    this.draining = false;
    if (this.head < this.times.length) this.timers.add(this);
    else {
      this.times.length = 0;
      this.head = 0;
    }
  }

  save(writer: BinaryWriter): void {
    writer.list(this.times.slice(this.head));
  }

  load(reader: BinaryReader): void {
    this.followed = undefined;
    this.timers.remove(this);
    this.times = reader.list().map(Number);
    this.head = 0;
    if (this.times.length > 0) this.timers.add(this);
  }

  follow(): void {
    this.followed = { done: this.done, size: this.times.length - this.head, slices: this.followed?.slices };
  }

  /** Writes how many of the times that were waited for are done with, and those that came. See `Incremental`. */
  saveChanges(writer: BinaryWriter): boolean {
    const { followed } = this;
    if (followed === undefined) return false;
    const gone = Math.min(followed.size, this.done - followed.done);
    writer.count(gone);
    writer.list(this.times.slice(this.head + followed.size - gone));
    this.follow();
    return true;
  }

  loadChanges(reader: BinaryReader): void {
    this.timers.remove(this);
    this.head = Math.min(this.times.length, this.head + reader.count());
    for (const time of reader.list()) this.times.push(Number(time));
    if (this.head < this.times.length) this.timers.add(this);
  }

  renew(): void {
    const size = this.times.length - this.head;
    this.followed = { done: this.done, size, slices: new QueueSlices(this.done, size) };
  }

  saveSlice(writer: BinaryWriter, bytesMax: number): boolean {
    return this.followed?.slices?.save(this.done, writer, bytesMax, (place) => writer.value(this.times[this.head + place])) ?? true;
  }

  loadSlices(slices: readonly BinaryReader[], changes: readonly BinaryReader[]): void {
    this.followed = undefined;
    this.timers.remove(this);
    const times: number[] = [];
    let head = 0;
    loadQueue(
      {
        get size() {
          return times.length - head;
        },
        clear: () => void (head = times.length),
        drop: (count) => void (head += count),
        take: (reader) => times.push(Number(reader.value())),
        takeAll: (reader) => reader.list().forEach((time) => times.push(Number(time))),
      },
      slices,
      changes,
    );
    [this.times, this.head] = [times.slice(head), 0];
    if (this.times.length > 0) this.timers.add(this);
  }

  /** Waits for nothing any more. */
  clear(): void {
    this.timers.remove(this);
    this.done += this.times.length - this.head;
    this.times.length = 0;
    this.head = 0;
  }
}

/** Takes out the copies of one operator that are due together with one of an earlier place. */
function takeTied(alarms: Alarm[], order: number): Alarm[] {
  const first = new Map<number, Alarm>();
  for (const alarm of alarms) {
    const other = first.get(alarm.due);
    if (alarm.order === order && (other === undefined || alarm.place() < other.place())) first.set(alarm.due, alarm);
  }
  const tied = alarms.filter((alarm) => alarm.order === order && first.get(alarm.due) !== alarm);
  for (const alarm of tied) alarms.splice(alarms.indexOf(alarm), 1);
  return tied;
}

/** All alarms of a stage, the soonest first: a binary heap. */
export class Timers {
  private readonly heap: Alarm[] = [];
  /** When the soonest alarm rings; infinity when none waits. Read for every event. */
  next = Number.POSITIVE_INFINITY;
  /** The place of what rings; infinity while nothing does. */
  position = Number.POSITIVE_INFINITY;

  /**
   * Rings everything due at the clock's time, operator by operator in the order of the app. What an operator sets off
   * may make a later one due, which rings too; an earlier one that becomes due waits for the next time. With `apart`, of several
   * copies of one operator that are due at the same time one rings, and the others at the next time.
   */
  ring(clock: Clock, apart = false): void {
    const passed: Alarm[] = [];
    for (let position = -1; ; ) {
      const due = this.takeDue(clock, position, passed);
      const [first] = due;
      if (first === undefined) break;
      this.position = position = first.order;
      const later = apart && due.length > 1 ? takeTied(due, position) : undefined;
      for (const alarm of due) {
        if (alarm.order === position) alarm.drain(clock);
        else this.add(alarm);
      }
      if (later !== undefined) append(passed, later);
    }
    this.position = Number.POSITIVE_INFINITY;
    for (const alarm of passed) this.add(alarm);
  }

  /** Takes out what is due and stands after `position`, in order; what stands before goes to `passed`. */
  private takeDue(clock: Clock, position: number, passed: Alarm[]): Alarm[] {
    const due: Alarm[] = [];
    for (let first = this.heap[0]; first !== undefined && first.due <= clock.now; first = this.heap[0]) {
      this.remove(first);
      (first.order > position ? due : passed).push(first);
    }
    return due.length > 1 ? due.sort((left, right) => left.order - right.order || left.due - right.due || left.rank - right.rank) : due;
  }

  /** Moves the clock to `time`, stopping at everything due on the way. */
  advance(clock: Clock, time: number): void {
    while (this.next <= time) {
      if (this.next > clock.now) clock.now = this.next;
      this.ring(clock);
    }
    clock.now = time;
  }

  add(alarm: Alarm): void {
    if (alarm.heapIndex >= 0) return;
    alarm.heapIndex = this.heap.push(alarm) - 1;
    this.up(alarm);
    this.next = this.heap[0]?.due ?? Number.POSITIVE_INFINITY;
  }

  remove(alarm: Alarm): void {
    const index = alarm.heapIndex;
    if (index < 0) return;
    alarm.heapIndex = -1;
    const last = this.heap.pop();
    if (last !== undefined && last !== alarm) {
      this.heap[index] = last;
      last.heapIndex = index;
      this.up(last);
      this.down(last);
    }
    this.next = this.heap[0]?.due ?? Number.POSITIVE_INFINITY;
  }

  private up(alarm: Alarm): void {
    for (;;) {
      const parent = (alarm.heapIndex - 1) >> 1;
      const above = parent < 0 || alarm.heapIndex === 0 ? undefined : this.heap[parent];
      if (above === undefined || above.due <= alarm.due) return;
      this.swap(above, alarm);
    }
  }

  private down(alarm: Alarm): void {
    for (;;) {
      const left = this.heap[alarm.heapIndex * 2 + 1];
      const right = this.heap[alarm.heapIndex * 2 + 2];
      const least = left !== undefined && right !== undefined && right.due < left.due ? right : left;
      if (least === undefined || least.due >= alarm.due) return;
      this.swap(alarm, least);
    }
  }

  private swap(above: Alarm, below: Alarm): void {
    const index = above.heapIndex;
    above.heapIndex = below.heapIndex;
    below.heapIndex = index;
    this.heap[above.heapIndex] = above;
    this.heap[below.heapIndex] = below;
  }
}
