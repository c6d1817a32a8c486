import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile, Engine, type Environment, type FaultBatch, type ModelAnswer, type ModelCall, type Row } from '../index.ts';

const environment: Environment = { model: () => ({ inputs: [{ name: 'x', type: 'double' }], outputs: [{ name: 'score', type: 'double' }] }) };

/** Ten times what it was asked for; below zero it fails. */
const answer = ({ inputs: [x = []] }: ModelCall): ModelAnswer => (x.some((one) => Number(one) < 0) ? { error: 'below zero' } : { outputs: [x.map((one) => Number(one) * 10)] });

const app = (queries: string, annotation = ''): string => `define stream S (k string, v double); define stream T (w double); ${annotation} partition with (k of S) begin ${queries} end;`;
const PREDICT = "#model:predict('m@champion', v)";

type Step = readonly [k: string | null, v: number] | { advance: number } | { t: number };

/** Runs an app with answers at once and gives the rows of `O` with their times. */
function rowsOf(text: string, steps: readonly Step[]): Row[] {
  const engine = new Engine(compile(text, environment));
  const rows: Row[] = [];
  engine.onStream('O', (batch) => rows.push(...batch.rows));
  steps.forEach((step, index) => {
    if ('advance' in step) engine.advance(step.advance);
    else if ('t' in step) engine.send('T', 1000 + index, [step.t]);
    else engine.send('S', 1000 + index, [...step]);
    answerAll(engine);
  });
  return rows;
}

function answerAll(engine: Engine): void {
  for (let calls = engine.modelCalls(); calls.length > 0; calls = engine.modelCalls()) for (const call of calls) engine.complete(call.id, answer(call));
}

const FIVE: readonly Step[] = [['a', 1], ['b', 5], ['a', 2], ['b', 6], ['a', 3]];

describe('a prediction in a partition', () => {
  it.each<[name: string, queries: string, steps: readonly Step[], rows: readonly Row[]]>([
    ['adds the outputs of the model', `from S${PREDICT} select k, score insert into O;`, FIVE, [['a', 10], ['b', 50], ['a', 20], ['b', 60], ['a', 30]]],
    ['is followed by what is remembered for its key', `from S${PREDICT} select k, sum(score) as n insert into O;`, FIVE, [['a', 10], ['b', 50], ['a', 30], ['b', 110], ['a', 60]]],
    ['is followed by a window of its key', `from S${PREDICT}#window.length(2) select k, sum(score) as n insert into O;`, FIVE, [['a', 10], ['b', 50], ['a', 30], ['b', 110], ['a', 50]]],
    ['is asked with what a window of its key makes', `from S#window.length(2) select k, sum(v) as v insert into #Sum; from #Sum${PREDICT} select k, score insert into O;`, FIVE, [['a', 10], ['b', 50], ['a', 30], ['b', 110], ['a', 50]]],
    ['comes behind a window in the same query', "from S#window.lengthBatch(2)#model:predict('m@champion', v) select k, score insert into O;", FIVE, [['a', 10], ['a', 20], ['b', 50], ['b', 60]]],
    ['feeds an inner stream', `from S${PREDICT} select k, score insert into #Scored; from #Scored select k, count() as n, max(score) as top insert into O;`, FIVE, [['a', 1, 10], ['b', 1, 50], ['a', 2, 20], ['b', 2, 60], ['a', 3, 30]]],
    ['meets a query that asks no model', `from S select k, v insert into #Raw; from S${PREDICT} select k, score insert into #Scored; from #Raw#window.length(1) as r join #Scored#window.length(1) as s select r.k as k, r.v as v, s.score as score insert into O;`, FIVE.slice(0, 3), [['a', 1, 10], ['b', 5, 50], ['a', 2, 10], ['a', 2, 20]]],
    ['is found in a pattern of its key', `from S${PREDICT} select k, score insert into #Scored; from every x=#Scored -> y=#Scored[score > x.score] select x.k as k, x.score as low, y.score as high insert into O;`, FIVE, [['a', 10, 20], ['b', 50, 60], ['a', 20, 30]]],
    ['follows another', `from S${PREDICT} select k, score as v insert into #Once; from #Once${PREDICT} select k, count() as n, score insert into O;`, FIVE.slice(0, 3), [['a', 1, 100], ['b', 1, 500], ['a', 2, 200]]],
    ['may be one of two in a query', `from S${PREDICT}[score > 15.0] select k, score as v insert into #High; from #High${PREDICT} select k, score insert into O;`, FIVE.slice(0, 3), [['b', 500], ['a', 200]]],
    ['takes no part without a key', `from S${PREDICT} select k, score insert into O;`, [['a', 1], [null, 2]], [['a', 10]]],
    ['reaches a stream without a key through every key that lives', `from S${PREDICT} select k, score insert into #Scored; from #Scored#window.length(1) as s join T#window.length(1) as t select s.k as k, t.w as w insert into O;`, [['a', 1], ['b', 2], { t: 7 }], [['a', 7], ['b', 7]]],
    ['changes a table that all keys share', `from S${PREDICT} select k, score update or insert into Best on Best.k == k;`, [['a', 1], ['b', 2], ['a', 3], { t: 1 }], [['a', 30], ['b', 20]]],
    ['waits for time', `from S${PREDICT}#window.timeBatch(10 milliseconds) select k, sum(score) as n insert into O;`, [['a', 1], ['a', 2], { advance: 1100 }], [['a', 30]]],
  ])('%s', (_, queries, steps, rows) => {
    expect(rowsOf(queries.includes('Best') ? `define table Best (k string, score double); ${app(queries)} from T join Best as b select b.k as k, b.score as score insert into O;` : app(queries), steps)).toEqual(rows);
  });

  it('belongs to a range of values', () => {
    const text = `define stream S (k string, v double); partition with (v < 5.0 as 'low' or v >= 5.0 as 'high' of S) begin from S${PREDICT} select k, count() as n insert into O; end;`;
    expect(rowsOf(text, FIVE)).toEqual([['a', 1], ['b', 1], ['a', 2], ['b', 2], ['a', 3]]);
  });

  it('that fails goes to the faults, and its key goes on', () => {
    const engine = new Engine(compile(app(`from S${PREDICT} select k, sum(score) as n insert into O;`), environment));
    const faults: FaultBatch[] = [];
    const rows: Row[] = [];
    engine.onFault((batch) => faults.push(batch));
    engine.onStream('O', (batch) => rows.push(...batch.rows));
    for (const [index, v] of [1, -1, 2].entries()) {
      engine.send('S', 1000 + index, ['a', v]);
      answerAll(engine);
    }
    expect(faults).toEqual([{ stream: 'S', query: 'query1', timestamps: [1001], rows: [['a', -1]], reason: 'below zero' }]);
    expect(rows).toEqual([['a', 10], ['a', 30]]);
  });

  it('asks for many keys in one call', () => {
    const engine = new Engine(compile(app(`from S${PREDICT} select k, score insert into O;`), environment));
    engine.sendBatch('S', [1, 2, 3], [['a', 1], ['b', 2], ['c', 3]]);
    expect(engine.modelCalls()).toMatchObject([{ count: 3, inputs: [[1, 2, 3]] }]);
  });

  it('counts the keys of a partition once, and forgets the idle ones on both sides', () => {
    const engine = new Engine(compile(app(`from S#window.length(2) select k, sum(v) as v insert into #Sum; from #Sum${PREDICT} select k, sum(score) as n insert into O;`, "@limit(keys='2')"), environment));
    const rows: Row[] = [];
    engine.onStream('O', (batch) => rows.push(...batch.rows));
    for (const [index, k] of ['a', 'b', 'c', 'a'].entries()) {
      engine.send('S', 1000 + index, [k, 1]);
      answerAll(engine);
    }
    expect(rows).toEqual([['a', 10], ['b', 10], ['c', 10], ['a', 10]]);
    expect(engine.bounds()).toEqual([{ what: 'keys of partition1', held: 2, max: 2, dropped: 2 }]);
  });

  it('is taken over with its partition', () => {
    const text = app(`from S${PREDICT} select k, sum(score) as n insert into O;`);
    const before = new Engine(compile(text, environment));
    before.send('S', 1000, ['a', 1]);
    answerAll(before);
    const after = new Engine(compile(`${text} from S select k insert into Other;`, environment));
    const rows: Row[] = [];
    after.onStream('O', (batch) => rows.push(...batch.rows));
    expect(after.takeOver(before.snapshot())).toEqual([]);
    after.send('S', 1001, ['a', 2]);
    answerAll(after);
    expect(rows).toEqual([['a', 30]]);
  });
});

