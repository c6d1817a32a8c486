import { describe, expect, test } from 'vitest';
import type { ModelSignature } from './bundle.ts';
import { callOf, ModelShapeError } from './model-call.ts';

const signature = (inputs: ModelSignature['inputs'], outputs: ModelSignature['outputs'], columns?: string[]): ModelSignature => ({ inputs, outputs, ...(columns && { columns }) });
const score: ModelSignature['outputs'] = [{ name: 'score', type: 'float32', shape: [-1, 1] }];

describe('a model as a rule calls it', () => {
  test('one tensor of several features is as many arguments, named by the columns', () => {
    const call = callOf(signature([{ name: 'X', type: 'float32', shape: [-1, 3] }], score, ['flow', 'jitter', 'peak']));
    expect(call.inputs).toEqual(['flow', 'jitter', 'peak'].map((name, column) => ({ name, type: 'float', tensor: 'X', column, width: 3 })));
    expect(call.outputs).toEqual([{ name: 'score', type: 'float', tensor: 'score', column: 0, width: 1 }]);
  });

  test('without columns the arguments are numbered', () => {
    expect(callOf(signature([{ name: 'X', type: 'float64', shape: [-1, 2] }], score)).inputs.map((input) => input.name)).toEqual(['X_0', 'X_1']);
  });

  test('several tensors are one argument each, in the order of the model', () => {
    const call = callOf(signature([{ name: 'a', type: 'int64', shape: [-1] }, { name: 'b', type: 'string', shape: [-1, 1] }], score));
    expect(call.inputs.map(({ name, type }) => [name, type])).toEqual([['a', 'long'], ['b', 'string']]);
  });

  test('names become identifiers and stay apart', () => {
    const outputs: ModelSignature['outputs'] = [{ name: 'a.b', type: 'bool', shape: [-1] }, { name: 'a:b', type: 'bool', shape: [-1] }, { name: '23', type: 'int32', shape: [-1] }];
    expect(callOf(signature([{ name: 'x', type: 'float32', shape: [-1] }], outputs)).outputs.map((output) => output.name)).toEqual(['a_b', 'a_b_2', '_23']);
  });

  test.each([
    ['rank', { name: 'x', type: 'float32' as const, shape: [-1, 3, 8] }],
    ['rank', { name: 'x', type: 'float32' as const, shape: [] }],
    ['fixed-batch', { name: 'x', type: 'float32' as const, shape: [4, 3] }],
    ['free-width', { name: 'x', type: 'float32' as const, shape: [-1, -1] }],
  ])('refuses %s with a sentence that names the tensor', (code, tensor) => {
    const attempt = () => callOf(signature([tensor], score));
    expect(attempt).toThrow(ModelShapeError);
    expect(attempt).toThrow(expect.objectContaining({ code, message: expect.stringContaining('"x"') }));
  });

  test('refuses as many column names as there are not columns', () => {
    expect(() => callOf(signature([{ name: 'X', type: 'float32', shape: [-1, 3] }], score, ['one']))).toThrow(/1 column names were given for 3/);
    expect(() => callOf(signature([{ name: 'a', type: 'float32', shape: [-1] }, { name: 'b', type: 'float32', shape: [-1] }], score, ['one']))).toThrow(/one input tensor/);
  });
});
