import { beforeAll, describe, expect, test } from 'vitest';
import { createUpload } from '../artefacts/service.ts';
import { aUser, callAs, testWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';
import { anUpload, onnxFixture } from './testing/an-upload.ts';

const columns = ['flow', 'jitter', 'peak'];
let world: TestWorld;
let organization: string;
beforeAll(async () => {
  world = await testWorld();
  organization = await world.organization();
});

const author = () => aUser(organization, 'author');
const as = (role: Parameters<typeof aUser>[1]) => callAs(world.deps, aUser(organization, role));
const upload = async (name: string) => anUpload(world.deps, author(), await onnxFixture(name));

describe('publishing', () => {
  test('shows the signature before, and gives an immutable version with it after', async () => {
    const id = await upload('weighted-sum');
    const inspection = await as('author').models.inspect({ upload: id, columns });
    expect(inspection.call.inputs).toEqual(columns.map((name) => ({ name, type: 'float' })));
    const published = await as('author').models.publish({ name: 'pump-anomaly', upload: id, columns, note: 'first' });
    expect(published).toMatchObject({ version: 1, digest: inspection.digest });
    const model = await as('viewer').models.get({ name: 'pump-anomaly' });
    expect(model.versions).toMatchObject([{ version: 1, note: 'first', publishedBy: 'Test author', opset: 17 }]);
    await expect(world.deps.pool.query("UPDATE model_versions SET note = 'other'")).rejects.toThrow(/cannot be changed/);
  });

  test('of several at once gives each a number of its own, without gaps', async () => {
    const uploads = await Promise.all(['weighted-sum', 'two-inputs', 'classifier', 'open-width'].map(upload));
    const published = await Promise.all(uploads.map((id) => as('author').models.publish({ name: 'raced', upload: id })));
    expect(published.map((version) => version.version).sort()).toEqual([1, 2, 3, 4]);
  });

  test('of the newest version again is refused, and put on record', async () => {
    const id = await upload('two-inputs');
    await as('author').models.publish({ name: 'again', upload: id });
    await expect(as('author').models.publish({ name: 'again', upload: id })).rejects.toThrow(/is this file already/);
    const { items } = await as('viewer').audit.list({ object: 'again', outcome: 'refused' });
    expect(items).toMatchObject([{ action: 'models.publish', reason: expect.stringContaining('Conflict') }]);
  });

  test.each([
    ['zipmap', 'unsupported-tensor'],
    ['external-data', 'external-data'],
    ['future-opset', 'unsupported-opset'],
    ['image', 'unsupported-shape'],
    ['fixed-batch', 'unsupported-shape'],
  ])('of a file with %s is refused with the reason, and leaves nothing behind', async (fixture, reason) => {
    const attempt = as('author').models.publish({ name: `refused-${fixture}`, upload: await upload(fixture) });
    await expect(attempt).rejects.toMatchObject({ cause: { code: 'ModelRefused', details: { reason } } });
    await expect(as('viewer').models.get({ name: `refused-${fixture}` })).rejects.toMatchObject({ cause: { code: 'NotFound' } });
  });

  test.each([
    ['a broken file', async () => (await onnxFixture('weighted-sum')).subarray(0, 60), 'truncated'],
    ['text', async () => new TextEncoder().encode('not a model at all'), 'not-onnx'],
  ])('of %s is refused', async (_, bytes, reason) => {
    const id = await anUpload(world.deps, author(), await bytes());
    await expect(as('author').models.publish({ name: 'broken', upload: id })).rejects.toMatchObject({ cause: { code: 'ModelRefused', details: { reason } } });
  });

  test('of an upload that is not complete, or another organization’s, is refused', async () => {
    const { id } = await createUpload(world.deps, author(), { bytes: 10, kind: 'model' });
    await expect(as('author').models.publish({ name: 'half', upload: id })).rejects.toMatchObject({ cause: { code: 'Conflict' } });
    const other = callAs(world.deps, aUser(await world.organization('Other'), 'author'));
    await expect(other.models.publish({ name: 'stolen', upload: await upload('two-inputs') })).rejects.toMatchObject({ cause: { code: 'NotFound' } });
  });
});

describe('aliases', () => {
  test('move between versions and keep their history', async () => {
    for (const fixture of ['weighted-sum', 'two-inputs']) await as('author').models.publish({ name: 'moved', upload: await upload(fixture) });
    expect(await as('author').models.setAlias({ name: 'moved', alias: 'champion', version: 1 })).toMatchObject({ previous: null });
    expect(await as('author').models.setAlias({ name: 'moved', alias: 'champion', version: 2 })).toMatchObject({ previous: 1 });
    const { aliases } = await as('viewer').models.get({ name: 'moved' });
    expect(aliases).toMatchObject([{ name: 'champion', version: 2, history: [{ version: 2, by: 'Test author' }, { version: 1 }] }]);
    const signatures = await as('viewer').models.signatures({ query: 'moved' });
    expect(signatures.map(({ reference, version }) => [reference, version])).toEqual([['moved@champion', 2], ['moved@2', 2], ['moved@1', 1]]);
    await as('author').models.removeAlias({ name: 'moved', alias: 'champion' });
    expect((await as('viewer').models.get({ name: 'moved' })).aliases).toEqual([]);
  });

  test('do not point at what is not there', async () => {
    await as('author').models.publish({ name: 'pointed', upload: await upload('two-inputs') });
    await expect(as('author').models.setAlias({ name: 'pointed', alias: 'champion', version: 9 })).rejects.toMatchObject({ cause: { code: 'NotFound' } });
    await expect(as('author').models.setAlias({ name: 'nobody', alias: 'champion', version: 1 })).rejects.toMatchObject({ cause: { code: 'NotFound' } });
  });
});

describe('trying a model out', () => {
  test('answers by the names of the signature', async () => {
    await as('author').models.publish({ name: 'tried', upload: await upload('weighted-sum'), columns });
    await as('author').models.setAlias({ name: 'tried', alias: 'champion', version: 1 });
    const answer = await as('viewer').models.tryOut({ name: 'tried', alias: 'champion', inputs: { flow: [1, 0], jitter: [0, 1], peak: [0, 0] } });
    expect(answer).toMatchObject({ version: 1, rows: 2 });
    expect(answer.outputs['score']).toHaveLength(2);
    expect(answer.ms).toBeGreaterThan(0);
  });

  test.each([
    ['a missing input', { flow: [1], jitter: [1] }, /“peak” is missing/],
    ['an unknown input', { flow: [1], jitter: [1], peak: [1], more: [1] }, /no input “more”/],
    ['uneven rows', { flow: [1, 2], jitter: [1], peak: [1] }, /rows/],
    ['a wrong type', { flow: ['x'], jitter: [1], peak: [1] }, /takes float values/],
  ])('refuses %s with a sentence', async (_, inputs, message) => {
    await expect(as('viewer').models.tryOut({ name: 'tried', version: 1, inputs })).rejects.toThrow(message);
  });
});

describe('who may', () => {
  test.each(['viewer', 'operator'] as const)('a %s reads and does not write', async (role) => {
    await expect(as(role).models.list({})).resolves.toMatchObject({ total: expect.any(Number) });
    expect((await as(role).models.get({ name: 'tried' })).can.publish.allowed).toBe(false);
    await expect(as(role).models.setAlias({ name: 'tried', alias: 'x', version: 1 })).rejects.toMatchObject({ cause: { code: 'Forbidden' } });
  });

  test('another organization sees nothing of it', async () => {
    const other = callAs(world.deps, aUser(await world.organization('Other'), 'administrator'));
    expect((await other.models.list({})).items).toEqual([]);
    await expect(other.models.get({ name: 'tried' })).rejects.toMatchObject({ cause: { code: 'NotFound' } });
    await expect(other.models.tryOut({ name: 'tried', version: 1, inputs: { flow: [1] } })).rejects.toMatchObject({ cause: { code: 'NotFound' } });
    await expect(other.models.setAlias({ name: 'tried', alias: 'champion', version: 1 })).rejects.toMatchObject({ cause: { code: 'NotFound' } });
  });

  test('pages go on where they ended, in either order', async () => {
    for (const sort of ['name', '-name', 'publishedAt', '-publishedAt'] as const) {
      const seen: string[] = [];
      for (let cursor: string | undefined; ; ) {
        const page = await as('viewer').models.list({ limit: 2, sort, ...(cursor !== undefined && { cursor }) });
        seen.push(...page.items.map((item) => item.name));
        if (page.nextCursor === null) break;
        cursor = page.nextCursor;
      }
      const all = (await as('viewer').models.list({ limit: 200, sort })).items.map((item) => item.name);
      expect(seen).toEqual(all);
    }
  });
});
