import type { Compound, Renewable } from '../operators/stage.ts';
import { BinaryReader, BinaryWriter } from './binary.ts';
import type { Instance, RememberedKeys } from './partition-instance.ts';
import { loadRowChanges, loadRows } from './partition-rows.ts';
import { Touched } from './touched.ts';

/** What begins the state of a partition in columns; before, a list began it, which cannot be so long. */
const IN_COLUMNS = Number.MAX_SAFE_INTEGER;
const UNTOUCHED = -1;

/**
 * What a partition remembers, in snapshots: its keys in the order of their last event, and of each thing that is remembered of a key
 * a column with that of all of these keys. So another version of the partition takes what its queries have in common with this one.
 */
export class PartitionMemory implements Renewable, Compound {
  private readonly of: RememberedKeys;
  private places: readonly (number | undefined)[] | undefined;
  /** How many of the keys that there were are yet to be written in slices. */
  private unwritten = 0;

  constructor(of: RememberedKeys) {
    this.of = of;
  }

  get parts(): readonly string[] {
    return this.of.names;
  }

  takes(places: readonly (number | undefined)[] | undefined): void {
    this.places = places;
  }

  save(writer: BinaryWriter): void {
    this.saveHead(writer);
    const keys: Instance[] = [];
    for (let one = this.of.byUse.oldest; one !== undefined; one = one.newer) keys.push(one);
    this.saveKeys(keys, writer);
  }

  load(reader: BinaryReader): void {
    this.clear();
    if (!reader.skips(IN_COLUMNS)) return loadRows(this.of, reader);
    this.loadHead(reader);
    this.loadKeys(reader, true);
  }

  private clear(): void {
    this.of.changes = undefined;
    for (const instance of [...this.of.instances.values()]) this.of.forget(instance);
  }

  private saveHead(writer: BinaryWriter): void {
    const { purging, dropped, ranks } = this.of;
    writer.count(IN_COLUMNS);
    purging.save(writer);
    writer.count(dropped);
    writer.count(ranks);
  }

  private loadHead(reader: BinaryReader): void {
    this.of.purging.load(reader);
    this.of.dropped = reader.count();
    this.of.ranks = reader.count();
  }

  /** Gives how many were written before there were enough bytes. */
  private saveKeys(keys: Iterable<Instance>, writer: BinaryWriter, bytesMax = Number.POSITIVE_INFINITY): number {
    const { of } = this;
    const columns = of.names.map(() => new BinaryWriter());
    let [count, first] = [0, 0];
    for (const instance of keys) {
      if (count === 0) first = instance.used;
      writer.count(1);
      writer.single(instance.key);
      writer.count(instance.rank);
      // The first says when its event came, and the others how much later theirs did.
      writer.value(count === 0 ? first + (of.since ?? 0) : instance.used - first);
      of.enter(instance);
      const { kept } = instance.copy;
      for (let index = 0; index < columns.length; index++) {
        const column = columns[index];
        if (column !== undefined) kept[index]?.save(column);
      }
      count++;
      if (columns.reduce((sum, one) => sum + one.size, writer.size) >= bytesMax) break;
    }
    writer.count(0);
    writer.count(columns.length);
    for (const one of columns) writer.block(one.finish());
    return count;
  }

  /** With `moves` each goes behind all others in the order of use. */
  private loadKeys(reader: BinaryReader, moves: boolean): void {
    const { of } = this;
    const [keys, made] = [[] as Instance[], [] as Instance[]];
    let first = 0;
    while (reader.count() === 1) {
      const [key, rank] = [reader.value(), reader.count()];
      const known = of.instances.get(key);
      const instance = known ?? of.make(key, rank);
      const used = first + Number(reader.value());
      if (keys.length === 0) first = used;
      instance.used = used - (of.since ??= used);
      if (known !== undefined && moves) of.byUse.unlink(instance);
      // One that did not move was there before, and is gone by now where it is not known.
      if (known === undefined || moves) of.byUse.append(instance);
      if (known === undefined) made.push(instance);
      keys.push(instance);
    }
    for (const instance of made.sort(byRank)) of.instances.set(instance.key, instance);
    this.loadColumns(keys, Array.from({ length: reader.count() }, () => new BinaryReader(reader.block())));
  }

  private loadColumns(keys: readonly Instance[], columns: readonly BinaryReader[]): void {
    const places = this.places ?? columns.map((_, index) => index);
    for (const instance of keys) {
      this.of.enter(instance);
      for (let index = 0; index < columns.length; index++) {
        const [column, place] = [columns[index], places[index]];
        if (column !== undefined && place !== undefined) instance.copy.kept[place]?.load(column);
      }
    }
  }

  follow(): void {
    this.of.turn++;
    this.of.changes = new Touched(this.of.instances.size);
  }

  /** Keys that went, then those that an event moved, which are the newest, then those that something else came to. */
  saveChanges(writer: BinaryWriter): boolean {
    const { changes, turn, byUse, instances } = this.of;
    if (changes === undefined || changes.overflowed) return false;
    this.saveHead(writer);
    changes.saveGone(writer);
    const moved: Instance[] = [];
    for (let one = byUse.newest; one?.touched === turn; one = one.older) {
      one.touched = UNTOUCHED;
      moved.push(one);
    }
    this.saveKeys(moved.reverse(), writer);
    this.saveKeys(changes.each((one) => one.touched === turn && instances.get(one.key) === one), writer);
    this.follow();
    return true;
  }

  loadChanges(reader: BinaryReader): void {
    if (!reader.skips(IN_COLUMNS)) return loadRowChanges(this.of, reader);
    this.loadHead(reader);
    for (const key of reader.list()) {
      const instance = this.of.instances.get(key);
      if (instance !== undefined) this.of.forget(instance);
    }
    this.loadKeys(reader, true);
    this.loadKeys(reader, false);
  }

  renew(): void {
    this.of.byUse.next = this.of.byUse.oldest;
    this.unwritten = this.of.instances.size;
  }

  /** In the order of use, from the oldest: a key that an event comes to goes behind them all, and is in the changes. */
  saveSlice(writer: BinaryWriter, bytesMax: number): boolean {
    this.unwritten -= this.saveKeys(this.of.byUse.walk(this.unwritten), writer, bytesMax);
    if (this.unwritten === 0) this.of.byUse.next = undefined;
    return this.of.byUse.next === undefined;
  }

  loadSlices(slices: readonly BinaryReader[], changes: readonly BinaryReader[]): void {
    const { instances } = this.of;
    this.clear();
    for (const reader of slices) this.loadKeys(reader, true);
    for (const reader of changes) this.loadChanges(reader);
    // They are kept in the order in which they came.
    const all = [...instances.values()].sort(byRank);
    instances.clear();
    for (const one of all) instances.set(one.key, one);
  }
}

function byRank(left: Instance, right: Instance): number {
  return left.rank - right.rank;
}
