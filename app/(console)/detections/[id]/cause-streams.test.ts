import { expect, it } from 'vitest';
import { causeStreams, causeWindow, inFront } from './cause-streams.ts';

const causes = [
  { stream: 'Readings', at: 200, data: { loop: 'a', flow: 2 } },
  { stream: 'Readings', at: 100, data: { loop: 'a', flow: 1 } },
  { stream: 'Scored', at: 300, data: { score: 0.9 } },
];

it('orders streams by their latest event and events by their time', () => {
  const streams = causeStreams(causes);
  expect(streams.map((stream) => stream.name)).toEqual(['Scored', 'Readings']);
  expect(streams[1]).toMatchObject({ attributes: ['loop', 'flow'], numeric: ['flow'] });
  expect(streams[1]?.rows.map((row) => row.at)).toEqual([100, 200]);
});

it('puts what the query of a detection reads in front, and what that was made of behind', () => {
  const queries = [{ inputs: ['Readings'], output: 'Scored' }, { inputs: ['Scored', 'Limits'], output: 'Closing' }, { inputs: ['Closing'], output: 'Other' }];
  const names = (made: string, known = queries) => {
    const { front, behind } = inFront(causeStreams(causes), known, made);
    return [front.map(({ name }) => name), behind.map(({ name }) => name)];
  };
  expect(names('Closing')).toEqual([['Scored'], ['Readings']]);
  expect(names('Scored')).toEqual([['Readings'], ['Scored']]);
  expect(names('Closing', [...queries, { inputs: ['Readings'], output: 'Closing' }])).toEqual([['Scored', 'Readings'], []]);
  expect(names('Closing', [])).toEqual([['Scored'], ['Readings']]);
  expect(inFront([], [], 'Closing')).toEqual({ front: [], behind: [] });
});

it('shows all charts of a detection over one span', () => {
  expect(causeWindow({ causes, at: 310 })).toEqual({ from: 100, to: 360 });
  expect(causeWindow({ causes: [], at: 310 })).toEqual({ from: 310, to: 360 });
});
