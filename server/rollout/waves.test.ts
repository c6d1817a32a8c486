import { expect, test } from 'vitest';
import { cutWaves } from './waves.ts';

const node = (name: string, labels: Record<string, string>, offline = false) => ({ node: name, name, offline, labels });
const percent = (value: number) => ({ unit: 'percent' as const, value });
const names = (waves: { name: string }[][]) => waves.map((wave) => wave.map(({ name }) => name));

test('connected nodes come first, by name, and who no wave takes is the last', () => {
  const fleet = [node('d', {}), node('a', {}, true), node('c', {}), node('b', {})];
  expect(names(cutWaves(fleet, [{ limit: { unit: 'nodes', value: 1 } }, { limit: percent(50) }]))).toEqual([['b'], ['c', 'd'], ['a']]);
  expect(names(cutWaves(fleet, []))).toEqual([['b', 'c', 'd', 'a']]);
});

test('a wave takes of those that its selector names, and a share is of all of these', () => {
  const fleet = [node('a', { site: 'north' }), node('b', { site: 'north' }), node('c', { site: 'lab' }), node('d', { site: 'lab' }), node('e', { site: 'north' }), node('f', { site: 'north' })];
  const waves = [{ selector: 'site=lab', limit: percent(50) }, { selector: 'site', limit: percent(50) }, { selector: 'site=lab', limit: percent(100) }];
  // Half of the lab; half of six of those that are left; whoever of the lab was not taken: nobody, and so no wave.
  expect(names(cutWaves(fleet, waves))).toEqual([['c'], ['a', 'b', 'd'], ['e', 'f']]);
});
