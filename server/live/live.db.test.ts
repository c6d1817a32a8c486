import { beforeAll, describe, expect, test } from 'vitest';
import { performChange } from '../audit/index.ts';
import type { Actor } from '../kernel/actor.ts';
import { aNode } from '../nodes/testing/a-node.ts';
import { aToken, aUser, callAs, testWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';
import { followChanges } from './changes.ts';
import type { TrackedChange } from './changes.ts';

let world: TestWorld;
beforeAll(async () => {
  world = await testWorld();
  await world.relay();
  // An outbox with nothing in it cannot tell that nothing was missed, and says that everything must be read again; nor can one of
  // which nothing may be read yet, because other databases of the server have transactions open.
  const relayed = new AbortController();
  const news = world.deps.liveBus.stream(() => true, relayed.signal);
  await publish(aUser(await world.organization()), 'first');
  await news.next();
  relayed.abort();
});

async function publish(actor: Actor, ...ids: string[]): Promise<void> {
  await performChange(world.deps, actor, async (change) => {
    for (const id of ids) change.publish({ topic: 'node', subjectId: id, kind: 'updated' });
  });
}

async function take(changes: AsyncGenerator<TrackedChange>, count: number): Promise<TrackedChange[]> {
  const taken: TrackedChange[] = [];
  while (taken.length < count) {
    const next = await changes.next();
    if (next.done === true) break;
    taken.push(next.value);
  }
  return taken;
}

/** Where the outbox stands: a follower from here misses nothing, however late it gets to asking; one from “now” may begin after what the test does. */
async function position(actor: Actor): Promise<string> {
  return (await callAs(world.deps, actor).live.position()).cursor;
}

const idsOf = (changes: readonly TrackedChange[]): string[] => changes.map(({ change }) => change.id);

describe('changes', () => {
  test('a browser that comes back with its cursor gets what it missed, in order and once', async () => {
    const actor = aUser(await world.organization());
    const first = new AbortController();
    const before = followChanges(world.deps, actor, await position(actor), first.signal);
    const pending = take(before, 2);
    await publish(actor, 'a', 'b');
    const seen = await pending;
    expect(idsOf(seen)).toEqual(['a', 'b']);
    first.abort();
    await publish(actor, 'c');
    const second = new AbortController();
    const after = followChanges(world.deps, actor, seen[0]?.cursor ?? null, second.signal);
    const missed = take(after, 3);
    await publish(actor, 'd');
    expect(idsOf(await missed)).toEqual(['b', 'c', 'd']);
    second.abort();
  });

  test('a page that asked where it stands before it was read misses nothing that happened meanwhile', async () => {
    const actor = aUser(await world.organization());
    const cursor = await position(actor);
    await publish(actor, 'while it was read');
    const ending = new AbortController();
    expect(idsOf(await take(followChanges(world.deps, actor, cursor, ending.signal), 1))).toEqual(['while it was read']);
    ending.abort();
  });

  test('that a node was told something is heard as a change of the node, as it happens and of what was missed', async () => {
    const actor = aUser(await world.organization());
    const before = await position(actor);
    const ending = new AbortController();
    const heard = take(followChanges(world.deps, actor, before, ending.signal), 1);
    await performChange(world.deps, actor, async (change) => change.publish({ topic: 'assignment', subjectId: 'told', kind: 'assigned' }));
    expect(await heard).toMatchObject([{ change: { topic: 'node', id: 'told', kind: 'assigned' } }]);
    expect(await take(followChanges(world.deps, actor, before, ending.signal), 1)).toMatchObject([{ change: { topic: 'node', id: 'told', kind: 'assigned' } }]);
    ending.abort();
  });

  test('I11: what happens in another organization, and what is not for pages, is not heard', async () => {
    const [mine, theirs] = [aUser(await world.organization()), aUser(await world.organization())];
    const ending = new AbortController();
    const heard = take(followChanges(world.deps, mine, await position(mine), ending.signal), 1);
    await publish(theirs, 'secret');
    await performChange(world.deps, mine, async (change) => change.publish({ topic: 'link', subjectId: 'x', kind: 'retry' }));
    await publish(mine, 'own');
    expect(idsOf(await heard)).toEqual(['own']);
    ending.abort();
  });

  test('I11: who is limited to a fleet hears of what is in it and of what every fleet shares, and of a node that comes or goes', async () => {
    const organizationId = await world.organization();
    const all = aUser(organizationId);
    const as = callAs(world.deps, all);
    const [mine, other] = [await as.fleets.create({ name: 'mine', selector: 'of=mine' }), await as.fleets.create({ name: 'other', selector: 'of=other' })];
    const [own, foreign] = [await aNode(world.deps, organizationId, { labels: { of: 'mine' } }), await aNode(world.deps, organizationId, { labels: { of: 'other' } })];
    const ending = new AbortController();
    const heard: string[] = [];
    const changesOf = followChanges(world.deps, aUser(organizationId, 'viewer', [mine.id]), await position(all), ending.signal);
    /** All that was heard until a change that everybody hears. */
    const heardUntil = async (mark: string): Promise<string[]> => {
      await performChange(world.deps, all, async ({ publish: tell }) => tell({ topic: 'rule', subjectId: mark, kind: 'updated' }));
      for (heard.length = 0; ; ) {
        const [next] = await take(changesOf, 1);
        if (next === undefined || next.change.id === mark) return heard;
        heard.push(`${next.change.topic} ${next.change.id} ${next.change.kind}`);
      }
    };
    // What made the nodes may come after the position, where something else is committing.
    await heardUntil('begun');
    await performChange(world.deps, all, async ({ publish: tell }) => {
      for (const subjectId of [own, foreign, own, foreign]) tell({ topic: 'node', subjectId, kind: 'reported' });
      for (const subjectId of [mine.id, other.id]) tell({ topic: 'fleet', subjectId, kind: 'status' });
      for (const fleet of [mine.id, other.id, null]) tell({ topic: 'detection', subjectId: `in ${fleet}`, kind: 'detected', payload: { fleet } });
      for (const topic of ['settings', 'audit', 'enrollment', 'rule', 'model']) tell({ topic, subjectId: topic, kind: 'updated' });
    });
    expect(await heardUntil('all topics')).toEqual([
      `node ${own} reported`, `node ${own} reported`, `fleet ${mine.id} status`, `detection in ${mine.id} detected`, 'rule rule updated', 'model model updated',
    ]);
    await as.nodes.setLabels({ id: own, labels: { of: 'other' } });
    await as.nodes.setLabels({ id: foreign, labels: { of: 'mine' } });
    await publish(all, own, foreign, 'nobody');
    // Of the two entries in the audit one is about a node that is in it now.
    expect(await heardUntil('both moved')).toEqual([
      `node ${own} moved`, `fleet ${mine.id} members`, `node ${foreign} moved`, `fleet ${mine.id} members`, `node ${foreign} setLabels`, `audit ${organizationId} appended`, `node ${foreign} updated`,
    ]);
    await performChange(world.deps, all, async ({ record }) => {
      for (const [action, kind, id] of [['fleet.update', 'fleet', other.id], ['node.rename', 'node', own], ['apiToken.revoke', 'apiToken', 'any']] as const) record({ action, object: { kind, id, name: id } });
    });
    expect(await heardUntil('what concerns others')).toEqual([]);
    await performChange(world.deps, all, async ({ record }) => {
      for (const id of [other.id, mine.id]) record({ action: 'fleet.update', object: { kind: 'fleet', id, name: id } });
    });
    expect(await heardUntil('what concerns both')).toEqual([`audit ${organizationId} appended`]);
    ending.abort();
  });

  test('who may read only some nouns hears of these alone', async () => {
    const organizationId = await world.organization();
    const all = aUser(organizationId);
    const from = await position(all);
    await performChange(world.deps, all, async ({ publish: tell }) => {
      for (const topic of ['node', 'settings', 'audit', 'enrollment', 'alert', 'rule']) tell({ topic, subjectId: topic, kind: 'updated' });
    });
    const ending = new AbortController();
    expect(idsOf(await take(followChanges(world.deps, aToken(organizationId, ['audit:read', 'rules:read']), from, ending.signal), 2))).toEqual(['audit', 'rule']);
    expect(idsOf(await take(followChanges(world.deps, all, from, ending.signal), 6))).toEqual(['node', 'settings', 'audit', 'enrollment', 'alert', 'rule']);
    ending.abort();
  });

  test('a cursor that is none, or too much missed, asks for everything to be read again', async () => {
    const actor = aUser(await world.organization());
    const ending = new AbortController();
    const [garbage] = await take(followChanges(world.deps, actor, 'garbage', ending.signal), 1);
    expect(garbage?.change.topic).toBe('resync');
    const old = garbage?.cursor ?? '';
    // What is committed is read below the oldest transaction that anyone has open, in any test: the relay tells when that is past.
    const relayed = new Promise<void>((resolve) => world.deps.liveBus.listen((event) => (event.subjectId === '2-799' ? resolve() : undefined), ending.signal));
    for (let batch = 0; batch < 3; batch++) await publish(actor, ...Array.from({ length: 800 }, (_, i) => `${batch}-${i}`));
    await relayed;
    const [late] = await take(followChanges(world.deps, actor, old, ending.signal), 1);
    expect(late?.change.topic).toBe('resync');
    ending.abort();
  });

  test('a cursor from before what is kept asks for the same', async () => {
    const actor = aUser(await world.organization());
    await publish(actor, 'first');
    const ending = new AbortController();
    const [change] = await take(followChanges(world.deps, actor, '1.1', ending.signal), 1);
    expect(change?.change.topic).toBe('resync');
    ending.abort();
  });
});

test('I11: figures of a node end for who is limited to a fleet when the node leaves it', async () => {
  const organizationId = await world.organization();
  const as = callAs(world.deps, aUser(organizationId));
  const [mine] = [await as.fleets.create({ name: 'mine', selector: 'of=mine' }), await as.fleets.create({ name: 'other', selector: 'of=other' })];
  const node = await aNode(world.deps, organizationId, { labels: { of: 'mine' } });
  const open = async (fleets: 'all' | string[]) => (await callAs(world.deps, aUser(organizationId, 'viewer', fleets)).live.telemetry({ scope: { kind: 'node', id: node } }))[Symbol.asyncIterator]();
  const [limited, whole] = [await open([mine.id]), await open('all')];
  for (const stream of [limited, whole]) expect((await stream.next()).done).toBe(false);
  await as.nodes.setLabels({ id: node, labels: { of: 'other' } });
  for (let done = false; !done; ) ({ done = false } = await limited.next());
  expect((await whole.next()).done).toBe(false);
  await expect((await open([mine.id])).next()).rejects.toMatchObject({ code: 'NotFound' });
});
