import { describe, expect, it } from 'vitest';
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
    const { engine, rows } = engineOf("@info(name='a') from S select v insert into Mid; @info(name='b') from Mid select v insert into B; @info(name='p') partition with (k of S) begin @info(name='q') from S#window.length(1) select k, v insert into P; end;");
    const before = engine.snapshot();
    const refused: [RuleChange, string][] = [
      [{ remove: ['c'] }, 'change.unknown-rule'],
      [{ remove: ['a'] }, 'change.still-read'],
      [{ remove: ['b'], add: 'from Nothing select v insert into B;' }, 'compile.failed'],
      [{ add: "@info(name='b') from S select v insert into B;" }, 'compile.failed'],
      [{ remove: ['a'], add: 'from S select k insert into Mid;' }, 'compile.failed'],
      [{ add: 'define stream S (k string); from S select k insert into O;' }, 'compile.failed'],
      [{ add: 'from P select k, v insert into S;' }, 'change.loop'],
      [{ add: 'define trigger Tick at every 1 sec;' }, 'change.trigger'],
      [{ add: "@eventTime(timestamp='ts') define stream E (ts long); from E select ts insert into F;" }, 'change.event-time'],
    ];
    for (const [change, code] of refused) expect(refusal(engine, change), JSON.stringify(change)).toBe(code);
    expect(engine.snapshot()).toEqual(before);
    const b = rows('B');
    engine.send('S', 1, ['x', 1]);
    expect(b).toEqual([[1]]);
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
