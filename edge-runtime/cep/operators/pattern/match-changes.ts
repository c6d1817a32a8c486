import { DamagedSnapshot, type BinaryReader, type BinaryWriter } from '../../runtime/binary.ts';
import type { Match, Written } from './match.ts';
import { found, matchesOf, readMatch, readMatches, saveLists, saveMatch } from './match-snapshot.ts';
import type { Step } from './step.ts';

const NO_LISTS = new Map();

/**
 * Follows the matches of a pattern, which know what they were when they were last written. Many steps change a match, and few
 * matches are left alone; so each is compared, and nothing is told of a change when it happens.
 */
export class MatchChanges {
  private readonly steps: readonly Step[];
  /** Which writing was the last; what a match was then has its number. */
  private turn = 0;
  /** What of a renewal is yet to be written, by the places in the increment with which it began. */
  private renewed: Written[] = [];
  private next = 0;

  constructor(steps: readonly Step[]) {
    this.steps = steps;
  }

  /** What is held now has been written. */
  begin(): void {
    // Nothing that was written before counts any longer.
    this.turn += 2;
    for (const [match, place] of matchesOf(this.steps)) match.written = this.writtenOf(match, place);
  }

  /**
   * Writes those that are not as they were, then all: of such as are as they were, in runs, where they stood then. Then the places of
   * those that each step holds.
   */
  save(writer: BinaryWriter): void {
    const before = this.turn++;
    const places: number[] = [];
    const changed: Match[] = [];
    const placeOf = (match: Match): number => {
      const { written } = match;
      if (written?.turn === this.turn) return written.place;
      const place = places.length;
      if (written?.turn === before && isAsWritten(match, written)) {
        places.push(written.place);
        written.turn = this.turn;
        written.place = place;
      } else {
        places.push(-1);
        changed.push(match);
        match.written = this.writtenOf(match, place);
      }
      return place;
    };
    const lists = this.steps.flatMap((step) => [step.waiting.held().map(placeOf), step.arriving.held().map(placeOf)]);
    const shared = saveLists(changed, writer);
    writer.count(changed.length);
    for (const match of changed) saveMatch(match, shared, writer);
    for (const list of [places, ...lists]) saveRuns(list, writer);
  }

  renew(): void {
    this.renewed = [];
    this.next = 0;
    for (const { waiting, arriving } of this.steps) for (const list of [waiting.held(), arriving.held()]) for (const { written } of list) if (written !== undefined) this.renewed[written.place] = written;
  }

  /** Writes what matches were when the renewal began, with their places then; those that are not any longer are in the changes since. True when all are written. */
  saveSlice(writer: BinaryWriter, bytesMax: number): boolean {
    for (let some = false; this.next < this.renewed.length && (!some || writer.size < bytesMax); this.next++) {
      const written = this.renewed[this.next];
      // One with a list is in all changes.
      if (written?.turn !== this.turn || written.slots.some(Array.isArray)) continue;
      writer.count(this.next + 1);
      saveMatch(written, NO_LISTS, writer);
      some = true;
    }
    writer.count(0);
    return this.next >= this.renewed.length;
  }

  private writtenOf({ time, expired, slots }: Match, place: number): Written {
    return { turn: this.turn, place, time, expired, slots: [...slots] };
  }
}

/** One with a list that grows is taken to be another. */
function isAsWritten({ time, expired, slots }: Match, written: Written): boolean {
  if (written.time !== time || written.expired !== expired) return false;
  for (let index = 0; index < slots.length; index++) if (slots[index] !== written.slots[index] || Array.isArray(slots[index])) return false;
  return true;
}

export function loadMatchChanges(steps: readonly Step[], slots: number, reader: BinaryReader): void {
  hold(steps, readChanges([...matchesOf(steps).keys()], steps, slots, reader));
}

/** Gives steps what slices and the changes since lead to; `also` reads what else is in each of the changes. */
export function loadMatchSlices(steps: readonly Step[], slots: number, slices: readonly BinaryReader[], changes: readonly BinaryReader[], also: (reader: BinaryReader) => void): void {
  const begun: (Match | undefined)[] = [];
  for (const reader of slices) for (let place = reader.count(); place > 0; place = reader.count()) begun[place - 1] = readMatch(slots, [], reader);
  let held: Held = { matches: begun, lists: [] };
  for (const reader of changes) {
    held = readChanges(held.matches, steps, slots, reader);
    also(reader);
  }
  hold(steps, held);
}

/** Matches, of which those that left before their slice are missing, and the places of those that each step holds in its two lists. */
interface Held {
  matches: readonly (Match | undefined)[];
  lists: readonly (readonly number[])[];
}

function readChanges(before: Held['matches'], steps: readonly Step[], slots: number, reader: BinaryReader): Held {
  const changed = readMatches(slots, reader);
  let next = 0;
  const matches = loadRuns(reader).map((place) => (place >= 0 ? before[place] : found(changed, next++)));
  return { matches, lists: steps.flatMap(() => [loadRuns(reader), loadRuns(reader)]) };
}

function hold(steps: readonly Step[], { matches, lists }: Held): void {
  const list = (at: number): Match[] => (lists[at] ?? []).map((place) => found(matches, place));
  steps.forEach((step, index) => step.hold(list(2 * index), list(2 * index + 1)));
}

/** Numbers from -1, as how many there are, and runs of such as go up by one or are all -1. */
function saveRuns(numbers: readonly number[], writer: BinaryWriter): void {
  writer.count(numbers.length);
  for (let from = 0, to = 0; from < numbers.length; from = to) {
    const first = numbers[from] ?? -1;
    for (to = from + 1; to < numbers.length && numbers[to] === (first < 0 ? -1 : first + to - from); ) to++;
    writer.count(first + 1);
    writer.count(to - from);
  }
}

function loadRuns(reader: BinaryReader): number[] {
  const numbers: number[] = [];
  for (const length = reader.count(); numbers.length < length; ) {
    const first = reader.count() - 1;
    const run = reader.count();
    if (run === 0 || numbers.length + run > length) throw new DamagedSnapshot('The snapshot holds a broken run of matches.');
    for (let index = 0; index < run; index++) numbers.push(first < 0 ? -1 : first + index);
  }
  return numbers;
}
