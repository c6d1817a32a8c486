import { describe, expect, test } from 'vitest';
import { systemClock } from '../kernel/clock.ts';
import { countOf, type AttributeSpread, type ModelSignature } from '../protocol/index.ts';
import { ModelSpreads, spreadAttributes } from './model-spreads.ts';

const wide = (inputs: number, outputs: number): ModelSignature => ({ inputs: [{ name: 'X', type: 'float32', shape: [-1, inputs] }], outputs: [{ name: 'Y', type: 'float32', shape: [-1, outputs] }] });

/** A model of one feature and one score on a clock that stands until it is moved. */
function model(models = 1) {
  const state = { us: 0, random: 0 };
  const clock = { ...systemClock(), microseconds: () => state.us };
  const random = (): number => (state.random = (state.random + 0.618034) % 1);
  const spreads = new ModelSpreads(spreadAttributes([wide(1, 1)])[0] ?? [], { clock, random, models });
  const look = (values: readonly unknown[], unfit: readonly number[] = []): void => spreads.look([values], [values], values.length, unfit);
  return { spreads, look, state };
}

const sizes = (spreads: readonly AttributeSpread[]): [string, number][] => spreads.map((spread) => [`${spread.side} ${spread.attribute}`, countOf(spread)]);

describe('which attributes of models are looked at', () => {
  test('outputs of all come before inputs, and no more than a node may tell of', () => {
    const chosen = spreadAttributes([wide(40, 2), wide(3, 1)]);
    expect(chosen.map((attributes) => attributes.filter(({ side }) => side === 'output').length)).toEqual([2, 1]);
    expect(chosen.flat()).toHaveLength(32);
    expect(chosen[0]?.slice(0, 3)).toEqual([{ attribute: 'Y_0', side: 'output', column: 0 }, { attribute: 'Y_1', side: 'output', column: 1 }, { attribute: 'X_0', side: 'input', column: 0 }]);
  });

  test('texts are not', () => {
    const signature: ModelSignature = { inputs: [{ name: 'kind', type: 'string', shape: [-1] }, { name: 'flow', type: 'int64', shape: [-1] }], outputs: [{ name: 'alarm', type: 'bool', shape: [-1] }] };
    expect(spreadAttributes([signature])).toEqual([[{ attribute: 'alarm', side: 'output', column: 0 }, { attribute: 'flow', side: 'input', column: 1 }]]);
  });
});

describe('what is seen of predictions', () => {
  test('is all of them while they are few; missing values count, calls that were not made do not', () => {
    const { spreads, look } = model();
    look([0.5, 7n, true, null, 'text', 0.5], [5]);
    const [score] = spreads.take();
    expect(score).toMatchObject({ attribute: 'Y', side: 'output', missing: 2 });
    expect(score === undefined ? 0 : countOf(score)).toBe(5);
    expect(spreads.take()).toEqual([]);
  });

  test('is an even part of very many, and of each device that takes its turn', () => {
    const { spreads, look, state } = model();
    const devices = Array.from({ length: 100 }, (_, device) => device);
    for (let second = 0; second < 5; second += 1) {
      state.us = second * 1e6;
      if (second === 1) spreads.take();
      for (let batch = 0; batch < 2000; batch += 1) look(devices);
    }
    const [score] = spreads.take();
    const seen = score === undefined ? 0 : countOf(score);
    expect(seen).toBeGreaterThan(4 * 950);
    expect(seen).toBeLessThanOrEqual(4 * 1000);
    const lower = score?.bins.filter(([bin]) => Math.sinh((bin + 1) / 2 ** score.resolution) / 10 <= 50).reduce((sum, [, count]) => sum + count, 0) ?? 0;
    expect(lower / seen).toBeGreaterThan(0.44);
    expect(lower / seen).toBeLessThan(0.56);
  });

  test('is shared between models, and never more than that in a second', () => {
    const { spreads, look } = model(4);
    for (let batch = 0; batch < 100; batch += 1) look(Array.from({ length: 100 }, () => 1));
    expect(sizes(spreads.take())).toEqual([['output Y', 250], ['input X', 250]]);
  });
});
