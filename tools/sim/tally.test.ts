import { describe, expect, test } from 'vitest';
import { sumOf, Tally } from './tally.ts';

describe('what a crew has seen', () => {
  test('nodes that were turned away are told apart by how often', () => {
    const tally = new Tally();
    for (const name of ['a', 'b', 'b', 'b', 'c', 'c']) tally.refused(name);
    expect(tally.view).toMatchObject({ refusedOnce: 3, refusedAgain: 2 });
    tally.restart();
    tally.refused('b');
    expect(tally.view).toMatchObject({ refusedOnce: 1, refusedAgain: 0 });
  });

  test('crews add up, generation by generation', () => {
    const [first, second] = [new Tally(), new Tally()];
    first.connected();
    first.told(1);
    second.connected();
    second.connected();
    second.disconnected();
    second.told(1);
    second.told(2);
    second.running(1);
    expect(sumOf([first.view, second.view])).toEqual({ connected: 2, lost: 1, refusedOnce: 0, refusedAgain: 0, told: { 1: 2, 2: 1 }, running: { 1: 1 } });
  });
});
