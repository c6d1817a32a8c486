import { availableParallelism, cpus, release, totalmem } from 'node:os';
import { execFileSync } from 'node:child_process';
import { checkout } from '../environment.ts';

/** One table of the report, under the command that makes it alone. */
export interface Table {
  title: string;
  /** What the figures mean and what shared the machine with them: a sentence or two. */
  about: string;
  columns: readonly string[];
  rows: readonly (readonly string[])[];
}

export function markdownOf({ title, about, columns, rows }: Table): string {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [`## ${title}`, '', about, '', row(columns), row(columns.map(() => '---')), ...rows.map(row), ''].join('\n');
}

/** The machine that the figures hold for, in a sentence. */
export function describeMachine(): string {
  const memory = `${Math.round(totalmem() / 1024 ** 3)} GiB`;
  const commit = execFileSync('git', ['describe', '--always', '--dirty'], { cwd: checkout, encoding: 'utf8' }).trim();
  return `${cpus()[0]?.model.trim() ?? 'An unknown processor'}, ${availableParallelism()} cores, ${memory}, Linux ${release()}, Node ${process.version}, commit ${commit}.`;
}

export interface Spread {
  median: number;
  max: number;
}

/** The middle and the worst of some measurements; at least one. */
export function spreadOf(measured: readonly number[]): Spread {
  const sorted = measured.toSorted((a, b) => a - b);
  const median = sorted[Math.floor((sorted.length - 1) / 2)];
  const max = sorted.at(-1);
  if (median === undefined || max === undefined) throw new Error('nothing was measured');
  return { median, max };
}

export const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(2)} s`;
export const mebibytes = (bytes: number): string => `${Math.round(bytes / 1024 ** 2)} MiB`;
