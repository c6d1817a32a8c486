import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { analyze, compile, Engine, type Environment, type FaultBatch, type ModelCall, type Row } from '../index.ts';

const environment: Environment = {
  model: (reference) => (reference === 'wear@champion' ? { inputs: [{ name: 'a', type: 'float' }, { name: 'b', type: 'float' }], outputs: [{ name: 'score', type: 'float' }] } : { missing: `no model is named '${reference.split('@')[0]}'` }),
};

const TEXT = `define stream S (k string, a double, b double);
from S#model:predict('wear@champion', a, b) select k, score insert into Scored;
from Scored[score > 10.0f]#window.time(50 milliseconds) select k, count() as n group by k insert into Busy;`;

const answer = ({ inputs: [a = [], b = []] }: ModelCall): { outputs: unknown[][] } => ({ outputs: [a.map((value, index) => Number(value) + Number(b[index]))] });

describe("#model:predict('name@alias', …)", () => {
  it('adds the outputs of the signature as typed attributes', () => {
    const analysis = analyze(TEXT, environment);
    expect(analysis.diagnostics).toEqual([]);
    expect(analysis.models).toEqual([{ reference: 'wear@champion', at: TEXT.indexOf("'wear") }]);
    expect(analysis.streams.find((one) => one.name === 'Scored')?.attributes).toEqual([{ name: 'k', type: 'string' }, { name: 'score', type: 'float' }]);
  });

  it('checks the chain stream, rule, signature, stream', () => {
    const messages = (query: string): string[] => analyze(`define stream S (k string, a double); ${query}`, environment).diagnostics.map((one) => one.message);
    expect(messages("from S#model:predict('tear@champion', a, a) select score insert into O;")).toEqual(["The model 'tear@champion' cannot be used: no model is named 'tear'."]);
    expect(messages("from S#model:predict('wear@champion', a) select score insert into O;")).toEqual(["'wear@champion' takes 2 inputs (a float, b float), found 1."]);
    expect(messages("from S#model:predict('wear@champion', k, a) select score insert into O;")).toEqual(["The input 'a' of 'wear@champion' is float, found string."]);
  });

  it('batches rows into calls, in columns, and goes on when the answer comes', () => {
    const engine = new Engine(compile(TEXT, environment));
    const scored: Row[] = [];
    engine.onStream('Scored', (batch) => scored.push(...batch.rows));
    engine.sendBatch('S', [1, 2, 3], [['x', 1, 2], ['y', 3, 4], ['z', 5, 6]]);
    const [call] = engine.modelCalls();
    expect(call).toMatchObject({ model: 'wear@champion', count: 3, inputs: [[1, 3, 5], [2, 4, 6]] });
    expect(engine.pending).toBe(3);
    expect(engine.modelCalls()).toEqual([]);
    expect(scored).toEqual([]);
    if (call !== undefined) engine.complete(call.id, answer(call));
    expect(scored).toEqual([['x', 3], ['y', 7], ['z', 11]]);
    expect(engine.pending).toBe(0);
  });

  it('puts a failed prediction to the faults, with its event, and goes on', () => {
    const engine = new Engine(compile(TEXT, environment));
    const faults: FaultBatch[] = [];
    const scored: Row[] = [];
    engine.onFault((batch) => faults.push(batch));
    engine.onStream('Scored', (batch) => scored.push(...batch.rows));
    engine.send('S', 1, ['x', 1, 2]);
    const [first] = engine.modelCalls();
    engine.send('S', 2, ['y', 3, 4]);
    const [second] = engine.modelCalls();
    if (second !== undefined) engine.complete(second.id, answer(second));
    expect(scored).toEqual([]);
    engine.complete(first?.id ?? -1, { error: 'the model ran out of memory' });
    expect(faults).toEqual([{ stream: 'S', query: 'query1', timestamps: [1], rows: [['x', 1, 2]], reason: 'the model ran out of memory' }]);
    expect(scored).toEqual([['y', 7]]);
  });

  it('takes an answer of the wrong shape as a failure', () => {
    const engine = new Engine(compile(TEXT, environment));
    const reasons: string[] = [];
    engine.onFault((batch) => reasons.push(batch.reason));
    engine.send('S', 1, ['x', 1, 2]);
    const [call] = engine.modelCalls();
    engine.complete(call?.id ?? -1, { outputs: [[1, 2, 3]] });
    expect(reasons).toEqual(['the model answered 3 rows, expected 1']);
  });

  it.each([
    ['a window behind the prediction\'s stream', TEXT],
    ['a window in the same query', `define stream S (k string, a double, b double);
from S#model:predict('wear@champion', a, b)#window.time(50 milliseconds) select k, count() as m insert into Counted;
from Counted#window.time(40 milliseconds) select k, sum(m) as n, currentTimeMillis() as t insert into Busy;`],
    ['an output rate and a listener', `define stream S (k string, a double, b double);
@info(name='q') from S#model:predict('wear@champion', a, b)[score > 5.0f] select k, score output last every 2 events insert into Scored;
from Scored#window.time(40 milliseconds) select k, count() as n, currentTimeMillis() as t insert into Busy;`],
  ])('gives results that depend on the events alone, not on when predictions come or how many at once: %s', (_, text) => {
    const events = fc.array(fc.record({ gap: fc.nat({ max: 30 }), a: fc.nat({ max: 12 }), take: fc.boolean(), late: fc.boolean() }), { maxLength: 40 });
    fc.assert(
      fc.property(events, (list) => {
        const app = compile(text, environment);
        const [prompt, slow]: [unknown[], unknown[]] = [[], []];
        const [first, second] = [new Engine(app), new Engine(app)];
        first.onStream('Busy', ({ timestamps, rows }) => rows.forEach((row, index) => prompt.push([timestamps[index], row])));
        for (const engine of [first, second]) if (text.includes("name='q'")) engine.onQuery('q', () => undefined);
        second.onStream('Busy', ({ timestamps, rows }) => rows.forEach((row, index) => slow.push([timestamps[index], row])));
        let now = 1000;
        const open: ModelCall[] = [];
        for (const { gap, a, take, late } of list) {
          now += gap;
          for (const engine of [first, second]) engine.send('S', now, ['k', a, 1]);
          for (const call of first.modelCalls()) first.complete(call.id, answer(call));
          if (take) open.push(...second.modelCalls());
          if (!late) for (const call of open.splice(0).reverse()) second.complete(call.id, answer(call));
        }
        open.push(...second.modelCalls());
        for (const call of open.reverse()) second.complete(call.id, answer(call));
        for (const engine of [first, second]) engine.advance(now + 1000);
        expect(slow).toEqual(prompt);
      }),
      { numRuns: 80 },
    );
  });

  it('asks again for what was waiting when a snapshot was taken', () => {
    const app = compile(TEXT, environment);
    const engine = new Engine(app);
    engine.send('S', 1, ['x', 20, 2]);
    engine.modelCalls();
    const restored = new Engine(app);
    const busy: Row[] = [];
    restored.onStream('Busy', (batch) => busy.push(...batch.rows));
    restored.restore(engine.snapshot());
    const [call] = restored.modelCalls();
    expect(call?.inputs).toEqual([[20], [2]]);
    if (call !== undefined) restored.complete(call.id, answer(call));
    expect(busy).toEqual([['x', 1]]);
  });
});
