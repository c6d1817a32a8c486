import { describe, expect, it } from 'vitest';
import type { Environment } from '../api.ts';
import { countUntil, momentAt, MOMENTS, timeOf } from './moments.ts';
import { Preview, type PreviewOptions } from './preview.ts';
import { eventsOf, readRecording, recordingOf } from './recording.ts';
import { runTestCase, type TestCase } from './test-case.ts';

const text = `define stream Readings (device string, flow double, count long);
@info(name='high') from Readings[flow > 2.0] select device, flow insert into High;`;

function run(of: string, recording: ReturnType<typeof recordingOf>, options: PreviewOptions = {}) {
  const preview = new Preview(of, recording, options);
  while (!preview.step(3));
  return { preview, result: preview.result() };
}

describe('recordings', () => {
  it('reads CSV with quotes, and types it by the stream', () => {
    const recording = readRecording('at,device,flow,count\r\n1000,"a, b",2.5,12345678901234567\r\n2000,"say ""x""",,7\r\n', { stream: 'Readings' });
    const { result } = run(text, recording);
    expect(result.refused).toEqual([]);
    expect(result.streams.find((one) => one.name === 'Readings')?.rows.map((one) => [one.timestamp, ...one.row])).toEqual([[1000, 'a, b', 2.5, 12345678901234567n], [2000, 'say "x"', null, 7]]);
  });

  it('reads JSON lines in the three forms, in the order of their times', () => {
    const recording = readRecording('{"stream":"Readings","at":3000,"data":{"device":"c","flow":3}}\n{"timestamp":"1970-01-01T00:00:01Z","device":"a","flow":9}\nno json\n{"event":{"device":"b","flow":1,"time":2000}}', { stream: 'Readings' });
    expect([...eventsOf(recording)].map((one) => [one.at, one.data['device']])).toEqual([[1000, 'a'], [2000, 'b'], [3000, 'c']]);
    expect(recording).toMatchObject({ left: 1, problems: ['line 3 is no JSON'] });
  });

  it('gives events without a time one a second, and takes semicolons and arrays', () => {
    expect([...readRecording('device;flow\na;1\nb;2\n', { stream: 'S' }).at]).toEqual([1000, 2000]);
    expect(readRecording('[{"a":1},{"a":2}]', { stream: 'S' }).rows).toEqual([[1], [2]]);
  });
});

describe('a preview', () => {
  const events = [1, 2, 3, 4, 5].map((flow) => ({ stream: 'Readings', at: flow * 1000, data: { device: 'a', flow, count: 1 } }));

  it('counts what every stream and query brought', () => {
    const { result } = run(text, recordingOf(events));
    expect(result.streams.map((one) => [one.name, one.input, one.output, one.count])).toEqual([['Readings', true, false, 5], ['High', false, true, 3]]);
    expect(result.queries).toMatchObject([{ name: 'high', arrived: 3, removed: 0 }]);
    expect(result.streams[1]?.timeline.reduce((sum, one) => sum + one, 0)).toBe(3);
  });

  it('keeps the lowest and the highest number of each step', () => {
    const two = [...events, { stream: 'Readings', at: 1000, data: { device: 'a', flow: 0.5, count: 7 } }, { stream: 'Readings', at: 3000, data: { device: 'a', flow: null, count: 1 } }];
    const { result } = run(text, recordingOf(two));
    const [flow, count] = result.streams.find((one) => one.name === 'Readings')?.ranges ?? [];
    expect([flow?.name, count?.name]).toEqual(['flow', 'count']);
    expect([flow?.low[0], flow?.high[0], count?.high[0]]).toEqual([0.5, 1, 7]);
    expect([flow?.low[MOMENTS / 2], flow?.low[1]]).toEqual([3, Number.NaN]);
  });

  it('counts as of any moment what a run until then counts in all', () => {
    const many = Array.from({ length: 3000 }, (_, index) => ({ stream: 'Readings', at: 5000 + index * 7, data: { device: 'a', flow: index % 5, count: 1 } }));
    const { result } = run(text, recordingOf(many));
    for (const moment of [0, 1, 317, 480, 959, MOMENTS]) {
      expect(momentAt(result, timeOf(result, moment))).toBe(moment);
      const { result: partial } = run(text, recordingOf(many), { until: timeOf(result, moment) });
      expect(result.streams.map((one) => countUntil(one.timeline, moment))).toEqual(partial.streams.map((one) => one.count));
      expect(result.queries.map((one) => countUntil(one.timeline, moment))).toEqual(partial.queries.map((one) => one.arrived));
    }
  });

  it('says what did not fit', () => {
    const { result } = run(text, recordingOf([...events, { stream: 'Other', at: 6000, data: {} }, { stream: 'Readings', at: 7000, data: { flow: 'much' } }]));
    expect(result.ignored).toEqual([{ stream: 'Other', count: 1 }]);
    expect(result.refused).toEqual([expect.stringContaining('flow')]);
  });

  it('names the attributes that a recording has no column for, and the columns that nothing takes', () => {
    const { result } = run(text, readRecording('datetime;device;Flow RateRMS\n2020-03-09T10:14:33Z;a;32\n', { stream: 'Readings' }));
    expect(result.missing).toEqual([{ stream: 'Readings', attributes: ['flow', 'count'], unused: ['Flow RateRMS'] }]);
    expect(result.from).toBe(Date.UTC(2020, 2, 9, 10, 14, 33));
    expect(run(text, recordingOf(events)).result.missing).toEqual([]);
  });

  it('lets time pass at the end where it is asked to', () => {
    const batch = 'define stream Readings (flow double); from Readings#window.timeBatch(10 sec) select sum(flow) as total insert into Sums;';
    const countOf = (settleMs: number): number | undefined => run(batch, recordingOf(events), { settleMs }).result.streams.find((one) => one.name === 'Sums')?.count;
    expect([countOf(0), countOf(10_000)]).toEqual([0, 1]);
  });

  it('asks whoever runs it for predictions', () => {
    const environment: Environment = { model: () => ({ inputs: [{ name: 'flow', type: 'double' }], outputs: [{ name: 'score', type: 'double' }] }) };
    const asking = "define stream Readings (flow double); from Readings#model:predict('m@c', flow) select score insert into Scored;";
    const open = run(asking, recordingOf(events), { environment });
    expect(open.preview.namesIn('query1', 'Readings')).toEqual(['flow', 'score']);
    expect(open.result.waitingForModels).toBe(5);
    for (const { id, inputs } of open.preview.calls()) open.preview.answer(id, { outputs: [(inputs[0] ?? []).map((one) => Number(one) * 2)] });
    expect(open.preview.result().streams.find((one) => one.name === 'Scored')?.rows.map((one) => one.row[0])).toEqual([2, 4, 6, 8, 10]);
  });

  it('explains a row of its own', () => {
    const { preview } = run(text, recordingOf(events), { provenance: true });
    const row = preview.rowOf('High', 1);
    expect(row && preview.causesOf(row.row)).toMatchObject({ query: 'high', inputs: [{ events: [{ timestamp: 4000 }] }] });
  });

  it('refuses a text that does not type-check', () => {
    expect(() => new Preview('from X select y insert into Z;', recordingOf([]))).toThrow(/no stream 'X'/);
  });
});

