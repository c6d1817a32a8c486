import { Preview, recordingOf, Stepper } from '@selvedge/edge-runtime/cep/preview';
import { describe, expect, it } from 'vitest';
import { standingAt } from './standing.ts';

const text = "define stream Readings (flow int); @info(name='high') from Readings[flow > 5] select flow insert into High;";
const recording = recordingOf(Array.from({ length: 11 }, (_, index) => ({ stream: 'Readings', at: 1000 + index * 960, data: { flow: index } })));

describe('the moment that a preview is looked at', () => {
  const preview = new Preview(text, recording);
  preview.step(100);
  const result = preview.result();

  it('is the end until someone moves the slider', () => {
    expect(standingAt(result, null, null)).toEqual({ until: Number.POSITIVE_INFINITY, chosen: false, counts: new Map([['stream Readings', 11], ['stream High', 5], ['query high', 5]]) });
    expect(standingAt(result, 672, null)).toEqual({ until: 7720, chosen: true, counts: new Map([['stream Readings', 7], ['stream High', 1], ['query high', 1]]) });
  });

  it('is where a run stopped, the event at hand included', async () => {
    const stepper = new Stepper(text, recording, { ask: () => Promise.resolve({ error: 'nobody' }), goOn: () => Promise.resolve(true) });
    const stop = await stepper.runOn([{ query: 'high', on: 'match', from: 2 }]);
    expect(standingAt(result, null, stop === undefined ? null : { ...stop, put: [] })).toEqual({ until: 7720.5, chosen: false, counts: new Map([['stream Readings', 8], ['stream High', 2], ['query high', 2]]) });
  });
});
