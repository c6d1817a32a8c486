import { describe, expect, it } from 'vitest';
import { analyze, compile, Engine, type Row } from '../index.ts';
import { errorsOf } from '../testing/run-app.ts';

const READINGS = "@eventTime(timestamp='at', allowed.lateness='10 millisec', late='Late') define stream Readings (k string, at long);";

type Step = [stream: string, arrival: number, row: Row] | { advance: number };

/** What comes out on a stream: the engine's clock, the row's time, the row. */
function run(text: string, out: string, steps: readonly Step[], engine = new Engine(compile(text))): [number, number, ...unknown[]][] {
  const heard: [number, number, ...unknown[]][] = [];
  engine.onEvent(out, (time, row) => heard.push([engine.now, time, ...row]));
  for (const step of steps) {
    if ('advance' in step) engine.advance(step.advance);
    else engine.send(...step);
  }
  return heard;
}

const arrived = (...times: number[]): Step[] => times.map((at, index): Step => ['Readings', 1000 + index, ['a', at]]);

describe('a stream with event time', () => {
  it('gives its events in the order of their own time, as soon as none that is not late can come before', () => {
    const text = `${READINGS} from Readings select at insert into Out;`;
    expect(run(text, 'Out', arrived(100, 105, 102, 112, 130)).map(([, time]) => time)).toEqual([100, 102, 105, 112]);
  });

  it('moves the clock by them: windows count the time of the events', () => {
    const text = `${READINGS} from Readings#window.time(20 millisec) select count() as n insert into Out;`;
    expect(run(text, 'Out', arrived(100, 105, 102, 140, 160))).toEqual([[100, 100, 1], [102, 102, 2], [105, 105, 3], [140, 140, 1]]);
  });

  it('sends what comes too late to a stream of its own, at once', () => {
    const text = `${READINGS} from Readings select at insert into Out;`;
    const steps = arrived(100, 130, 119, 120, 150);
    expect(run(text, 'Late', steps).map(([, time]) => time)).toEqual([119]);
    expect(run(text, 'Out', steps).map(([, time]) => time)).toEqual([100, 120, 130]);
  });

  it('counts what comes too late where no stream takes it', () => {
    const engine = new Engine(compile("@eventTime(timestamp='at', allowed.lateness='10 millisec') define stream Readings (k string, at long); from Readings select at insert into Out;"));
    run('', 'Out', arrived(100, 130, 101, 102), engine);
    expect(engine.bounds()).toEqual([{ what: 'late events of Readings', held: 0, max: 0, dropped: 2 }, { what: 'events waiting for their time', held: 1, max: 100_000, dropped: 0 }]);
  });

  it('waits for the slowest of several streams, but not for one that is idle', () => {
    const text = `${READINGS} @eventTime(timestamp='at', allowed.lateness='5 millisec', idle.time='1 sec') define stream Others (at long); from Readings select at insert into Out; from Others select at insert into Out;`;
    const steps: Step[] = [['Readings', 1000, ['a', 100]], ['Others', 1001, [90]], ['Readings', 1002, ['a', 200]]];
    expect(run(text, 'Out', steps).map(([, time]) => time)).toEqual([]);
    expect(run(text, 'Out', [...steps, ['Readings', 1990, ['a', 205]], { advance: 2005 }]).map(([, time]) => time)).toEqual([90, 100]);
    expect(run(text, 'Out', [...steps, ['Readings', 2100, ['a', 215]], { advance: 2105 }]).map(([, time]) => time)).toEqual([90, 100, 200]);
  });

  it('gives all that it holds when every stream is idle, and says when that will be', () => {
    const engine = new Engine(compile("@eventTime(timestamp='at', allowed.lateness='10 millisec', idle.time='2 sec') define stream Readings (k string, at long); from Readings select at insert into Out;"));
    const heard = run('', 'Out', arrived(100, 105), engine);
    expect(engine.nextTimer()).toBe(3001);
    engine.advance(3000);
    expect(heard).toEqual([]);
    engine.advance(3001);
    expect(heard.map(([, time]) => time)).toEqual([100, 105]);
    expect(engine.nextTimer()).toBeUndefined();
    engine.send('Readings', 3100, ['a', 107]);
    engine.send('Readings', 3101, ['a', 104]);
    expect(engine.bounds()[0]).toMatchObject({ dropped: 1 });
  });

  it('makes patterns of events that came in another order', () => {
    const text = `${READINGS} from every a=Readings[k == 'open'] -> b=Readings[k == 'close'] within 30 millisec select a.at as opened, b.at as closed insert into Out;`;
    const steps: Step[] = [['Readings', 1, ['close', 105]], ['Readings', 2, ['open', 100]], ['Readings', 3, ['open', 200]]];
    expect(run(text, 'Out', steps).map((one) => one.slice(2))).toEqual([[100, 105]]);
  });

  it('is a fault for an event without a time, and the others go on', () => {
    const engine = new Engine(compile(`${READINGS} from Readings select at insert into Out;`));
    const reasons: string[] = [];
    engine.onFault((batch) => reasons.push(batch.reason));
    const heard = run('', 'Out', [['Readings', 1, ['a', null]], ['Readings', 2, ['a', 100]], ['Readings', 3, ['a', 120]]], engine);
    expect(reasons).toEqual(["It has no event time: 'at' is null."]);
    expect(heard).toHaveLength(1);
  });

  it('lets a stream without event time through at once, without moving the clock', () => {
    const text = `${READINGS} define stream Orders (k string); from Orders select k insert into Out;`;
    expect(run(text, 'Out', [['Readings', 1000, ['a', 100]], ['Readings', 1001, ['a', 130]], ['Orders', 5000, ['x']]])).toEqual([[120, 120, 'x']]);
  });

  it('gives the same however the events are cut into batches, and goes on after a snapshot', () => {
    const text = `${READINGS} from Readings#window.lengthBatch(3) select min(at) as low, max(at) as high insert into Out;`;
    const times = Array.from({ length: 60 }, (_, index) => 1000 + index * 4 - (index % 3) * 7);
    const straight = run(text, 'Out', arrived(...times));
    expect(straight.length).toBeGreaterThan(10);
    const batched = new Engine(compile(text));
    const rows: unknown[] = [];
    batched.onEvent('Out', (time, row) => rows.push([batched.now, time, ...row]));
    for (let from = 0; from < times.length; from += 7) batched.sendBatch('Readings', times.slice(from, from + 7).map((_, index) => 1000 + from + index), times.slice(from, from + 7).map((at) => ['a', at]));
    expect(rows).toEqual(straight);
    const first = new Engine(compile(text));
    const before = run(text, 'Out', arrived(...times).slice(0, 31), first);
    const second = new Engine(compile(text));
    second.restore(first.snapshot());
    expect([...before, ...run(text, 'Out', arrived(...times).slice(31), second)]).toEqual(straight);
  });

  it.each([
    ["@eventTime(allowed.lateness='1 sec') define stream S (a long);", "1:1 @eventTime of 'S' has no 'timestamp'."],
    ["@eventTime(timestamp='b') define stream S (a long);", "1:12 'timestamp' of @eventTime is an attribute of 'S' of type long, found 'b'."],
    ["@eventTime(timestamp='a') define stream S (a string);", "1:12 'timestamp' of @eventTime is an attribute of 'S' of type long, found 'a'."],
    ["@eventTime(timestamp='a', allowed.lateness='soon') define stream S (a long);", "1:27 'allowed.lateness' of @eventTime is a time such as '5 sec', found 'soon'."],
    ["@eventTime(timestamp='a', colour='red') define stream S (a long);", "1:27 @eventTime takes 'timestamp', 'allowed.lateness', 'late' and 'idle.time', found 'colour'."],
    ["@eventTime(timestamp='a', late='L') define stream S (a long); define stream L (b int);", "1:27 'L' has (b int), late events of 'S' have (a long)."],
  ])('%s is refused', (text, error) => {
    expect(errorsOf(analyze(text))).toContain(error);
  });
});
