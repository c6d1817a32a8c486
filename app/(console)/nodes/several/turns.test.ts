import { describe, expect, it } from 'vitest';
import { fleetAfter, inTurn, type Outcome, refusedFirst, withLabels } from './turns.ts';

const three = [{ id: 'a' }, { id: 'b' }, { id: 'c' }];
const done: Outcome = { tone: 'positive', says: 'Done' };
const reasonOf = (error: unknown) => (error instanceof Error ? error.message : 'unknown');

describe('several in turn', () => {
  it('tells of each in order, and goes on after one that is refused', async () => {
    const told: [string, Outcome][] = [];
    const work = async ({ id }: { id: string }) => {
      if (id === 'b') throw new Error('It was revoked.');
      return done;
    };
    await inTurn(three, work, reasonOf, (id, outcome) => told.push([id, outcome]), new AbortController().signal);
    expect(told).toEqual([
      ['a', done],
      ['b', { tone: 'critical', says: 'It was revoked.' }],
      ['c', done],
    ]);
  });

  it('begins none after it was stopped, and tells of the one that was at work', async () => {
    const stop = new AbortController();
    const told: string[] = [];
    await inTurn(three, async ({ id }) => (id === 'b' && stop.abort(), done), reasonOf, (id) => told.push(id), stop.signal);
    expect(told).toEqual(['a', 'b']);
  });
});

it('those that were refused come first, and the rest keep their order', () => {
  const outcomes = new Map<string, Outcome>([['a', done], ['c', { tone: 'critical', says: 'It was revoked.' }]]);
  expect(refusedFirst(three, outcomes).map(({ id }) => id)).toEqual(['c', 'a', 'b']);
});

describe('labels of several', () => {
  it.each<{ change: Record<string, string>; labels: Record<string, string>; differs: boolean }>([
    { change: { site: 'harbour' }, labels: { site: 'harbour', line: '1' }, differs: true },
    { change: { spare: 'yes' }, labels: { site: 'plant-3', line: '1', spare: 'yes' }, differs: true },
    { change: { site: 'plant-3' }, labels: { site: 'plant-3', line: '1' }, differs: false },
    { change: { toString: 'x' }, labels: { site: 'plant-3', line: '1', toString: 'x' }, differs: true },
  ])('with $change', ({ change, labels, differs }) => {
    expect(withLabels({ site: 'plant-3', line: '1' }, change)).toEqual({ labels, differs });
  });
});

describe('the fleet after a change of labels', () => {
  const pumps = { id: '1', name: 'pumps' };
  const harbour = { id: '2', name: 'harbour' };
  it.each([
    { from: pumps, to: pumps, claimedBy: [pumps], tone: 'positive', says: 'Stays in pumps' },
    { from: null, to: null, claimedBy: [], tone: 'positive', says: 'No fleet claims it, as before' },
    { from: pumps, to: harbour, claimedBy: [harbour], tone: 'notice', says: 'Moves from pumps to harbour' },
    { from: null, to: harbour, claimedBy: [harbour], tone: 'notice', says: 'Moves to harbour' },
    { from: pumps, to: null, claimedBy: [], tone: 'notice', says: 'Leaves pumps and belongs to none' },
    { from: pumps, to: pumps, claimedBy: [pumps, harbour], tone: 'notice', says: 'pumps and harbour would both claim it, so it keeps what it has' },
  ])('$says', ({ from, to, claimedBy, tone, says }) => {
    expect(fleetAfter({ from, to, claimedBy, multiple: claimedBy.length > 1 })).toEqual({ tone, says });
  });
});
