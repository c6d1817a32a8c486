import type { BinaryReader, BinaryWriter } from '../../runtime/binary.ts';
import { Triangle } from './triangle.ts';

/**
 * The triangle of the newest rows. Rotations cannot be taken back, so the older rows are kept as the triangles of all from
 * each of them on, the newer ones as one triangle: both together are all. When the older ones have left, the newer ones
 * take their place; a row costs the same however many there are.
 */
export class SlidingTriangle {
  private readonly width: number;
  private times: number[] = [];
  private rows: Float64Array[] = [];
  /** By place in `rows`: the triangle of that row and the older ones behind it, up to `split`. */
  private older: Triangle[] = [];
  private split = 0;
  private newer: Triangle;
  /** Rows before it have left. */
  private first = 0;

  constructor(width: number) {
    this.width = width;
    this.newer = new Triangle(width);
  }

  get size(): number {
    return this.rows.length - this.first;
  }

  /** When the oldest row came; undefined where there is none. */
  get oldest(): number | undefined {
    return this.times[this.first];
  }

  add(time: number, row: Float64Array): void {
    this.times.push(time);
    this.rows.push(row);
    this.newer.add(row);
  }

  removeOldest(): void {
    if (this.first >= this.split) this.turn();
    this.first++;
  }

  /** Forgets what has left, and makes the triangles of what is there. */
  private turn(): void {
    this.times = this.times.slice(this.first);
    this.rows = this.rows.slice(this.first);
    this.first = 0;
    this.split = this.rows.length;
    this.older = this.behind();
    this.newer = new Triangle(this.width);
  }

  private behind(): Triangle[] {
    const triangles: Triangle[] = new Array<Triangle>(this.split);
    const growing = new Triangle(this.width);
    for (let index = this.split - 1; index >= 0; index--) {
      growing.add(this.rows[index] ?? new Float64Array(this.width));
      triangles[index] = growing.copy();
    }
    return triangles;
  }

  total(): Triangle {
    const all = this.newer.copy();
    const older = this.first < this.split ? this.older[this.first] : undefined;
    if (older !== undefined) all.addAll(older);
    return all;
  }

  /** The rows and where they are split: the same triangles are made of them again. */
  save(writer: BinaryWriter): void {
    writer.count(Math.max(0, this.split - this.first));
    writer.list(this.times.slice(this.first));
    writer.list(this.rows.slice(this.first).flatMap((row) => [...row]));
  }

  load(reader: BinaryReader): void {
    const { width } = this;
    this.first = 0;
    const split = reader.count();
    this.times = reader.list().map(Number);
    const flat = reader.list();
    this.rows = this.times.map((_, index) => Float64Array.from(flat.slice(index * width, (index + 1) * width), Number));
    this.split = Math.min(split, this.rows.length);
    this.older = this.behind();
    this.newer = new Triangle(width);
    for (const row of this.rows.slice(this.split)) this.newer.add(row);
  }
}
