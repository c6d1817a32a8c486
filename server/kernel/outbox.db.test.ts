import { beforeAll, describe, expect, it, vi } from 'vitest';
import { testWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';
import type { OutboxEvent } from './live-bus.ts';
import { outboxEnd, readOutbox, readSubjects } from './outbox-relay.ts';
import type { OutboxPosition } from './outbox.ts';

let world: TestWorld;
let organization: string;
beforeAll(async () => {
  world = await testWorld();
  organization = await world.organization();
});

const insert = `INSERT INTO outbox_events ("organizationId", topic, "subjectId", kind) VALUES ($1, 'node', $2, 'updated')`;

/** Other tests have transactions of their own open on this server: what is committed is read when the older ones among them have ended. */
async function reads(from: OutboxPosition, subjects: readonly string[]): Promise<void> {
  await vi.waitFor(async () => expect((await readOutbox(world.deps.pool, from, 10, organization)).map((event) => event.subjectId)).toEqual(subjects), { timeout: 25_000, interval: 20 });
}

describe('reading the outbox', () => {
  it('misses nothing of a transaction that took its numbers early and commits late', async () => {
    const { pool } = world.deps;
    const from = await outboxEnd(pool);
    const slow = await pool.connect();
    try {
      await slow.query('BEGIN');
      await slow.query(insert, [organization, 'slow']);
      await pool.query(insert, [organization, 'quick']);
      expect((await readOutbox(pool, from, 10, organization)).map((event) => event.subjectId)).toEqual([]);
      await slow.query('COMMIT');
    } finally {
      slow.release();
    }
    await reads(from, ['slow', 'quick']);
  });

  it('tells again of whom something was told, each once, and from there on only of others', async () => {
    const { pool } = world.deps;
    const from = await outboxEnd(pool);
    for (const subject of ['one', 'other', 'one']) await pool.query(insert, [organization, subject]);
    await pool.query(`INSERT INTO outbox_events ("organizationId", topic, "subjectId", kind) VALUES ($1, 'audit', 'third', 'updated')`, [organization]);
    await reads(from, ['one', 'other', 'one', 'third']);
    const mine = (told: readonly { subjectId: string }[]): string[] => told.map(({ subjectId }) => subjectId).filter((id) => ['one', 'other', 'third', 'fourth'].includes(id)).sort();
    const first = await readSubjects(pool, from, ['node']);
    expect(mine(first.told)).toEqual(['one', 'other']);
    await pool.query(insert, [organization, 'fourth']);
    await vi.waitFor(async () => expect(mine((await readSubjects(pool, first.end, ['node'])).told)).toEqual(['fourth']), { timeout: 25_000, interval: 20 });
  });

  it('says nothing of what was rolled back', async () => {
    const { pool } = world.deps;
    const from = await outboxEnd(pool);
    const client = await pool.connect();
    await client.query('BEGIN');
    await client.query(insert, [organization, 'never']);
    await client.query('ROLLBACK');
    client.release();
    await pool.query(insert, [organization, 'after']);
    await reads(from, ['after']);
  });
});

describe('the relay', () => {
  it('publishes what commits after it started, in order, also after its connection was cut', async () => {
    const { pool, liveBus } = world.deps;
    await world.relay();
    const ending = new AbortController();
    const heard: OutboxEvent[] = [];
    const waiting: { count: number; resolve: () => void }[] = [];
    liveBus.listen((event) => {
      heard.push(event);
      for (const wait of waiting) if (heard.length >= wait.count) wait.resolve();
    }, ending.signal);
    const untilHeard = (count: number): Promise<void> => new Promise((resolve) => (heard.length >= count ? resolve() : waiting.push({ count, resolve })));

    await pool.query(insert, [organization, 'first']);
    await untilHeard(1);
    const cut = await pool.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'selvedge outbox' AND datname = current_database()`);
    expect(cut.rowCount).toBe(1);
    await pool.query(insert, [organization, 'second']);
    await untilHeard(2);
    ending.abort();
    expect(heard.map((event) => event.subjectId)).toEqual(['first', 'second']);
  });
});
