import { readFileSync } from 'node:fs';
import type { Row } from '../../cep/index.ts';

/** One workload of `workloads.json`: an app, its input, and how much of it. */
export interface Workload {
  name: string;
  what: string;
  events: number;
  eventsPerMs: number;
  input: string[];
  app: string;
  keys?: number;
  repeat?: number;
  preload?: { stream: string; rows: number };
  siddhiEvents?: number;
  epl?: string[];
  timed?: boolean;
}

interface WorkloadFile {
  definitions: Record<string, string>;
  workloads: Workload[];
}

export function readWorkloads(): WorkloadFile {
  return JSON.parse(readFileSync(new URL('./workloads.json', import.meta.url), 'utf8'));
}

/** The whole text of a workload; `{i}` with `repeat` stands for that many queries. */
export function textOf(file: WorkloadFile, workload: Workload): string {
  const repeat = workload.repeat ?? 1;
  const queries = Array.from({ length: repeat }, (_, index) => workload.app.replaceAll('{i}', String(index)));
  return [...Object.values(file.definitions), ...queries].join('\n');
}

const START = 1_700_000_000_000;

/** The input that every engine gets: a small linear congruential generator, the same in all three languages. */
export class Input {
  private state = 12_345;
  private index = 0;
  private readonly workload: Workload;
  private readonly keys: number;
  private readonly symbols: string[];

  constructor(workload: Workload) {
    this.workload = workload;
    this.keys = workload.keys ?? 10;
    this.symbols = Array.from({ length: Math.min(this.keys, 1_000_000) }, (_, index) => `S${index}`);
  }

  /** The stream, time and row of the next event. */
  time = START;
  stream = 0;

  next(): Row {
    const { input, eventsPerMs } = this.workload;
    this.stream = this.index % input.length;
    this.time = START + Math.floor(this.index / eventsPerMs);
    this.index++;
    switch (input[this.stream]) {
      case 'Reading':
        return [this.draw() % 10_000, (this.draw() % 1000) / 10];
      case 'Doc':
        return [`a${this.draw() % 7}`, 'b', 'c', `T${this.draw() % 5}`, `T${this.draw() % 3}`, `T${this.draw() % 4}`, 'g', 'h'];
      default: {
        const symbol = this.symbols[this.draw() % this.keys] ?? '';
        const price = Math.fround(10 + (this.draw() % 1000) / 10);
        return [symbol, price, 1 + (this.draw() % 500), this.time];
      }
    }
  }

  private draw(): number {
    this.state = (Math.imul(this.state, 1_664_525) + 1_013_904_223) | 0;
    return this.state >>> 8;
  }
}
