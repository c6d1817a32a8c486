import { createHash, randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEdge } from '../http/server.ts';
import type { Actor } from '../kernel/actor.ts';
import { createMetrics } from '../kernel/metrics.ts';
import { aUser, testWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';
import { artefactSurface, rangeOf } from './download-surface.ts';
import { FolderStore } from './folder-store.ts';
import { claimArtefact } from './repository.ts';
import { artefactLimits } from './schema.ts';
import { appendToUpload, cancelUpload, completedUpload, createUpload, readUpload, removeExpiredUploads, storeArtefact } from './service.ts';

let world: TestWorld;
let actor: Actor;
let base: string;

beforeAll(async () => {
  world = await testWorld();
  actor = aUser(await world.organization(), 'author');
  const tokens: Record<string, { organizationId: string; nodeId: string }> = { good: { organizationId: actor.organizationId, nodeId: 'n' }, stranger: { organizationId: 'other', nodeId: 'm' } };
  const edge = createEdge({ deps: { ...world.deps, metrics: createMetrics() }, surfaces: [artefactSurface(world.deps, async (token) => tokens[token])], upgrades: new Map() });
  await new Promise<void>((resolve) => edge.server.listen(0, '127.0.0.1', resolve));
  afterAll(() => edge.drain());
  // A server that listens on TCP has an AddressInfo.
  base = `http://127.0.0.1:${(edge.server.address() as AddressInfo).port}/artefacts`;
});

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function anArtefact(bytes: Uint8Array): Promise<string> {
  const { digest } = await storeArtefact(world.deps, bytes);
  await world.deps.db.$transaction((tx) => claimArtefact(tx, { organizationId: actor.organizationId, digest, bytes: bytes.length, at: new Date() }));
  return digest;
}

async function get(digest: string, headers: Record<string, string> = {}, token = 'good'): Promise<Response> {
  return fetch(`${base}/${digest}`, { headers: { authorization: `Bearer ${token}`, ...headers } });
}

describe('download', () => {
  test('whole, from where it broke off, and not again when it is known', async () => {
    const bytes = randomBytes(100_000);
    const digest = await anArtefact(bytes);
    const whole = await get(digest);
    expect([whole.status, whole.headers.get('content-length'), whole.headers.get('etag')]).toEqual([200, '100000', `"${digest}"`]);
    expect(Buffer.from(await whole.arrayBuffer()).equals(bytes)).toBe(true);
    const rest = await get(digest, { range: 'bytes=60000-' });
    expect([rest.status, rest.headers.get('content-range')]).toEqual([206, 'bytes 60000-99999/100000']);
    expect(Buffer.from(await rest.arrayBuffer()).equals(bytes.subarray(60_000))).toBe(true);
    expect((await get(digest, { 'if-none-match': `"${digest}"` })).status).toBe(304);
    expect((await get(digest, { range: 'bytes=100000-' })).status).toBe(416);
  });

  test('I11: not without a token, not for another organization, not outside the store', async () => {
    const digest = await anArtefact(randomBytes(10));
    expect((await get(digest, {}, 'guess')).status).toBe(401);
    expect((await fetch(`${base}/${digest}`)).status).toBe(401);
    expect((await get(digest, {}, 'stranger')).status).toBe(404);
    expect((await get(`sha256:${'0'.repeat(64)}`)).status).toBe(404);
    expect((await get('..%2F..%2Fkeys%2Froot.key')).status).toBe(422);
  });

  test.each<[string, [number, number] | 'unsatisfiable' | null]>([
    ['bytes=0-9', [0, 9]],
    ['bytes=5-', [5, 99]],
    ['bytes=-10', [90, 99]],
    ['bytes=50-500', [50, 99]],
    ['bytes=-500', [0, 99]],
    ['bytes=100-', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=9-5', 'unsatisfiable'],
    ['bytes=-', null],
    ['bytes=1-2,5-6', null],
    ['lines=1-2', null],
  ])('%s of a hundred bytes', (range, expected) => {
    expect(rangeOf(new Headers({ range }), '"tag"', 100)).toEqual(expected);
    expect(rangeOf(new Headers({ range, 'if-range': '"older"' }), '"tag"', 100)).toBeNull();
  });
});

describe('upload', () => {
  test('comes in chunks, says where it stands, and is an artefact when the last byte is there', async () => {
    const bytes = randomBytes(1000);
    const { id } = await createUpload(world.deps, actor, { bytes: 1000, sha256: sha256(bytes), kind: 'model' });
    expect((await appendToUpload(world.deps, actor, id, 0, bytes.subarray(0, 600))).offset).toBe(600);
    await expect(appendToUpload(world.deps, actor, id, 0, bytes.subarray(0, 600))).rejects.toMatchObject({ code: 'Conflict', details: { offset: 600 } });
    await expect(completedUpload(world.deps, actor.organizationId, id, 'model')).rejects.toMatchObject({ code: 'Conflict' });
    expect((await readUpload(world.deps, actor, id)).offset).toBe(600);
    const done = await appendToUpload(world.deps, actor, id, 600, bytes.subarray(600));
    expect(done.digest).toBe(`sha256:${sha256(bytes)}`);
    expect((await completedUpload(world.deps, actor.organizationId, id, 'model')).path).toBe(new FolderStore(world.deps.stateFolder).path(`sha256:${sha256(bytes)}`));
  });

  test('goes on after a process that was killed while it wrote a chunk', async () => {
    const bytes = randomBytes(500);
    const { id } = await createUpload(world.deps, actor, { bytes: 500, kind: 'model' });
    await appendToUpload(world.deps, actor, id, 0, bytes.subarray(0, 200));
    // What a killed process leaves: more in the file than the database knows of.
    await writeFile(join(world.deps.stateFolder, 'artefacts', 'uploads', id), Buffer.concat([bytes.subarray(0, 200), randomBytes(77)]));
    expect((await appendToUpload(world.deps, actor, id, 200, bytes.subarray(200))).digest).toBe(`sha256:${sha256(bytes)}`);
  });

  test('two requests with the same chunk: one is taken, the other told where it stands', async () => {
    const bytes = randomBytes(400);
    const { id } = await createUpload(world.deps, actor, { bytes: 800, kind: 'model' });
    const both = await Promise.allSettled([appendToUpload(world.deps, actor, id, 0, bytes), appendToUpload(world.deps, actor, id, 0, bytes)]);
    expect(both.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect((await appendToUpload(world.deps, actor, id, 400, bytes)).digest).toBe(`sha256:${sha256(Buffer.concat([bytes, bytes]))}`);
  });

  test('other content than was promised, or more of it, is refused', async () => {
    const { id } = await createUpload(world.deps, actor, { bytes: 10, sha256: sha256(Buffer.from('promised')), kind: 'model' });
    await expect(appendToUpload(world.deps, actor, id, 0, randomBytes(11))).rejects.toMatchObject({ code: 'TooLarge' });
    await expect(appendToUpload(world.deps, actor, id, 0, randomBytes(10))).rejects.toMatchObject({ code: 'InvalidInput' });
    expect((await readUpload(world.deps, actor, id)).offset).toBe(0);
  });

  test('I11: an upload of another organization is not there', async () => {
    const { id } = await createUpload(world.deps, actor, { bytes: 10, kind: 'model' });
    const stranger = aUser(await world.organization(), 'author');
    await expect(readUpload(world.deps, stranger, id)).rejects.toMatchObject({ code: 'NotFound' });
    await expect(appendToUpload(world.deps, stranger, id, 0, randomBytes(10))).rejects.toMatchObject({ code: 'NotFound' });
    await expect(cancelUpload(world.deps, stranger, id)).rejects.toMatchObject({ code: 'NotFound' });
  });

  test('I6: uploads under way are limited, and those that nobody finishes expire', async () => {
    const author = aUser(await world.organization(), 'author');
    const open = await Promise.all(Array.from({ length: artefactLimits.openUploadsMax }, () => createUpload(world.deps, author, { bytes: 10, kind: 'model' })));
    await expect(createUpload(world.deps, author, { bytes: 10, kind: 'model' })).rejects.toMatchObject({ code: 'LimitReached' });
    await appendToUpload(world.deps, author, open[0]?.id ?? '', 0, randomBytes(5));
    world.deps.clock.advance(artefactLimits.uploadLifetimeMs + 1);
    expect(await removeExpiredUploads(world.deps)).toBeGreaterThanOrEqual(artefactLimits.openUploadsMax);
    expect(await new FolderStore(world.deps.stateFolder).uploads()).toEqual([]);
    await createUpload(world.deps, author, { bytes: 10, kind: 'model' });
  });
});
