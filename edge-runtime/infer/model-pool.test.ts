import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock, type Clock } from '../kernel/clock.ts';
import type { ModelSignature } from '../protocol/index.ts';
import { inspectModel } from './inspect.ts';
import { ModelPool, type PoolModel } from './model-pool.ts';

const silent = { info() {}, warn() {}, error() {} };
const fixture = (name: string): string => fileURLToPath(new URL(`./fixtures/${name}.onnx`, import.meta.url));
let pool: ModelPool | undefined;
afterEach(() => pool?.close());

async function load(...names: string[]): Promise<ModelPool> {
  return await loadOn(systemClock(), names);
}

async function loadOn(clock: Clock, names: readonly string[]): Promise<ModelPool> {
  const models: PoolModel[] = [];
  for (const name of names) {
    const inspection = await inspectModel(fixture(name));
    if (!inspection.ok) throw new Error(inspection.message);
    models.push({ name, version: 1, path: fixture(name), signature: inspection.signature });
  }
  pool = await ModelPool.load(models, { threads: 1, clock, logger: silent, random: Math.random });
  return pool;
}

describe('predictions for rules', () => {
  test('columns go in and columns come out', async () => {
    const models = await load('weighted-sum');
    expect(await models.predict('weighted-sum@1', [[1, 2], [1, 2], [1, 2]], 2)).toMatchObject({ outputs: [[111, 222]] });
    expect(models.takeUse()).toMatchObject([{ name: 'weighted-sum', predictions: 2, errors: 0, latencyUs: { count: 1 } }]);
  });

  test('longs beyond 2^53 and texts keep every digit and letter', async () => {
    const models = await load('echo');
    expect(await models.predict('echo@1', [[2n ** 60n, 7], ['valve', 'größe']], 2)).toMatchObject({ outputs: [[2n ** 60n, 7], ['valve', 'größe']] });
  });

  test('a missing number is NaN to the model, and an answer of NaN is missing', async () => {
    const models = await load('weighted-sum');
    expect(await models.predict('weighted-sum@1', [[1, 2], [1, null], [1, 2]], 2)).toMatchObject({ outputs: [[111, null]] });
  });

  test('a row that a tensor cannot hold answers null, and only that row', async () => {
    const models = await load('two-inputs');
    expect(await models.predict('two-inputs@1', [[1, 2, 3], [1, null, 3]], 3)).toMatchObject({ outputs: [[2, null, 6]] });
    expect(models.takeUse()).toMatchObject([{ predictions: 2, errors: 1 }]);
  });

  test('tell every ten seconds how inputs and outputs were spread', async () => {
    let us = 0;
    const models = await loadOn({ ...systemClock(), microseconds: () => us }, ['weighted-sum']);
    await models.predict('weighted-sum@1', [[1, 2, 2], [1, null, 2], [1, 2, 2]], 3);
    us = 9_999_999;
    expect(models.takeUse()[0]).not.toHaveProperty('spreads');
    us = 10_000_000;
    const [use] = models.takeUse();
    expect(use?.spreads?.map(({ side, bins, missing }) => [side, bins.map(([, count]) => count), missing])).toEqual([['output', [1, 1], 1], ['input', [1, 2], 0], ['input', [1, 1], 1], ['input', [1, 2], 0]]);
    expect(models.takeUse()[0]).not.toHaveProperty('spreads');
  });

  test('a signature that is not the file’s is refused when the bundle is built', async () => {
    const signature: ModelSignature = { inputs: [{ name: 'X', type: 'float64', shape: [-1, 3] }], outputs: [{ name: 'score', type: 'float32', shape: [-1, 1] }] };
    await expect(ModelPool.load([{ name: 'm', version: 1, path: fixture('weighted-sum'), signature }], { threads: 1, clock: systemClock(), logger: silent, random: Math.random })).rejects.toMatchObject({ code: 'model.signature' });
  });
});

describe('the Open Inference Protocol', () => {
  const input = (data: unknown, shape: number[], datatype = 'FP32', name = 'X') => ({ id: 'call-1', inputs: [{ name, shape, datatype, data }] });

  test('answers nested and flat data alike and echoes the id', async () => {
    const models = await load('weighted-sum');
    const expected = { ok: true, response: { model_name: 'weighted-sum', model_version: '1', id: 'call-1', outputs: [{ name: 'score', datatype: 'FP32', shape: [2, 1], data: [111, 222] }] } };
    expect(await models.infer('weighted-sum', undefined, input([1, 1, 1, 2, 2, 2], [2, 3]))).toMatchObject(expected);
    expect(await models.infer('weighted-sum', 1, input([[1, 1, 1], [2, 2, 2]], [2, 3]))).toMatchObject(expected);
  });

  test('calls that come together each get their own rows', async () => {
    const models = await load('weighted-sum');
    const replies = await Promise.all(Array.from({ length: 200 }, (_, call) => models.infer('weighted-sum', 1, input([call, 0, 0], [1, 3]))));
    expect(replies.map((reply) => reply.ok && reply.response.outputs[0]?.data[0])).toEqual(Array.from({ length: 200 }, (_, call) => call));
  });

  test('an empty batch has an empty answer', async () => {
    const models = await load('weighted-sum');
    expect(await models.infer('weighted-sum', 1, input([], [0, 3]))).toMatchObject({ ok: true, response: { outputs: [{ shape: [0, 1], data: [] }] } });
  });

  test.each([
    ['an unknown input', input([1, 2, 3], [1, 3], 'FP32', 'Y'), /unexpected input 'Y'/],
    ['another datatype', input([1, 2, 3], [1, 3], 'FP64'), /FP64, expected FP32/],
    ['another width', input([1, 2], [1, 2]), /shape \[1, 2\], expected \[-1, 3\]/],
    ['too few values', input([1, 2], [1, 3]), /2 values.*needs 3/],
    ['too many values', input([1, 2, 3, 4], [1, 3]), /more values/],
    ['a text among numbers', input([1, 'two', 3], [1, 3]), /cannot hold "two" at position 1/],
    ['data nested too deep', input([[[[[[[[[[[1]]]]]]]]]]], [1, 3]), /nested deeper/],
    ['no inputs', { inputs: [] }, /inputs/],
    ['no object', 'hello', /expected object/],
    ['an unknown output', { ...input([1, 2, 3], [1, 3]), outputs: [{ name: 'nope' }] }, /unknown output 'nope'/],
  ])('refuses %s and says what was expected', async (_, body, message) => {
    const models = await load('weighted-sum');
    expect(await models.infer('weighted-sum', 1, body)).toMatchObject({ ok: false, code: 'invalid', message: expect.stringMatching(message) });
  });

  test('knows what it does not have', async () => {
    expect(await (await load('weighted-sum')).infer('other', 1, {})).toMatchObject({ ok: false, code: 'not-found' });
  });
});
