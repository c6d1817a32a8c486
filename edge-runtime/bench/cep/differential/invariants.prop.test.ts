import { describe, expect, it } from 'vitest';
import { compile, Engine } from '../../../cep/index.ts';
import { answerCase, type Case, type Step } from '../answer-case.ts';
import { FAMILIES, makeCase } from './families.ts';

/** Cases of each family that every invariant is held to; made from these seeds, so that each run is the same. */
const SEEDS = Array.from({ length: 8 }, (_, index) => 1000 + index * 97);

/** Apps that run; a mistake has nothing to go on with. */
const RUNNING = Object.keys(FAMILIES).filter((family) => family !== 'mistakes');

function runningCases(family: string): Case[] {
  return SEEDS.map((seed) => makeCase(family, { seed }, `${family}-${seed}`).case).filter((one) => answerCase(one).types !== undefined);
}

function isEvent(step: Step): boolean {
  return 'length' in step || 'batch' in step || 'advance' in step;
}

describe.each(RUNNING)('any case of %s', (family) => {
  const cases = runningCases(family);

  it('has cases', () => {
    expect(cases.length).toBeGreaterThan(SEEDS.length / 2);
  });

  it('goes on after a snapshot at any point as if it had never stopped', () => {
    for (const one of cases) {
      const straight = answerCase(one);
      for (let at = 0; at <= one.steps.length; at += 6) {
        const stopped = answerCase({ ...one, steps: [...one.steps.slice(0, at), { snapshot: 'there' }, { restore: 'there' }, ...one.steps.slice(at)] });
        expect({ out: stopped.out, error: stopped.error }, `${one.app}\nstopped before step ${at}`).toEqual({ out: straight.out, error: straight.error });
      }
    }
  });

  it('gives two engines that are fed alike the same state, byte for byte', () => {
    for (const one of cases) {
      const [first, second] = [feed(one), feed(one)];
      expect(Buffer.from(first.snapshot()).equals(Buffer.from(second.snapshot())), one.app).toBe(true);
    }
  });

  it('is not changed by an unrelated rule beside it', () => {
    for (const one of cases) {
      const input = one.steps.flatMap((step) => ('length' in step ? [step[0]] : []))[0];
      if (input === undefined) continue;
      const beside = `${one.app} @info(name='beside') from ${input}#window.length(3) select count() as beside insert into Beside; @info(name='alarm') from ${input}#window.time(7 milliseconds) select count() as beside insert all events into BesideToo;`;
      const [alone, together] = [answerCase(one), answerCase({ ...one, app: beside })];
      expect({ out: together.out.filter((entry) => !/beside|alarm|Beside/.test(entry.of)), error: together.error }, one.app).toEqual({ out: alone.out, error: alone.error });
    }
  });
});

/** An engine after a case, fed through the API that a host uses. */
function feed(one: Case): Engine {
  const engine = new Engine(compile(one.app), { start: one.start ?? 0, uuid: () => '00000000-0000-4000-8000-000000000000' });
  for (const step of one.steps.filter(isEvent)) {
    if ('length' in step) engine.send(step[0], step[1], step[2]);
    else if ('batch' in step) engine.sendChunk(step.batch, step.events.map((event) => event[0]), step.events.map((event) => event[1]));
    else if ('advance' in step) engine.advance(step.advance);
  }
  return engine;
}
