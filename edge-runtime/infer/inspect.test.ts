import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inspectModel } from './inspect.ts';

const fixture = (name: string): string => fileURLToPath(new URL(`./fixtures/${name}.onnx`, import.meta.url));
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'selvedge-inspect-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('a model that can be served', () => {
  test('shows its signature, opset, producer and how long an inference takes', async () => {
    const inspection = await inspectModel(fixture('weighted-sum'), { columns: ['flow', 'jitter', 'peak'] });
    expect(inspection).toMatchObject({
      ok: true,
      opset: 17,
      producer: 'selvedge-fixtures',
      signature: {
        inputs: [{ name: 'X', type: 'float32', shape: [-1, 3] }],
        outputs: [{ name: 'score', type: 'float32', shape: [-1, 1] }],
        columns: ['flow', 'jitter', 'peak'],
      },
    });
    expect(inspection.ok && inspection.selfTestMs).toBeGreaterThan(0);
  });

  test('has two inputs of different types', async () => {
    expect(await inspectModel(fixture('two-inputs'))).toMatchObject({
      ok: true,
      signature: { inputs: [{ name: 'level', type: 'float64', shape: [-1] }, { name: 'count', type: 'int64', shape: [-1] }] },
    });
  });

  test('answers labels and probabilities as tensors', async () => {
    const inspection = await inspectModel(fixture('classifier'));
    expect(inspection).toMatchObject({ ok: true, signature: { outputs: [{ type: 'string' }, { type: 'float32', shape: [-1, 2] }] } });
  });

  test('shows by an inference what width its exporter left open', async () => {
    expect(await inspectModel(fixture('open-width'))).toMatchObject({ ok: true, signature: { outputs: [{ name: 'Y', shape: [-1, 2] }] } });
  });
});

describe('a file that cannot be served is refused with the reason', () => {
  test.each([
    ['zipmap', 'unsupported-tensor', /zipmap': False/],
    ['external-data', 'external-data', /weights\.bin.*save_as_external_data=False/],
    ['future-opset', 'unsupported-opset', /opset/i],
    ['image', 'unsupported-shape', /\[\?, 3, 2, 2\]/],
    ['fixed-batch', 'unsupported-shape', /fixed batch size 4/],
  ])('%s', async (name, code, message) => {
    expect(await inspectModel(fixture(name))).toEqual({ ok: false, code, message: expect.stringMatching(message) });
  });

  test('empty', async () => {
    expect(await inspectModel(await write('empty.onnx', new Uint8Array(0)))).toMatchObject({ ok: false, code: 'empty' });
  });

  test('over the size limit', async () => {
    expect(await inspectModel(fixture('weighted-sum'), { bytesMax: 10 })).toMatchObject({ ok: false, code: 'too-large' });
  });

  test('cut off anywhere, it is refused and never half loaded', async () => {
    const whole = await readFile(fixture('weighted-sum'));
    const path = await write('cut.onnx', whole.subarray(0, whole.length - 20));
    expect(await inspectModel(path)).toMatchObject({ ok: false, code: 'truncated', message: expect.stringContaining('cut off') });
  });

  test.each([
    ['a picture', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
    ['text', Buffer.from('{"this": "is not a model"}')],
    ['zeros', Buffer.alloc(4096)],
  ])('%s is not ONNX', async (name, bytes) => {
    expect(await inspectModel(await write(`${name}.onnx`, bytes))).toMatchObject({ ok: false, code: 'not-onnx' });
  });

  test('an operator that the runtime does not have, by its name and without a path of this machine', async () => {
    const file = await readFile(fixture('weighted-sum'));
    file.write('Matter', file.indexOf('MatMul'));
    expect(await inspectModel(await write('operator.onnx', file))).toEqual({ ok: false, code: 'unsupported-operator', message: 'the model uses the operator Matter, which the runtime of the nodes does not have; export it with standard ONNX operators' });
  });

  test('more column names than columns', async () => {
    expect(await inspectModel(fixture('weighted-sum'), { columns: ['a'] })).toMatchObject({ ok: false, code: 'unsupported-shape', message: expect.stringContaining('1 column names') });
  });
});

async function write(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}
