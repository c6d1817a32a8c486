import { describe, expect, it } from 'vitest';
import { javaScript } from '../script/quickjs.ts';
import { compile, Engine, type CepError, type Row, type RuleChange } from '../index.ts';

const head = 'define stream S (k string, v int);';

function engineOf(text: string): { engine: Engine; rows: (stream: string) => Row[] } {
  const environment = { model: () => ({ inputs: [{ name: 'v', type: 'int' as const }], outputs: [{ name: 'score', type: 'int' as const }] }) };
  const engine = new Engine(compile(`${head} ${text}`, environment));
  return {
    engine,
    rows: (stream) => {
      const rows: Row[] = [];
      engine.onEvent(stream, (_, row) => rows.push(row));
      return rows;
    },
  };
}

function refusal(engine: Engine, change: RuleChange): string {
  try {
    engine.change(change);
  } catch (failure) {
    return (failure as CepError).code;
  }
  return 'none';
}

describe('a change of single rules', () => {
  it('adds one that begins now, names it, and can take it out again', () => {
    const { engine, rows } = engineOf("@info(name='a') from S select v insert into A;");
    engine.send('S', 1, ['x', 1]);
    expect(engine.change({ add: 'from S#window.length(2) select sum(v) as total insert into B;' })).toEqual({ added: ['query2'], lost: [] });
    const [a, b] = [rows('A'), rows('B')];
    engine.send('S', 2, ['x', 2]);
    engine.send('S', 3, ['x', 4]);
    engine.change({ remove: ['query2'] });
    engine.send('S', 4, ['x', 8]);
    expect([a, b]).toEqual([[[2], [4], [8]], [[2], [6]]]);
    expect(engine.change({ add: 'from S#window.length(2) select count() as n insert into C;' }).added).toEqual(['query2']);
  });

  it('lets a rule in the place of another keep what is the same, and says what is not', () => {
    const { engine, rows } = engineOf("@info(name='a') from S#window.length(3) select sum(v) as total insert into A;");
    for (const v of [1, 2, 4]) engine.send('S', v, ['x', v]);
    expect(engine.change({ remove: ['a'], add: "@info(name='a') from S#window.length(3) select max(v) as most insert into A;" }).lost).toEqual([]);
    const a = rows('A');
    engine.send('S', 5, ['x', 3]);
    expect(engine.change({ remove: ['a'], add: "@info(name='a') from S#window.length(4) select sum(v) as total insert into A;" }).lost).toEqual(['3-event window of S']);
    engine.send('S', 6, ['x', 8]);
    expect(a).toEqual([[4], [8]]);
  });

  it('leaves a window of those that stay as it is, whatever feeds it then', () => {
    const { engine, rows } = engineOf("@info(name='a') from S[v > 5] select v insert into Mid; @info(name='b') from Mid#window.length(3) select sum(v) as total insert into B;");
    const b = rows('B');
    engine.send('S', 1, ['x', 6]);
    engine.change({ remove: ['a'], add: "@info(name='a') from S[v > 7] select v insert into Mid;" });
    engine.send('S', 2, ['x', 7]);
    engine.send('S', 3, ['x', 8]);
    expect(b).toEqual([[6], [14]]);
  });

  it('brings tables and named windows along, and finds those that are there', () => {
    const { engine, rows } = engineOf("@primaryKey('k') define table T (k string, n int);");
    engine.change({ add: "define window W (k string, v int) length(2); from S select k, v insert into W; from S select k, v as n update or insert into T on T.k == k; @info(name='w') from W select sum(v) as total insert into Sums;" });
    const sums = rows('Sums');
    for (const v of [1, 2, 4]) engine.send('S', v, ['x', v]);
    engine.change({ remove: ['w'] });
    engine.send('S', 5, ['x', 8]);
    engine.change({ add: "@info(name='w') from W select count() as n insert into Counts; from S join T on S.k == T.k select T.n as n insert into Joined;" });
    const joined = rows('Joined');
    engine.send('S', 6, ['x', 9]);
    expect([sums, joined, engine.query('from T select k, n').rows, engine.query('from W select v').rows]).toEqual([[[1], [3], [6]], [[9]], [['x', 9]], [[8], [9]]]);
  });

  it('takes a partition as a whole', () => {
    const text = "@info(name='p') partition with (k of S) begin @info(name='a') from S#window.length(2) select k, sum(v) as total insert into A; end;";
    const { engine, rows } = engineOf('');
    engine.change({ add: text });
    const a = rows('A');
    engine.send('S', 1, ['x', 1]);
    engine.send('S', 2, ['y', 2]);
    expect(refusal(engine, { remove: ['a'] })).toBe('change.in-partition');
    // The same again keeps its keys.
    engine.change({ remove: ['p'], add: text });
    engine.send('S', 3, ['x', 4]);
    engine.change({ remove: ['p'] });
    engine.send('S', 4, ['x', 4]);
    expect(a).toEqual([['x', 1], ['y', 2], ['x', 5]]);
    expect(engine.bounds()).toEqual([]);
  });

  it('keeps what the other queries of a partition remember for each key when one of them is another', () => {
    const partition = (...queries: string[]): string => `@info(name='p') partition with (k of S) begin ${queries.join(' ')} end;`;
    const sums = "@info(name='a') from S#window.length(3) select k, sum(v) as total insert into A;";
    const counts = "@info(name='b') from S select k, count() as n insert into B;";
    const { engine, rows } = engineOf(partition(sums, counts));
    const a = rows('A');
    for (const [at, row] of [['x', 1], ['y', 2], ['x', 4]].entries()) engine.send('S', at, row);
    const most = "@info(name='c') from S#window.length(2) select k, max(v) as most insert into C;";
    expect(engine.change({ remove: ['p'], add: partition(most, sums) })).toEqual({ added: ['c', 'a'], lost: ['running count, for each key'] });
    const c = rows('C');
    engine.send('S', 3, ['x', 8]);
    // What is in another order and shares no operators is the same.
    const late = "@info(name='d') from S#window.time(20) select k, count() as n insert all events into D;";
    expect(engine.change({ remove: ['p'], add: partition(sums, late, most) }).lost).toEqual([]);
    engine.send('S', 4, ['y', 16]);
    engine.send('S', 5, ['x', 3]);
    expect([a, c]).toEqual([[['x', 1], ['y', 2], ['x', 5], ['x', 13], ['y', 18], ['x', 15]], [['x', 8], ['y', 16], ['x', 8]]]);
    expect(engine.change({ remove: ['p'], add: partition(sums, late).replace('k of S', 'v of S') }).lost).toEqual(['running sum, for each key', '3-event window of S, for each key', 'running count, for each key', '20-millisecond window of S, for each key', 'running max, for each key', '2-event window of S, for each key']);
  });

  it('keeps the index of constants right for those that stay', () => {
    const rule = (v: number): string => `@info(name='r${v}') from S[v == ${v} and k == 'x'] select v insert into Out;`;
    const { engine, rows } = engineOf([1, 2, 3].map(rule).join('') + "@info(name='again') from S[v == 2] select v + 10 as v insert into Out;");
    const out = rows('Out');
    const all = (at: number): void => engine.sendChunk('S', [at, at, at], [['x', 1], ['x', 2], ['x', 3]]);
    all(1);
    engine.change({ remove: ['r2', 'r3'] });
    all(2);
    engine.change({ remove: ['again'], add: rule(3) });
    all(3);
    engine.change({ remove: ['r1', 'r3'] });
    all(4);
    expect(out).toEqual([[1], [2], [3], [12], [1], [12], [1], [3]]);
  });

  it('lets what waits for a model go with the rule that asked', () => {
    const { engine, rows } = engineOf("@info(name='m') from S#model:predict('m@1', v) select v, score insert into Scored; @info(name='a') from S select v insert into A;");
    const [a, scored] = [rows('A'), rows('Scored')];
    engine.send('S', 1, ['x', 1]);
    const [call] = engine.modelCalls();
    engine.send('S', 2, ['x', 2]);
    engine.change({ remove: ['m'] });
    expect([engine.pending, engine.modelCalls()]).toEqual([0, []]);
    engine.complete(call?.id ?? 0, { outputs: [[5]] });
    engine.change({ add: "@info(name='m') from S#model:predict('m@1', v) select v, score insert into Scored;" });
    engine.send('S', 3, ['x', 3]);
    for (const one of engine.modelCalls()) engine.complete(one.id, { outputs: [one.inputs[0] ?? []] });
    expect([a, scored]).toEqual([[[1], [2], [3]], [[3, 3]]]);
  });

  it('adds the first rule that asks a model to an app without', () => {
    const { engine, rows } = engineOf("@info(name='a') from S select v insert into A;");
    const input = engine.input('S');
    input(1, ['x', 1]);
    engine.change({ add: "from S#model:predict('m@1', v) select v, score insert into Scored;" });
    const scored = rows('Scored');
    input(2, ['x', 2]);
    for (const one of engine.modelCalls()) engine.complete(one.id, { outputs: [[7]] });
    expect(scored).toEqual([[2, 7]]);
    expect(refusal(engine, { add: "from S#model:predict('m@1', v) select v insert into A;" })).toBe('none');
    expect(refusal(engine, { add: "@info(name='b') from A select v insert into B; from S#model:predict('m@1', v)#model:predict('m@1', v) select v insert into S;" })).toBe('compile.failed');
  });

  it('counts absence from when it came', () => {
    const { engine, rows } = engineOf('');
    engine.send('S', 1000, ['x', 1]);
    engine.change({ add: 'from not S[v > 5] for 100 milliseconds select 1 as gone insert into Gone;' });
    const gone = rows('Gone');
    engine.advance(1099);
    expect(gone).toEqual([]);
    engine.advance(1100);
    expect(gone).toEqual([[1]]);
  });

  it('is refused as a whole, and nothing has changed then', () => {
    const { engine, rows } = engineOf("@info(name='a') from S select v insert into Mid; @info(name='b') from Mid select v insert into B; @info(name='p') partition with (k of S) begin @info(name='q') from S#window.length(1) select k, v insert into P; end; define table T (k string, v int); @info(name='t') from S[v in T] select k insert into Found;".replace('v in T', 'T.v == v in T'));
    const before = engine.snapshot();
    const refused: [RuleChange, string][] = [
      [{ remove: ['c'] }, 'change.unknown-rule'],
      [{ remove: ['a'] }, 'change.still-read'],
      [{ remove: ['b'], add: 'from Nothing select v insert into B;' }, 'compile.failed'],
      [{ add: "@info(name='b') from S select v insert into B;" }, 'compile.failed'],
      [{ remove: ['a'], add: 'from S select k insert into Mid;' }, 'compile.failed'],
      [{ add: 'define stream S (k string); from S select k insert into O;' }, 'compile.failed'],
      [{ add: 'from P select k, v insert into S;' }, 'change.loop'],
      [{ undefine: ['Nothing'] }, 'change.unknown-definition'],
      [{ undefine: ['Mid'] }, 'change.unknown-definition'],
      [{ undefine: ['S'] }, 'change.still-used'],
      [{ undefine: ['S'], add: 'define stream S (k string);' }, 'change.still-used'],
      [{ undefine: ['T'] }, 'change.still-used'],
      [{ undefine: ['T'], add: 'define table T (k string, v int);' }, 'change.still-used'],
      [{ add: "@eventTime(timestamp='ts') define stream E (ts long); from E select ts insert into F;" }, 'change.event-time'],
    ];
    for (const [change, code] of refused) expect(refusal(engine, change), JSON.stringify(change)).toBe(code);
    expect(engine.snapshot()).toEqual(before);
    const b = rows('B');
    engine.send('S', 1, ['x', 1]);
    expect(b).toEqual([[1]]);
  });

  it('takes out what is defined once nothing makes use of it, and puts it in anew', () => {
    const { engine, rows } = engineOf('');
    const text = "@info(name='w') from W select sum(v) as total insert into Sums; define window W (k string, v int) length(2); @info(name='in') from S select k, v insert into W; @primaryKey('k') define table T (k string, v int); @info(name='t') from S select k, v update or insert into T on T.k == k; define aggregation A from S select k, sum(v) as total group by k aggregate every sec;";
    const never = engine.snapshot();
    expect(engine.change({ add: text }).added).toEqual(['w', 'in', 't']);
    const sums = rows('Sums');
    for (const v of [1, 2, 4]) engine.send('S', v, ['x', v]);
    expect(refusal(engine, { undefine: ['W'] })).toBe('change.still-used');
    // The same again keeps what it holds, another begins anew and says so.
    const parts = { remove: ['w', 'in', 't'], undefine: ['W', 'T', 'A'] };
    expect(engine.change({ ...parts, add: text }).lost).toEqual([]);
    engine.send('S', 5, ['x', 8]);
    expect([sums, engine.query('from T select v').rows]).toEqual([[[1], [3], [6], [12]], [[8]]]);
    expect(engine.change({ ...parts, add: text.replace('length(2)', 'length(3)') }).lost.toSorted()).toEqual(['2-event window W', 'running sum']);
    engine.send('S', 6, ['x', 1]);
    expect(sums.at(-1)).toEqual([1]);
    engine.change(parts);
    expect(() => engine.query('from W select v')).toThrow();
    expect(() => engine.query('from A select k')).toThrow();
    expect(refusal(engine, { add: 'define stream W (x double); define table T (x double); from W select x insert into T;' })).toBe('none');
    engine.change({ remove: ['query1'], undefine: ['W', 'T'] });
    const fresh = new Engine(compile(head));
    fresh.restore(never);
    fresh.advance(6);
    expect(engine.snapshot()).toEqual(fresh.snapshot());
  });

  it('starts triggers when they come, lets those who hear them stay when they change, and ends them', () => {
    const { engine, rows } = engineOf("@info(name='a') from S select k, v insert into A;");
    engine.send('S', 1000, ['x', 1]);
    const text = "define trigger Tick at every 100 milliseconds; define trigger Once at 'start'; @info(name='t') from Tick select triggered_time as at insert into Ticks; @info(name='o') from Once#window.length(5) select count() as n insert into Starts; @info(name='j') from S join Once#window.length(1) select v insert into After;";
    engine.change({ add: text });
    const [ticks, after] = [rows('Ticks'), rows('After')];
    engine.send('S', 1050, ['x', 2]);
    engine.advance(1250);
    expect([ticks, after]).toEqual([[[1100], [1200]], [[2]]]);
    // One that starts goes on as it was where it is defined as it was: it does not start again.
    expect(engine.change({ undefine: ['Once'], add: "define trigger Once at 'start';" }).lost).toEqual([]);
    engine.change({ undefine: ['Tick'], add: 'define trigger Tick at every 30 milliseconds;' });
    engine.advance(1320);
    expect(ticks.slice(2)).toEqual([[1280], [1310]]);
    engine.change({ remove: ['t', 'o', 'j'], undefine: ['Tick', 'Once'] });
    expect(engine.nextTimer()).toBeUndefined();
  });

  it('takes functions out once nobody calls them, and puts others in under their names', async () => {
    const javascript = await javaScript();
    const text = "define function half[javascript] return int { return data[0] / 2; }; @info(name='a') from S select half(v) as v insert into A; @info(name='b') from S[v > 0] select v insert into B;";
    const engine = new Engine(compile(`${head} ${text}`, { javascript }));
    const rows: Row[] = [];
    engine.onEvent('A', (_, row) => rows.push(row));
    expect(refusal(engine, { undefine: ['half'] })).toBe('change.still-used');
    engine.send('S', 1, ['x', 8]);
    engine.change({ remove: ['a'], undefine: ['half'], add: "define function half[javascript] return int { return data[0] / 4; }; @info(name='a') from S select half(v) as v insert into A;" });
    engine.send('S', 2, ['x', 8]);
    engine.change({ remove: ['a'], undefine: ['half'] });
    expect(rows).toEqual([[4], [2]]);
    expect(refusal(engine, { add: 'from S select half(v) as v insert into A;' })).toBe('compile.failed');
  });

  it('adds and takes out streams that run by the time of their own events beside another, and never the first or the last', () => {
    const stream = (name: string): string => `@eventTime(timestamp='at', allowed.lateness='10 milliseconds', late='Late') define stream ${name} (at long, v int);`;
    const { engine, rows } = engineOf(`${stream('E')} @info(name='e') from E#window.length(2) select sum(v) as total insert into Sums; @info(name='l') from Late select v insert into Lates;`);
    const [sums, lates] = [rows('Sums'), rows('Lates')];
    engine.send('E', 1, [1000, 1]);
    engine.send('E', 2, [1020, 2]);
    expect(sums).toEqual([[1]]);
    engine.change({ add: `${stream('F')} @info(name='f') from F select v insert into Seen;` });
    const seen = rows('Seen');
    // The slower of the two holds both back; what is older than where time is goes to the late ones, of both.
    engine.send('F', 3, [1015, 7]);
    engine.send('E', 4, [1050, 4]);
    engine.send('F', 5, [900, 9]);
    expect([sums, seen, lates]).toEqual([[[1]], [], [[9]]]);
    // Without it, time goes as far as the other allows, and what waited of it is gone.
    engine.change({ remove: ['f'], undefine: ['F'] });
    expect([sums, seen]).toEqual([[[1], [3]], []]);
    expect(refusal(engine, { remove: ['e'], undefine: ['E'] })).toBe('change.event-time');
    expect(refusal(engine, { undefine: ['Late'] })).toBe('change.unknown-definition');
    expect(refusal(engineOf('').engine, { add: stream('E') })).toBe('change.event-time');
    expect(engine.bounds().map(({ what }) => what)).toEqual(['events waiting for their time']);
  });

  it('leaves a snapshot that the app of the resulting text restores', () => {
    const { engine } = engineOf("@info(name='a') from S select v insert into A;");
    const added = "@info(name='b') from S#window.length(3) select sum(v) as total insert into B;";
    engine.change({ remove: ['a'], add: added });
    engine.send('S', 1, ['x', 1]);
    const again = new Engine(compile(`${head} ${added}`));
    again.restore(engine.snapshot());
    const rows: Row[] = [];
    again.onEvent('B', (_, row) => rows.push(row));
    again.send('S', 2, ['x', 2]);
    expect(rows).toEqual([[3]]);
  });
});
