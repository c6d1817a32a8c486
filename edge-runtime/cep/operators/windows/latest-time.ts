import type { BinaryReader, BinaryWriter } from '../../runtime/binary.ts';
import type { Incremental } from '../stage.ts';

/** The latest time of any event, so that an alarm is asked for once for all events of one time. */
export class LatestTime implements Incremental {
  private time = Number.NEGATIVE_INFINITY;

  /** Takes a time in; whether it is later than all before. */
  advance(time: number): boolean {
    if (this.time >= time) return false;
    this.time = time;
    return true;
  }

  save(writer: BinaryWriter): void {
    writer.double(this.time);
  }
  load(reader: BinaryReader): void {
    this.time = reader.double();
  }
  /** It is written whole each time. */
  follow(): void {
    // There is nothing to remember.
  }
  saveChanges(writer: BinaryWriter): boolean {
    this.save(writer);
    return true;
  }
  loadChanges(reader: BinaryReader): void {
    this.load(reader);
  }
}
