import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compile, Engine, type Row } from '../../cep/index.ts';
import { bundleOf, dependenciesOf } from '../../sim/path-fixture.ts';
import type { RuleState } from '../../store/checkpoint.ts';
import { planPath, type RulePlan } from './plan.ts';
import { RuleRunner } from './rule-runner.ts';

/* I5, without servers: a rule is saved and killed at any points, and puts out what one that lives on does. */
const source = `define stream Readings (pump string, v int);`;
const RULES = [
  'from Readings#window.length(40) select pump, sum(v) as a group by pump insert into Out;',
  'from Readings#window.time(120 milliseconds) select count() as a, max(v) as b insert into Out;',
  "@primaryKey('pump') define table Latest (pump string, v int); from Readings select pump, v update or insert into Latest on Latest.pump == pump; from Readings join Latest on Readings.v == Latest.v select Latest.pump as a insert into Out;",
  'from every a=Readings[v > 5] -> b=Readings[v == a.v] within 200 milliseconds select a.pump as a, b.pump as b insert into Out;',
  'partition with (pump of Readings) begin from Readings#window.length(3) select pump, sum(v) as a insert into Out; end;',
  'define window Recent (pump string, v int) length(30); from Readings insert into Recent; from Readings[v > 7] as r join Recent as w on r.v == w.v select count() as a insert into Out;',
];

type Act = { kind: 'events'; events: readonly { gap: number; pump: string; v: number }[] } | { kind: 'save' } | { kind: 'kill' };
const events = fc.array(fc.record({ gap: fc.nat({ max: 9 }), pump: fc.constantFrom('p1', 'p2', 'p3'), v: fc.nat({ max: 9 }) }), { minLength: 1, maxLength: 12 });
const acts: fc.Arbitrary<Act[]> = fc.array(
  fc.oneof({ weight: 4, arbitrary: fc.record({ kind: fc.constant('events' as const), events }) }, { weight: 4, arbitrary: fc.record({ kind: fc.constant('save' as const) }) }, { weight: 1, arbitrary: fc.record({ kind: fc.constant('kill' as const) }) }),
  { minLength: 20, maxLength: 60 },
);

async function planOf(text: string): Promise<RulePlan> {
  const [plan] = planPath(await bundleOf({ watch: `${source} ${text}` }), dependenciesOf({ redis: { url: '' } })).rules;
  if (plan === undefined) throw new Error('no rule');
  return plan;
}

/** A store with one rule: what a `StepStore` keeps of it, and what was given to the rule since. */
class Store {
  state: RuleState | undefined;
  since: [number, Row][] = [];
  increments = 0;

  renewals = 0;
  #first = 0;