describe('a test case', () => {
  const test: TestCase = {
    name: 'two are high',
    settleMs: 0,
    events: [1, 3, 4].map((flow) => ({ stream: 'Readings', at: flow, data: { device: 'a', flow, count: 1 } })),
    expected: [{ stream: 'High', rows: [{ device: 'a', flow: 3 }, { device: 'a', flow: 4.0000000000001 }] }],
  };

  it('passes when the rows are those expected', async () => {
    expect(await runTestCase(text, test)).toEqual({ name: 'two are high', passed: true, differences: [], problems: [] });
  });

  it('says which row and which value differ, which is missing and which is too many', async () => {
    const outcome = (rows: Record<string, unknown>[]) => runTestCase(text, { ...test, expected: [{ stream: 'High', rows }] });
    expect((await outcome([{ device: 'a', flow: 3 }, { device: 'b', flow: 4 }])).differences).toMatchObject([{ row: 1, attributes: ['device'] }]);
    expect((await outcome([{ flow: 3 }, { flow: 4 }, { flow: 5 }])).differences).toEqual([{ stream: 'High', row: 2, expected: { flow: 5 }, attributes: [] }]);
    expect((await outcome([{ flow: 3 }])).differences).toEqual([{ stream: 'High', row: 1, found: { device: 'a', flow: 4 }, attributes: [] }]);
  });

  it('asks the model that the rule asks', async () => {
    const environment: Environment = { model: () => ({ inputs: [{ name: 'flow', type: 'double' }], outputs: [{ name: 'score', type: 'double' }] }) };
    const asking = "define stream Readings (flow double); from Readings#model:predict('m@c', flow) select score insert into Scored;";
    const scored = { ...test, expected: [{ stream: 'Scored', rows: [{ score: 1 }, { score: 3 }, { score: 4 }] }] };
    expect(await runTestCase(asking, scored, { environment, ask: ({ inputs }) => Promise.resolve({ outputs: inputs }) })).toMatchObject({ passed: true });
    expect(await runTestCase(asking, scored, { environment })).toMatchObject({ passed: false, problems: [expect.stringContaining('nobody'), expect.anything(), expect.anything()] });
  });

  it('ends when it may not go on', async () => {
    const many = { ...test, events: Array.from({ length: 1000 }, (_, index) => ({ stream: 'Readings', at: index, data: { flow: 1 } })) };
    expect(await runTestCase(text, many, { goOn: () => false })).toMatchObject({ passed: false, problems: ['it takes longer than it may'] });
  });

  it('fails with the reason when the text does not fit it', async () => {
    expect(await runTestCase('define stream X (a int); from X select a insert into Y;', test)).toMatchObject({ passed: false, problems: [expect.stringContaining('no stream for')] });
    expect(await runTestCase('from', test)).toMatchObject({ passed: false, problems: [expect.stringContaining('Line 1')] });
  });
});
