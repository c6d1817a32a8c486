import { Preview, recordingOf, runTestCase } from '@selvedge/edge-runtime/cep/preview';
import { expect, it } from 'vitest';
import { ruleTestSchema } from '../../../../server/rules/schema.ts';
import { testOf, whyNoTest } from './test-of-preview.ts';

const text = "define stream S (k string, n long, v double);\nfrom S[v > 1.0] select k, n, v / 0.0 as none, v insert into Out;";
const events = [1, 2, 3].map((v) => ({ stream: 'S', at: v, data: { k: 'a', n: v === 3 ? '9007199254740993' : v, v } }));

function previewed() {
  const preview = new Preview(text, recordingOf(events));
  while (!preview.step(10));
  return preview.result();
}

it('makes a case that the schema takes and that the same text passes', async () => {
  const test = testOf('kept', events, previewed());
  expect(ruleTestSchema.parse(JSON.parse(JSON.stringify(test)))).toEqual(test);
  expect(test.expected[0]?.rows.map((one) => one['n'])).toEqual([2, '9007199254740993']);
  expect(await runTestCase(text, test)).toMatchObject({ passed: true });
});

it('says why there is none', () => {
  const recording = { streams: [], from: 0, to: 0, events: 3, problems: [], left: 0 };
  const run = { result: previewed(), ms: 1 };
  expect(whyNoTest({ recording: undefined, run: undefined })).toBe('Preview some events first');
  expect(whyNoTest({ recording, run })).toBeUndefined();
  expect(whyNoTest({ recording: { ...recording, events: 2001 }, run })).toContain('2000 events');
});
