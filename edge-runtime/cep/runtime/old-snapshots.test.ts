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

describe('a snapshot of an older version', () => {
  it.each(readdirSync(folder).filter((name) => /^(snapshot|increment)-v/.test(name)))('%s is restored for ever', (file) => {
    const old: OldSnapshot = JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
    const engine = new Engine(compile(old.app));
    engine.restore(Buffer.from(old.snapshot, 'base64'), old.increments?.map((one) => Buffer.from(one, 'base64')));
    const rows: Row[] = [];
    engine.onEvent('O', (_, row) => rows.push(row));
    for (const [stream, timestamp, row] of old.then) engine.send(stream, timestamp, row);
    engine.advance(10_000);
    expect(rows).toEqual(old.expected);
  });
});
