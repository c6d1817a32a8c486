import { Preview, recordingOf } from '@selvedge/edge-runtime/cep/preview';
import { expect, it } from 'vitest';
import { rowOfDetection } from './row-of-detection.ts';

const events = [1, 5, 6, 5].map((v, index) => ({ stream: 'S', at: index * 1000, data: { k: 'a', v } }));

function replay() {
  const preview = new Preview('define stream S (k string, v int); from S[v > 4] select k, v insert into High;', recordingOf(events));
  while (!preview.step(10));
  return preview.result();
}

it('finds the row with the same values that is nearest in time', () => {
  expect(rowOfDetection(replay(), { stream: 'High', data: { k: 'a', v: 5 }, at: 2900 })).toBe(2);
  expect(rowOfDetection(replay(), { stream: 'High', data: { k: 'a', v: 5 }, at: 1000 })).toBe(0);
});

it('finds none where the replay made none', () => {
  expect(rowOfDetection(replay(), { stream: 'High', data: { k: 'a', v: 7 }, at: 0 })).toBeUndefined();
  expect(rowOfDetection(replay(), { stream: 'Other', data: {}, at: 0 })).toBeUndefined();
});
