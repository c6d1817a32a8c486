import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { freshDatabase, temporaryFolder } from '../../tools/testing/index.ts';
import { openWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';
import type { JoinedReplica } from '../testing/replicas.ts';
import { DomainError } from './errors.ts';
import { replicaPrefix } from './replica-calls.ts';
import type { Question } from './replicas.ts';

const whereIs: Question<{ key: string }, string> = { name: 'where-is', input: z.object({ key: z.string() }), answer: z.string(), withinMs: 2_000 };
const ticks: Question<{ from: number }, { tick: number; by: string }> = { name: 'ticks', input: z.object({ from: z.number() }), answer: z.object({ tick: z.number(), by: z.string() }), withinMs: 0 };

const worlds: (TestWorld & { close(): Promise<void> })[] = [];
let [databaseUrl, folder] = ['', ''];
let one: TestWorld;
let two: TestWorld;
let second: JoinedReplica;

/** A replica that knows where `key` is, and ticks under that name. */
async function aReplica(key: string): Promise<TestWorld> {
  const world = await openWorld(databaseUrl, folder);
  worlds.push(world);
  world.deps.replicas.answer(whereIs, (asked) => {
    if (asked.key === 'forbidden') throw new DomainError('LimitReached', `${key} has had enough.`);
    return asked.key === key ? `at ${key}` : null;
  });
  world.deps.replicas.feed(ticks, async function* ({ from }, signal) {
    if (from < 0) throw new DomainError('LimitReached', 'Time does not go back.');
    for (let tick = from; !signal.aborted; tick++) {
      yield { tick, by: key };
      await setImmediate();
    }
  });
  return world;
}

/** The first of those who tick in `follow`'s order until all these have been heard. */
async function heard(world: TestWorld, names: readonly string[]): Promise<boolean> {
  const ending = new AbortController();
  const missing = new Set(names);
  for await (const { by } of world.deps.replicas.follow(ticks, { from: 1 }, ending.signal)) {
    missing.delete(by);
    if (missing.size === 0) ending.abort();
  }
  return missing.size === 0;
}

beforeAll(async () => {
  databaseUrl = (await freshDatabase()).url;
  folder = await temporaryFolder();
  [one, two] = [await aReplica('one'), await aReplica('two')];
  await one.join();
  second = await two.join();
});

afterAll(async () => {
  for (const world of worlds) await world.close();
});

describe('what replicas ask each other', () => {
  test('is answered by whoever can, wherever it is asked', async () => {
    await expect.poll(() => one.replica.registry.now().map(({ id }) => id)).toEqual([two.replica.id]);
    expect(await one.deps.replicas.ask(whereIs, { key: 'two' })).toBe('at two');
    expect(await two.deps.replicas.ask(whereIs, { key: 'two' })).toBe('at two');
    expect(await two.deps.replicas.ask(whereIs, { key: 'one' })).toBe('at one');
    expect(await one.deps.replicas.ask(whereIs, { key: 'nowhere' })).toBeNull();
    expect(await one.deps.replicas.askAll(whereIs, { key: 'two' })).toEqual(['at two']);
  });

  test('is refused there with the words of whoever refused it', async () => {
    const lone = await openWorld(databaseUrl, folder);
    await lone.join();
    await expect(lone.deps.replicas.ask(whereIs, { key: 'forbidden' })).rejects.toMatchObject({ code: 'LimitReached', message: expect.stringMatching(/has had enough/) });
    const following = lone.deps.replicas.follow(ticks, { from: -1 }, new AbortController().signal);
    await expect(following.next()).rejects.toMatchObject({ code: 'LimitReached', message: 'Time does not go back.' });
    await lone.close();
  });

  test('can be followed, at all of them and at those that start later', async () => {
    expect(await heard(one, ['one', 'two'])).toBe(true);
    const ending = new AbortController();
    const late = Promise.withResolvers<void>();
    const following = (async () => {
      for await (const { by } of one.deps.replicas.follow(ticks, { from: 1 }, ending.signal)) if (by === 'late') late.resolve();
    })();
    await (await aReplica('late')).join();
    await late.promise;
    ending.abort();
    await following;
  });

  test('is asked by nobody else', async () => {
    const ask = (headers: Record<string, string>, body = '{"key":"two"}', path = '/ask/where-is') => fetch(`${second.url}${replicaPrefix}${path}`, { method: 'POST', headers, body });
    const bearer = async (world: TestWorld, replica: string, path = '/ask/where-is', body = '{"key":"two"}') => ({ authorization: `Bearer ${await world.replica.tokens.sign(replica, path, body)}` });
    expect((await ask({})).status).toBe(401);
    expect((await ask({ authorization: 'Bearer x.y.z' })).status).toBe(401);
    expect(await (await ask(await bearer(one, two.replica.id))).json()).toEqual({ answer: 'at two' });
    expect((await ask(await bearer(one, one.replica.id))).status, 'a token for another replica').toBe(401);
    expect((await ask(await bearer(one, two.replica.id), '{"key":"one"}')).status, 'another body').toBe(401);
    expect((await ask(await bearer(one, two.replica.id), undefined, '/follow/where-is')).status, 'another path').toBe(401);
    const stranger = await openWorld((await freshDatabase()).url);
    expect((await ask(await bearer(stranger, two.replica.id))).status, 'another installation').toBe(401);
    await stranger.close();
    const old = await bearer(one, two.replica.id);
    two.deps.clock.advance(120_000);
    expect((await ask(old)).status, 'a token that is over').toBe(401);
    two.deps.clock.advance(-120_000);
    expect((await ask(await bearer(one, two.replica.id, '/ask/where-is', '{"key":5}'), '{"key":5}')).status).toBe(422);
  });

  test('has no answer of one that was killed, and of the others at once', async () => {
    await second.kill();
    expect(await one.deps.replicas.ask(whereIs, { key: 'two' })).toBeNull();
    expect(await one.deps.replicas.ask(whereIs, { key: 'one' })).toBe('at one');
    expect(await heard(one, ['one', 'late'])).toBe(true);
  });
});
