import { request } from 'node:http';
import { beforeAll, describe, expect, test } from 'vitest';
import { artefactLimits } from '../artefacts/schema.ts';
import { aUser, callAs, testWorld } from '../testing/index.ts';
import { testServer } from '../testing/http.ts';
import { modelLimits } from './schema.ts';
import { onnxFixture } from './testing/an-upload.ts';

/* What a data scientist sends by the public API, good and bad: the routes that the console and every client use. */

let base: string;
let authorization: string;
beforeAll(async () => {
  const world = await testWorld();
  const server = await testServer(world);
  const { token } = await callAs(world.deps, aUser(await world.organization())).identity.tokens.create({ name: 't', scopes: ['models:read', 'models:write'], expiresAt: Date.now() + 3_600_000 });
  base = `${server.url}/api/v1`;
  authorization = `Bearer ${token}`;
});

interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

async function call(method: string, path: string, body?: object): Promise<Answer> {
  return read(await fetch(`${base}${path}`, { method, headers: { authorization, 'content-type': 'application/json' }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }));
}

async function send(id: string, offset: number, chunk: Uint8Array): Promise<Answer> {
  return read(await fetch(`${base}/uploads/${id}`, { method: 'PATCH', headers: { authorization, 'content-type': 'application/octet-stream', 'upload-offset': String(offset) }, body: new Uint8Array(chunk) }));
}

async function read(answer: Response): Promise<Answer> {
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text === '' ? {} : JSON.parse(text) };
}

async function open(bytes: number): Promise<string> {
  const { status, body } = await call('POST', '/uploads', { bytes, kind: 'model', fileName: 'model.onnx' });
  expect(status).toBe(201);
  return String(body['id']);
}

/** Uploads and publishes in one go. */
async function publish(name: string, bytes: Uint8Array, columns?: string[]): Promise<Answer> {
  const id = await open(bytes.length);
  expect((await send(id, 0, bytes)).body).toMatchObject({ offset: bytes.length, digest: expect.stringMatching(/^sha256:/) });
  return call('POST', '/models', { name, upload: id, ...(columns === undefined ? {} : { columns }) });
}

/** A file in which one operator is one that nobody knows. */
async function unknownOperator(): Promise<Uint8Array> {
  const file = Buffer.from(await onnxFixture('weighted-sum'));
  const at = file.indexOf('MatMul');
  expect(at).toBeGreaterThan(0);
  file.write('Matter', at);
  return file;
}

describe('a file that no node could run is refused with the reason, and leaves no model behind', () => {
  test.each<[string, () => Promise<Uint8Array>, string[] | undefined, string, RegExp]>([
    ['broken', async () => (await onnxFixture('weighted-sum')).subarray(0, 60), undefined, 'truncated', /cut off/],
    ['a picture', async () => Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), undefined, 'not-onnx', /./],
    ['with an operator that the runtime lacks', unknownOperator, undefined, 'unsupported-operator', /^The model uses the operator Matter, which/],
    ['of an operator set that is not out yet', () => onnxFixture('future-opset'), undefined, 'unsupported-opset', /opset/i],
    ['with ZipMap outputs', () => onnxFixture('zipmap'), undefined, 'unsupported-tensor', /zipmap': False/],
    ['with weights in another file', () => onnxFixture('external-data'), undefined, 'external-data', /save_as_external_data=False/],
    ['of another signature than its columns say', () => onnxFixture('weighted-sum'), ['flow', 'jitter'], 'unsupported-shape', /2 column names/],
  ])('%s', async (name, bytes, columns, reason, detail) => {
    const model = `refused-${name.replaceAll(/[^a-z]+/gi, '-').toLowerCase()}`;
    expect(await publish(model, await bytes(), columns)).toMatchObject({ status: 422, body: { code: 'ModelRefused', detail: expect.stringMatching(detail), details: { reason } } });
    expect((await call('GET', `/models/${model}`)).status).toBe(404);
  });

  test('of no bytes', async () => {
    expect(await call('POST', '/uploads', { bytes: 0, kind: 'model' })).toMatchObject({ status: 422, body: { code: 'InvalidInput', details: { issues: [{ path: ['bytes'] }] } } });
  });

  test('too large: as announced, in one piece, and as more than was announced', async () => {
    expect(await call('POST', '/uploads', { bytes: artefactLimits.bytesMax + 1, kind: 'model' })).toMatchObject({ status: 422, body: { code: 'InvalidInput', details: { issues: [{ path: ['bytes'] }] } } });
    expect(modelLimits.bytesMax).toBeLessThanOrEqual(artefactLimits.bytesMax);
    const id = await open(100);
    expect(await send(id, 0, new Uint8Array(101))).toMatchObject({ status: 413, body: { code: 'TooLarge', details: { offset: 0 } } });
    expect(await send(await open(artefactLimits.chunkBytesMax * 2), 0, new Uint8Array(artefactLimits.chunkBytesMax + 1))).toMatchObject({ status: 413, body: { code: 'TooLarge' } });
  });
});

test('two inputs of different types are a model like any other', async () => {
  expect(await publish('two-inputs', await onnxFixture('two-inputs'))).toMatchObject({ status: 200, body: { version: 1 } });
  expect((await call('GET', '/models/two-inputs')).body).toMatchObject({ versions: [{ signature: { inputs: [{ name: 'level', type: 'float64' }, { name: 'count', type: 'int64' }] } }] });
});

describe('an upload that is broken off', () => {
  test('goes on where it stands, after the connection was lost within a chunk', async () => {
    const file = await onnxFixture('weighted-sum');
    const id = await open(file.length);
    await send(id, 0, file.subarray(0, 50));
    await breakWithin(id, 50, file.subarray(50), 20);
    const { headers } = await call('HEAD', `/uploads/${id}`);
    expect([headers.get('upload-offset'), headers.get('upload-length')]).toEqual(['50', String(file.length)]);
    expect(await send(id, 0, file)).toMatchObject({ status: 409, body: { code: 'Conflict', details: { offset: 50 } } });
    expect(await call('POST', '/models', { name: 'resumed', upload: id })).toMatchObject({ status: 409, body: { code: 'Conflict' } });
    expect((await send(id, 50, file.subarray(50))).body).toMatchObject({ offset: file.length });
    expect(await call('POST', '/models', { name: 'resumed', upload: id, columns: ['a', 'b', 'c'] })).toMatchObject({ status: 200, body: { version: 1 } });
  });

  test('is gone when it is cancelled, and begun anew', async () => {
    const file = await onnxFixture('weighted-sum');
    const id = await open(file.length);
    await send(id, 0, file.subarray(0, 50));
    expect((await call('DELETE', `/uploads/${id}`)).status).toBe(204);
    expect((await send(id, 50, file.subarray(50))).status).toBe(404);
    expect(await call('POST', '/models', { name: 'cancelled', upload: id })).toMatchObject({ status: 404 });
    expect(await publish('cancelled', file)).toMatchObject({ status: 200, body: { version: 1 } });
  });
});

/** Sends the first bytes of a chunk and goes away without the rest. */
async function breakWithin(id: string, offset: number, chunk: Uint8Array, sent: number): Promise<void> {
  const under = request(`${base}/uploads/${id}`, { method: 'PATCH', headers: { authorization, 'content-type': 'application/octet-stream', 'upload-offset': String(offset), 'content-length': chunk.length } });
  under.on('error', () => undefined);
  await new Promise<void>((resolve) => under.write(chunk.subarray(0, sent), () => resolve()));
  const gone = new Promise((resolve) => under.once('close', resolve));
  under.destroy();
  await gone;
}
