import { describe, expect, it } from 'vitest';
import { Backtest, type BacktestResult } from './backtest.ts';
import { readRecording, recordingOf } from './recording.ts';
import type { AskModel } from './test-case.ts';

const nobody: AskModel = () => Promise.resolve({ error: 'nobody' });
const above = (limit: number): string => `define stream Readings (device string, flow double);
from Readings[flow > ${limit}.0] select device, flow insert into High;
from Readings#window.timeBatch(1 min) select count() as events insert into Minutes;`;
const events = Array.from({ length: 1000 }, (_, index) => ({ stream: 'Readings', at: 1_700_000_000_000 + index * 1000, data: { device: `d${index % 3}`, flow: index % 10 } }));

async function run(texts: readonly string[], size: number, settleMs = 0): Promise<BacktestResult> {
  const backtest = new Backtest(texts);
  for (let from = 0; from < events.length; from += size) await backtest.feed(recordingOf(events.slice(from, from + size)), nobody);
  return backtest.finish(settleMs, nobody);
}

describe('a backtest', () => {
  it('counts what one rule puts out, in whatever pieces the recording comes', async () => {
    const whole = await run([above(7)], 1000);
    expect(whole).toMatchObject({ events: 1000, from: 1_700_000_000_000, to: 1_700_000_999_000, outOfOrder: 0, problemsTotal: 0 });
    expect(whole.streams).toMatchObject([{ name: 'High', counts: [200], only: [] }, { name: 'Minutes', counts: [16] }]);
    expect(whole.streams[0]?.examples[0]).toHaveLength(10);
    expect(whole.streams[0]?.examples[0]?.[0]).toEqual({ at: 1_700_000_008_000, data: { device: 'd2', flow: 8 } });
    for (const size of [1, 7, 333]) expect(await run([above(7)], size)).toEqual(whole);
  });

  it('says of two rules what only one of them puts out', async () => {
    const { streams } = await run([above(7), above(6)], 100);
    expect(streams).toMatchObject([{ name: 'High', counts: [200, 300], only: [{ count: 0 }, { count: 100 }] }, { name: 'Minutes', counts: [16, 16], only: [{ count: 0 }, { count: 0 }] }]);
    expect(streams[0]?.only[1]?.examples.map(({ data }) => data['flow'])).toEqual(Array.from({ length: 10 }, () => 7));
  });

  it('waits for what is due by time as long as it is told', async () => {
    expect((await run([above(7)], 100, 60_000)).streams[1]).toMatchObject({ name: 'Minutes', counts: [17] });
  });

  it('says what it could not use, and what came too late to be put in order', async () => {
    const backtest = new Backtest([above(7)]);
    await backtest.feed(readRecording('{"stream":"Readings","at":5000,"device":"a","flow":9}\n{"stream":"Other","at":6000,"x":1}', { stream: 'Readings' }), nobody);
    await backtest.feed(readRecording('{"@at":1000,"device":"a","flow":9}\n{"@at":7000,"device":"a","flow":"much"}', { stream: 'Readings', after: 6000 }), nobody);
    expect(await backtest.finish(0, nobody)).toMatchObject({ events: 4, outOfOrder: 1, ignored: [{ stream: 'Other', count: 1 }], problemsTotal: 1, problems: [expect.stringContaining('flow')] });
  });

  it('asks models for each text, and says when they fail', async () => {
    const environment = { model: () => ({ inputs: [{ name: 'flow', type: 'double' as const }], outputs: [{ name: 'score', type: 'double' as const }] }) };
    const text = "define stream Readings (flow double); from Readings#model:predict('m@1', flow) select flow, score insert into Scored;";
    const double: AskModel = (call) => Promise.resolve({ outputs: [(call.inputs[0] ?? []).map((value) => Number(value) * 2)] });
    const asked = new Backtest([text], environment);
    await asked.feed(recordingOf(events.slice(0, 10)), double);
    expect((await asked.finish(0, double)).streams[0]?.examples[0]?.[3]).toEqual({ at: 1_700_000_003_000, data: { flow: 3, score: 6 } });
    const failing = new Backtest([text], environment);
    await failing.feed(recordingOf(events.slice(0, 10)), nobody);
    expect((await failing.finish(0, nobody)).problems).toContain('m@1: nobody');
  });

  it('keeps no more than it may of rows that differ', async () => {
    const text = (factor: number): string => `define stream S (n int); from S select n * ${factor} as n insert into Out;`;
    const backtest = new Backtest([text(1), text(2)]);
    for (let from = 1; from < 150_000; from += 10_000) await backtest.feed(recordingOf(Array.from({ length: 10_000 }, (_, index) => ({ stream: 'S', at: from + index, data: { n: from + index } }))), nobody);
    expect((await backtest.finish(0, nobody)).streams[0]).toMatchObject({ counts: [150_000, 150_000], only: [{ count: 150_000, examples: { length: 10 } }, { count: 150_000 }] });
  });
});
