import { expect, it } from 'vitest';
import { causeStreams, causeWindow } from './cause-streams.ts';

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

it('shows all charts of a detection over one span', () => {
  expect(causeWindow({ causes, at: 310 })).toEqual({ from: 100, to: 360 });
  expect(causeWindow({ causes: [], at: 310 })).toEqual({ from: 310, to: 360 });
});