  save(runner: RuleRunner): void {
    const { first, increments, written } = runner.save();
    const kept = this.state === undefined ? undefined : [this.state.snapshot, ...this.state.increments];
    if (written === undefined) expect(increments).toBe(this.#first + (this.state?.increments.length ?? 0));
    if (written !== undefined && increments === 0) this.state = { snapshot: written, increments: [] };
    else if (written !== undefined && kept !== undefined) {
      expect(this.#first + kept.push(written) - 1).toBe(increments);
      this.increments += 1;
      if (first > this.#first) this.renewals += 1;
      const [snapshot = written, ...rest] = kept.slice(first - this.#first);
      this.state = { snapshot, increments: rest };
    }
    this.#first = first;
    this.since = [];
  }
}

/** Rows of `Out` since the last call. */
function taken(runner: RuleRunner): Row[] {
  return runner.takeOutputs().filter(({ plan }) => plan.name === 'Out').flatMap(({ rows }) => rows);
}

describe('a rule that is saved in increments and killed at any point', () => {
  test.each(RULES)('%s', async (text) => {
    const plan = await planOf(text);
    let [increments, renewals] = [0, 0];
    fc.assert(
      fc.property(acts, (list) => {
        const straight = new Engine(compile(`${source} ${text}`));
        const expected: Row[] = [];
        straight.onEvent('Out', (_, row) => expected.push(row));
        const store = new Store();
        const found: Row[] = [];
        let runner = new RuleRunner(plan, () => '');
        let now = 1000;
        for (const act of list) {
          if (act.kind === 'save') store.save(runner);
          else if (act.kind === 'kill') {
            runner = new RuleRunner(plan, () => '');
            if (store.state !== undefined) expect(runner.restore({ ...store.state, digest: plan.digest })).toEqual([]);
            for (const [time, row] of store.since) runner.input('Readings', [time], [row]);
            taken(runner);
          } else {
            for (const { gap, pump, v } of act.events) {
              runner.renew();
              now += gap;
              straight.sendBatch('Readings', [now], [[pump, v]]);
              runner.input('Readings', [now], [[pump, v]]);
              store.since.push([now, [pump, v]]);
            }
            found.push(...taken(runner));
          }
          expect(found).toEqual(expected);
        }
        increments += store.increments;
        renewals += store.renewals;
      }),
      { numRuns: 60 },
    );
    expect(Math.min(increments, renewals)).toBeGreaterThan(0);
  });
});

describe('what is kept of a rule', () => {
  const feed = (runner: RuleRunner, from: number, to: number): void => {
    for (let at = from; at < to; at += 1) runner.input('Readings', [at], [[`p${at % 7}`, at]]);
  };

  test('is a snapshot once, then increments that renew it: no more than five times what is held, and nothing where nothing came', async () => {
    const runner = new RuleRunner(await planOf('from Readings#window.length(20000) select sum(v) as a insert into Out;'), () => '');
    feed(runner, 0, 20_000);
    const { written: snapshot = new Uint8Array(), first } = runner.save();
    expect(first).toBe(0);
    const kept = new Map([[0, snapshot.length]]);
    let [renewals, before, writtenBytes, restBytes] = [0, 0, 0, 0];
    for (let at = 20_000; at < 120_000; at += 1000) {
      feed(runner, at, at + 1000);
      for (let steps = 0; steps < 10; steps++) runner.renew();
      const saved = runner.save();
      expect(runner.save()).toEqual({ ...saved, written: undefined, restBytes: 0 });
      const bytes = saved.written?.length ?? 0;
      [writtenBytes, restBytes] = [writtenBytes + bytes, restBytes + saved.restBytes];
      // What is written is made up for.
      expect(restBytes).toBeGreaterThanOrEqual(writtenBytes);
      kept.set(saved.increments, bytes);
      if (saved.first > before) renewals++;
      for (; before < saved.first; before++) kept.delete(before);
      expect(saved.increments).toBeGreaterThan(0);
      expect([...kept.values()].reduce((sum, one) => sum + one, 0)).toBeLessThan(5 * snapshot.length);
    }
    // Five windows full of events came.
    expect(renewals).toBeGreaterThanOrEqual(2);
    expect(writtenBytes).toBeLessThan(2.5 * 5 * snapshot.length);
  });

  test('that is damaged is not half taken over: the rule begins anew, with a snapshot', async () => {
    const plan = await planOf('from Readings#window.length(50) select sum(v) as a insert into Out; from Readings#window.length(60) select count() as n insert into More;');
    const first = new RuleRunner(plan, () => '');
    feed(first, 0, 50);
    const snapshot = first.save().written ?? new Uint8Array();
    feed(first, 50, 52);
    const { increments, written = new Uint8Array() } = first.save();
    expect(increments).toBe(1);
    for (const state of [{ snapshot, increments: [written, written] }, { snapshot, increments: [written.slice(0, -2)] }, { snapshot: snapshot.slice(0, -2), increments: [] }]) {
      const second = new RuleRunner(plan, () => '');
      expect(() => second.restore({ ...state, digest: plan.digest })).toThrow(expect.objectContaining({ name: 'CepError' }));
      second.input('Readings', [100], [['p1', 7]]);
      expect(taken(second)).toEqual([[7]]);
      expect(second.save()).toMatchObject({ increments: 0, written: expect.any(Uint8Array) });
    }
  });

  test('is taken over by another version, which goes on upon what is kept', async () => {
    const [window, filter] = ['from Readings#window.length(50) select sum(v) as a insert into Out;', 'from Readings[v > 3] select v insert into More;'];
    const plan = await planOf(window);
    const first = new RuleRunner(plan, () => '');
    feed(first, 0, 50);
    const snapshot = first.save().written ?? new Uint8Array();
    feed(first, 50, 60);
    const increment = first.save().written ?? new Uint8Array();
    const next = await planOf(`${filter} ${window}`);
    const second = new RuleRunner(next, () => '');
    expect(second.restore({ digest: plan.digest, snapshot, increments: [increment] })).toEqual([]);
    second.input('Readings', [100], [['p1', 0]]);
    expect(taken(second)).toEqual([[Array.from({ length: 49 }, (_, index) => index + 11).reduce((sum, v) => sum + v, 0)]]);
    const { first: begins, increments, written = new Uint8Array() } = second.save();
    expect([begins, increments]).toEqual([0, 2]);
    const third = new RuleRunner(next, () => '');
    expect(third.restore({ digest: next.digest, snapshot, increments: [increment, written] })).toEqual([]);
    for (const runner of [second, third]) runner.input('Readings', [101], [['p1', 5]]);
    expect(taken(third)).toEqual(taken(second));
  });

  test('begins anew in another version where what feeds it changed, though its own definition did not', async () => {
    const chain = (least: number): string => `from Readings[v > ${least}] select pump, v insert into Mid; from Mid#window.length(5) select sum(v) as a insert into Out;`;
    const plan = await planOf(chain(1));
    const first = new RuleRunner(plan, () => '');
    feed(first, 0, 10);
    const state = { digest: plan.digest, snapshot: first.save().written ?? new Uint8Array(), increments: [] };
    const second = new RuleRunner(await planOf(chain(3)), () => '');
    expect(second.restore(state)).toEqual(['5-event window of Mid']);
    second.input('Readings', [100], [['p1', 7]]);
    expect(taken(second)).toEqual([[7]]);
  });
});
