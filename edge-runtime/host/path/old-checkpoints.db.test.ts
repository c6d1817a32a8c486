import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, expect, test, vi } from 'vitest';
import { freshRedis } from '../../../tools/testing/index.ts';
import { connectRedis } from '../../kernel/redis.ts';
import { allRows, bundleOf, dependenciesOf } from '../../sim/path-fixture.ts';
import type { EventPath } from './contract.ts';
import { buildEventPath } from './event-path.ts';

/** A checkpoint as an agent of its time left it in Redis, and what an agent that went on from there stored. */
interface OldCheckpoint {
  rule: string;
  /** Base64. */
  checkpoint: string;
  /** What stood beside it, by field; base64. */
  states: Record<string, string>;
  /** Sent to its HTTP source. */
  then: unknown[];
  /** What stream Totals holds of that. */
  expected: unknown[][];
}

const folder = new URL('../../store/fixtures/', import.meta.url);
const paths: EventPath[] = [];
afterEach(async () => {
  for (const path of paths.splice(0)) await path.stop();
});

test.each(readdirSync(folder).filter((name) => name.startsWith('checkpoint-v')))('%s is gone on from for ever, and again after a restart', async (file) => {
  const old: OldCheckpoint = JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
  const redis = await freshRedis();
  const client = await connectRedis({ url: redis.url }, 'test');
  await client.set('selvedge:checkpoint', Buffer.from(old.checkpoint, 'base64'));
  for (const [field, state] of Object.entries(old.states)) await client.hset('selvedge:checkpoint:rules', field, Buffer.from(state, 'base64'));
  client.disconnect();
  for (const [index, event] of old.then.entries()) {
    const path = await buildEventPath(await bundleOf({ watch: old.rule }), dependenciesOf({ redis: { url: redis.url } }));
    paths.push(path);
    await path.start();
    await vi.waitFor(async () => expect(await path.ingest('/readings', 'application/json', Buffer.from(JSON.stringify([event])))).toMatchObject({ kind: 'accepted' }), { timeout: 50_000, interval: 10 });
    await vi.waitFor(async () => expect((await allRows(path, 'Totals')).map((row) => row.values)).toEqual(old.expected.slice(0, index + 1)), { timeout: 50_000, interval: 10 });
    await path.stop();
  }
});
