import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compile, Engine, type Row } from '../index.ts';

/** A snapshot as an engine of its time made it, and what an engine that went on from there put out. */
interface OldSnapshot {
  app: string;
  /** Base64. */
  snapshot: string;
  increments?: string[];
  then: [stream: string, timestamp: number, row: Row][];
  /** Rows of stream O. */
  expected: Row[];
}

const folder = new URL('../fixtures/', import.meta.url);

const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'base64');

/** What an engine puts out from here on. */
function rest(engine: Engine, { then }: OldSnapshot): Row[] {
  const rows: Row[] = [];
  engine.onEvent('O', (_, row) => rows.push(row));
  for (const [stream, timestamp, row] of then) engine.send(stream, timestamp, row);
  engine.advance(10_000);
  return rows;
}

describe.each(readdirSync(folder).filter((name) => /^(snapshot|increment)-v/.test(name)))('%s, of an older engine,', (file) => {
  const old: OldSnapshot = JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
  const [snapshot, increments] = [bytesOf(old.snapshot), old.increments?.map(bytesOf)];

  it('is restored for ever', () => {
    const engine = new Engine(compile(old.app));
    engine.restore(snapshot, increments);
    expect(rest(engine, old)).toEqual(old.expected);
  });

  it('is taken over by another version of the app in full once this engine has saved it again, be it in an increment', () => {
    const engine = new Engine(compile(old.app));
    engine.restore(snapshot, increments ?? []);
    const increment = engine.increment();
    const next = new Engine(compile(`${old.app} from S select k insert into Unrelated;`));
    expect(increment === undefined ? next.takeOver(engine.snapshot()) : next.takeOver(snapshot, [...(increments ?? []), increment])).toEqual([]);
    expect(rest(next, old)).toEqual(old.expected);
  });
});