describe('whenever predictions come, and wherever the engine is saved and begun again', () => {
  const BEHIND = "from S#window.time(30 milliseconds) select k, sum(v) as v insert into #Sum; from #Sum#model:predict('m@champion', v) select k, score insert into #Scored;";
  it.each([
    ['aggregates', `${BEHIND} from #Scored#window.time(40 milliseconds) select k, sum(score) as n, currentTimeMillis() as t insert into O;`],
    ['patterns', `${BEHIND} from every x=#Scored -> not #Scored[score > x.score] for 20 milliseconds select x.k as k, x.score as s, currentTimeMillis() as t insert into O;`],
    ['what needs no memory', "from S#model:predict('m@champion', v)[score > 20.0] select k, score, currentTimeMillis() as t insert into O;"],
    ['both sides of a prediction joined', `from S select k, v insert into #Raw; ${BEHIND} from #Raw#window.length(2) as r join #Scored#window.length(2) as s on r.v * 10.0 <= s.score select r.k as k, r.v as v, s.score as s insert into O;`],
  ])('rows are the same: %s', (_, queries) => {
    const compiled = compile(app(queries), environment);
    const events = fc.array(fc.record({ gap: fc.nat({ max: 30 }), key: fc.constantFrom('a', 'b', 'c'), v: fc.nat({ max: 6 }), late: fc.boolean(), saved: fc.boolean() }), { maxLength: 30 });
    fc.assert(
      fc.property(events, (list) => {
        const [prompt, slow]: [unknown[], unknown[]] = [[], []];
        const heard = (rows: unknown[]): Engine => {
          const engine = new Engine(compiled);
          engine.onStream('O', (batch) => batch.rows.forEach((row, index) => rows.push([batch.timestamps[index], row])));
          return engine;
        };
        const first = heard(prompt);
        let second = heard(slow);
        let open: ModelCall[] = [];
        let now = 1000;
        for (const { gap, key, v, late, saved } of list) {
          now += gap;
          for (const engine of [first, second]) engine.send('S', now, [key, v]);
          for (const call of first.modelCalls()) first.complete(call.id, answer(call));
          if (saved) {
            const next = heard(slow);
            next.restore(second.snapshot());
            second = next;
            open = [];
          }
          open.push(...second.modelCalls());
          if (!late) for (const call of open.splice(0).reverse()) second.complete(call.id, answer(call));
        }
        for (const call of open.reverse()) second.complete(call.id, answer(call));
        for (const engine of [first, second]) {
          engine.advance(now + 1000);
          answerAll(engine);
        }
        expect(slow).toEqual(prompt);
      }),
      { numRuns: 60 },
    );
  });
});
