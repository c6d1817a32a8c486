import { describe, expect, it } from 'vitest';
import { recordingOf, type Recording } from './recording.ts';
import { Stepper, type Breakpoint, type Stop } from './stepper.ts';
import type { AskModel } from './test-case.ts';

const nobody: AskModel = () => Promise.resolve({ error: 'nobody' });
const head = 'define stream Readings (device string, flow double);';
const events = Array.from({ length: 12 }, (_, index) => ({ stream: 'Readings', at: 1000 + index * 1000, data: { device: `d${index % 2}`, flow: index } }));

function stepperOf(text: string, recording: Recording = recordingOf(events), ask = nobody): Stepper {
  return new Stepper(`${head} ${text}`, recording, { ask, goOn: () => Promise.resolve(true) });
}

/** When each stop on the way to the end was. */
async function stops(stepper: Stepper, breakpoints: readonly Breakpoint[]): Promise<(number | undefined)[]> {
  const list: (number | undefined)[] = [];
  for (let stop: Stop | undefined; stop?.reason.kind !== 'end'; list.push(stop?.at)) stop = await stepper.runOn(breakpoints);
  return list.slice(0, -1);
}

describe('a run with breakpoints', () => {
  const high = "@info(name='high') from Readings[flow > 7.0] select flow, device insert into High;";

  it('stops at every match of a query, or from one on', async () => {
    expect(await stops(stepperOf(high), [{ query: 'high', on: 'match', from: 1 }])).toEqual([9000, 10_000, 11_000, 12_000]);
    expect(await stops(stepperOf(high), [{ query: 'high', on: 'match', from: 3 }])).toEqual([11_000, 12_000]);
  });

  it('stops at events whatever the filter says of them, also where an index would pass the query over', async () => {
    expect(await stops(stepperOf(high), [{ query: 'high', on: 'event', from: 11 }])).toEqual([11_000, 12_000]);
    expect(await stops(stepperOf("@info(name='one') from Readings[device == 'd1'] select flow insert into One;"), [{ query: 'one', on: 'event', from: 11 }])).toEqual([11_000, 12_000]);
  });

  it('says what came, what it put out and why, and goes on event by event', async () => {
    const stepper = stepperOf(high);
    const stop = await stepper.runOn([{ query: 'high', on: 'match', from: 2 }]);
    expect(stop).toMatchObject({ reason: { kind: 'breakpoint', query: 'high', on: 'match', count: 2 }, at: 10_000, sent: 10, event: { stream: 'Readings', data: { device: 'd1', flow: 9 } }, put: [{ query: 'high', total: 1, rows: [{ row: [9, 'd1'] }] }], counts: { streams: [['Readings', 10], ['High', 2]], queries: [['high', 2]] } });
    expect(stepper.causesOf(stop?.put[0]?.rows[0]?.row ?? [])).toMatchObject({ query: 'high', inputs: [{ events: [{ timestamp: 10_000 }] }] });
    expect(await stepper.step()).toMatchObject({ reason: { kind: 'step' }, at: 11_000, sent: 11 });
    expect(await stepper.step()).toMatchObject({ reason: { kind: 'end' }, at: 12_000, sent: 12 });
    expect(await stepper.step()).toMatchObject({ reason: { kind: 'end' }, sent: 12 });
  });

  it('stops before the first event from a moment on', async () => {
    expect(await stepperOf(high).runOn([], 4500)).toMatchObject({ reason: { kind: 'moment' }, at: 4000, sent: 4 });
  });

  it('shows a sliding window, and a batch that has not ended', async () => {
    const sliding = stepperOf("@info(name='sum') from Readings[flow > 2.0]#window.length(3) select sum(flow) as total insert into Sums;");
    await sliding.runOn([{ query: 'sum', on: 'match', from: 5 }]);
    expect(sliding.look('sum')).toEqual({ query: 'sum', holdings: [{ kind: 'window', stream: 'Readings', total: 3, columns: ['device', 'flow'], events: [{ at: 6000, values: ['d1', 5] }, { at: 7000, values: ['d0', 6] }, { at: 8000, values: ['d1', 7] }] }] });
    const batch = stepperOf("@info(name='sum') from Readings#window.lengthBatch(5) select sum(flow) as total insert into Sums;");
    await batch.runOn([{ query: 'sum', on: 'event', from: 7 }]);
    expect(batch.look('sum').holdings).toMatchObject([{ total: 2, events: [{ at: 6000 }, { at: 7000 }] }]);
  });

  it('shows the latest hundred events of a large window', async () => {
    const many = recordingOf(Array.from({ length: 1000 }, (_, index) => ({ stream: 'Readings', at: index, data: { device: 'd', flow: index } })));
    const stepper = stepperOf("@info(name='sum') from Readings#window.length(600) select sum(flow) as total insert into Sums;", many);
    await stepper.runOn([]);
    const [held] = stepper.look('sum').holdings;
    expect(held?.total).toBe(600);
    expect(held?.kind === 'window' && held.events.map((one) => one.at)).toEqual(Array.from({ length: 100 }, (_, index) => 900 + index));
  });

  it('shows unfinished matches of a pattern with the events of their steps', async () => {
    const stepper = stepperOf("@info(name='up') from every a=Readings[flow > 6.0] -> b=Readings[device == a.device and flow > a.flow + 2.0] select a.flow as low insert into Up;");
    await stepper.runOn([{ query: 'up', on: 'match', from: 1 }]);
    expect(stepper.look('up').holdings).toEqual([{
      kind: 'pattern', stream: 'Readings', total: 4,
      matches: [8, 9, 10, 11].map((flow) => ({ waitsFor: ['b'], steps: [{ name: 'a', total: 1, events: [{ stream: 'Readings', at: 1000 + flow * 1000, data: { device: `d${flow % 2}`, flow } }] }] })),
    }]);
  });

  it('shows in a partition what is held for the key whose event came last', async () => {
    const stepper = stepperOf("partition with (device of Readings) begin @info(name='sum') from Readings#window.length(2) select sum(flow) as total insert into Sums; end;");
    await stepper.runOn([{ query: 'sum', on: 'match', from: 9 }]);
    expect(stepper.look('sum')).toMatchObject({ partition: { key: 'd0', keys: 2, named: ['d0', 'd1'], more: false }, holdings: [{ total: 2, events: [{ values: ['d0', 6] }, { values: ['d0', 8] }] }] });
    expect(await stepper.step()).toMatchObject({ put: [{ query: 'sum', rows: [{ row: [16] }] }] });
  });

  it('shows in a partition what is held for any of its keys, which are found by a part of them, and goes on as if nobody had looked', async () => {
    const many = recordingOf(Array.from({ length: 500 }, (_, index) => ({ stream: 'Readings', at: 1000 + index, data: { device: `Pump-${index % 120}`, flow: index } })));
    const text = "partition with (device of Readings) begin @info(name='sum') from Readings#window.length(2) select device, sum(flow) as total insert into Sums; @info(name='up') from every a=Readings -> b=Readings[flow > a.flow + 200] select b.flow as flow insert into Up; end;";
    const [looked, other] = [stepperOf(text, many), stepperOf(text, many)];
    for (const one of [looked, other]) await one.runOn([], 1400);
    expect(looked.look('sum')).toMatchObject({ partition: { key: 'Pump-39', keys: 120, more: true } });
    expect(looked.look('sum').partition?.named).toHaveLength(50);
    expect(looked.look('sum', { key: 'Pump-7', like: 'pump-11' })).toMatchObject({
      partition: { key: 'Pump-7', keys: 120, named: ['Pump-11', 'Pump-119', 'Pump-118', 'Pump-117', 'Pump-116', 'Pump-115', 'Pump-114', 'Pump-113', 'Pump-112', 'Pump-111', 'Pump-110'], more: false },
      holdings: [{ total: 2, events: [{ values: ['Pump-7', 247] }, { values: ['Pump-7', 367] }] }],
    });
    expect(looked.look('up', { key: 'Pump-40', like: 'no such' })).toMatchObject({ partition: { key: 'Pump-40', named: [] }, holdings: [{ total: 2, matches: [{ steps: [{ events: [{ data: { flow: 160 } }] }] }, { steps: [{ events: [{ data: { flow: 280 } }] }] }] }] });
    expect(looked.look('sum', { key: 'Pump-1000', like: '' })).toMatchObject({ partition: { keys: 120 }, holdings: [] });
    expect(looked.look('sum', { key: 'Pump-1000', like: '' }).partition?.key).toBeUndefined();
    for (let left = 30; left > 0; left--) expect(await looked.step()).toEqual(await other.step());
  });

  it('names keys that are no texts', async () => {
    const stepper = stepperOf("partition with (flow of Readings) begin @info(name='sum') from Readings#window.length(2) select sum(flow) as total insert into Sums; end;");
    await stepper.runOn([], 4500);
    expect(stepper.look('sum', { key: '1.0', like: '.' })).toMatchObject({ partition: { key: '1.0', keys: 4, named: ['3.0', '2.0', '1.0', '0.0'] }, holdings: [{ events: [{ values: ['d1', 1] }] }] });
  });

  it('shows both windows of a join, and a named window that a query reads', async () => {
    const join = stepperOf("@info(name='pairs') from Readings#window.length(2) as a join Readings#window.length(3) as b on a.device == b.device select a.flow as x, b.flow as y insert into Pairs;");
    await join.runOn([], 6500);
    expect(join.look('pairs').holdings.map(({ total }) => total)).toEqual([2, 3]);
    const window = stepperOf("define window Last (device string, flow double) length(4); from Readings select device, flow insert into Last; @info(name='sum') from Last select sum(flow) as total insert into Sums;");
    await window.runOn([]);
    expect(window.look('sum').holdings).toMatchObject([{ stream: 'Last', total: 4, columns: ['device', 'flow'] }]);
  });

  it('waits for models on the way', async () => {
    const environment = { model: () => ({ inputs: [{ name: 'flow', type: 'double' as const }], outputs: [{ name: 'score', type: 'double' as const }] }) };
    const double: AskModel = (call) => Promise.resolve({ outputs: [(call.inputs[0] ?? []).map((value) => Number(value) * 2)] });
    const stepper = new Stepper(`${head} @info(name='scored') from Readings#model:predict('m@1', flow)[score > 10.0]#window.length(5) select score insert into Scored;`, recordingOf(events), { environment, ask: double, goOn: () => Promise.resolve(true) });
    expect(await stepper.runOn([{ query: 'scored', on: 'match', from: 1 }])).toMatchObject({ at: 7000, put: [{ rows: [{ row: [12] }] }] });
    expect(stepper.look('scored').holdings).toMatchObject([{ columns: ['device', 'flow', 'score'], events: [{ values: ['d0', 6, 12] }] }]);
  });

  it('stops where it is when it may not go on', async () => {
    const many = recordingOf(Array.from({ length: 50_000 }, (_, index) => ({ stream: 'Readings', at: index, data: { device: 'd', flow: 1 } })));
    const stepper = new Stepper(`${head} ${high}`, many, { ask: nobody, goOn: () => Promise.resolve(false) });
    expect(await stepper.runOn([])).toBeUndefined();
  });
});
