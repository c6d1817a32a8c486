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
  /** One row behind the other. */
  private values: number[] = [];
  /** The cells of the triangle of each row up to `split` and the older ones behind it. */
  private older = new Float64Array(0);
  private split = 0;
  private newer: Triangle;
  /** Rows before it have left. */
  private first = 0;

  constructor(width: number) {
    this.width = width;
    this.newer = new Triangle(width);
  }

  get size(): number {
    return this.times.length - this.first;
  }

  /** When the oldest row came; undefined where there is none. */
  get oldest(): number | undefined {
    return this.times[this.first];
  }

  add(time: number, row: readonly number[]): void {
    this.times.push(time);
    this.values.push(...row);
    this.newer.add(row);
  }

  removeOldest(): void {
    if (this.first >= this.split) this.turn();
    this.first++;
  }

  /** Forgets what has left, and makes the triangles of what is there. */
  private turn(): void {
    this.times = this.times.slice(this.first);
    this.values = this.values.slice(this.first * this.width);
    this.first = 0;
    this.split = this.times.length;
    this.older = this.behind();
    this.newer = new Triangle(this.width);
  }

  private behind(): Float64Array<ArrayBuffer> {
    const { width, split } = this;
    const cells = new Float64Array(split * width * width);
    const growing = new Triangle(width);
    for (let index = split - 1; index >= 0; index--) {
      growing.add(this.values, index * width);
      cells.set(growing.cells, index * width * width);
    }
    return cells;
  }

  total(): Triangle {
    const { width, first, split } = this;
    const all = this.newer.copy();
    if (first < split) all.addAll(this.older, first * width * width, split - first);
    return all;
  }

  /** The rows and where they are split: the same triangles are made of them again. */
  save(writer: BinaryWriter): void {
    writer.count(Math.max(0, this.split - this.first));
    writer.list(this.times.slice(this.first));
    writer.list(this.values.slice(this.first * this.width));
  }

  load(reader: BinaryReader): void {
    const { width } = this;
    this.first = 0;
    const split = reader.count();
    this.times = reader.list().map(Number);
    this.values = reader.list().map(Number);
    this.split = Math.min(split, this.times.length);
    this.older = this.behind();
    this.newer = new Triangle(width);
    for (let index = this.split; index < this.times.length; index++) this.newer.add(this.values, index * width);
  }
}
