import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Digest } from '../protocol/index.ts';
import { type ActivationFacts, type Candidate, plan, type Step } from './plan.ts';

const digest = (letter: string): Digest => `sha256:${letter.repeat(64)}`;
const rule = digest('a');
const oldModel = digest('b');
const newModel = digest('c');
const old: Candidate = { generation: 6, bundle: digest('6'), content: 'six', artefacts: [rule, oldModel] };
const next: Candidate = { generation: 7, bundle: digest('7'), content: 'seven', artefacts: [rule, newModel] };
const nothing: ActivationFacts = { running: undefined, current: undefined, desired: undefined, present: new Set(), builtGeneration: undefined, failedGenerations: new Set(), held: false, mayFetch: true, mayActivate: true, stagedGeneration: undefined };
const working: ActivationFacts = { ...nothing, running: old, current: old, present: new Set([rule, oldModel]) };
const words = (steps: readonly Step[]): string[] => steps.map((step) => (step.type === 'fetch' ? `fetch ${step.digest.slice(7, 8)}` : `${step.type} ${step.generation}`));

describe('plan', () => {
  test.each<[string, ActivationFacts, string[]]>([
    ['a new node with nothing to run waits', nothing, []],
    ['its first bundle is fetched, built and switched to', { ...nothing, desired: old }, ['fetch a', 'fetch b', 'build 6', 'switch 6']],
    ['a node that runs what it should has nothing to do', working, []],
    ['after a start, what the disk names comes up', { ...working, running: undefined }, ['build 6', 'start 6']],
    ['and does so before anything newer is prepared', { ...working, running: undefined, desired: next }, ['build 6', 'start 6']],
    ['only what is missing of a newer bundle is fetched', { ...working, desired: next }, ['fetch c', 'build 7', 'switch 7']],
    ['what is fetched is built', { ...working, desired: next, present: new Set([rule, oldModel, newModel]) }, ['build 7', 'switch 7']],
    ['what is built takes over', { ...working, desired: next, present: new Set([rule, newModel]), builtGeneration: 7 }, ['switch 7']],
    ['what is built and superseded is built anew', { ...working, desired: next, present: new Set([rule, newModel]), builtGeneration: 5 }, ['build 7', 'switch 7']],
    ['the same content under a new generation only changes the number', { ...working, desired: { ...next, content: 'six' } }, ['adopt 7']],
    ['a failed generation is not tried again by itself', { ...working, desired: next, failedGenerations: new Set([7]) }, []],
    ['a held node does not change', { ...working, desired: next, held: true }, []],
    ['a held node still comes up after a start', { ...working, running: undefined, desired: next, held: true }, ['build 6', 'start 6']],
    ['a damaged artefact of what should run is fetched again', { ...working, running: undefined, present: new Set([rule]) }, ['fetch b', 'build 6', 'start 6']],
    ['but not when something newer replaces it', { ...working, running: undefined, present: new Set([rule]), desired: next }, ['fetch c', 'build 7', 'switch 7']],
    ['nor when that has to wait for its window', { ...working, running: undefined, present: new Set([rule]), desired: next, mayActivate: false }, ['fetch b', 'build 6', 'start 6']],
    ['a current bundle that does not start leaves the way to a newer one', { ...working, running: undefined, desired: next, failedGenerations: new Set([6]) }, ['fetch c', 'build 7', 'switch 7']],
    ['outside of its window it is fetched and built once', { ...working, desired: next, mayActivate: false }, ['fetch c', 'stage 7']],
    ['and then waits', { ...working, desired: next, present: new Set([rule, oldModel, newModel]), mayActivate: false, stagedGeneration: 7 }, []],
    ['until its window opens', { ...working, desired: next, present: new Set([rule, oldModel, newModel]), stagedGeneration: 7 }, ['build 7', 'switch 7']],
    ['what was built when the window closed is freed', { ...working, desired: next, present: new Set([rule, oldModel, newModel]), mayActivate: false, builtGeneration: 7 }, ['stage 7']],
    ['what was staged and is damaged since is fetched again', { ...working, desired: next, mayActivate: false, stagedGeneration: 7 }, ['fetch c', 'stage 7']],
    ['nothing is fetched outside of the window for that', { ...working, desired: next, mayFetch: false }, []],
    ['but what lacks nothing needs no such window', { ...working, desired: next, present: new Set([rule, oldModel, newModel]), mayFetch: false }, ['build 7', 'switch 7']],
    ['the same content under a new generation waits for no window', { ...working, desired: { ...next, content: 'six' }, mayFetch: false, mayActivate: false }, ['adopt 7']],
    ['after a start what the disk names comes up whatever the windows say', { ...working, running: undefined, desired: next, mayFetch: false, mayActivate: false }, ['build 6', 'start 6']],
    ['when both failed, the node waits for a person', { ...working, running: undefined, desired: next, failedGenerations: new Set([6, 7]) }, []],
  ])('%s', (_name, facts, expected) => {
    expect(words(plan(facts))).toEqual(expected);
  });

  test('executing the steps one by one always ends, at the desired generation unless held or failed', () => {
    const anyFacts = fc.record({
      startsWith: fc.constantFrom('nothing', 'stopped', 'running'),
      hasDesired: fc.boolean(),
      sameContent: fc.boolean(),
      present: fc.subarray([rule, oldModel, newModel]),
      builtGeneration: fc.constantFrom(undefined, 6, 7),
      failed: fc.subarray([6, 7]),
      held: fc.boolean(),
      mayFetch: fc.boolean(),
      mayActivate: fc.boolean(),
      stagedGeneration: fc.constantFrom(undefined, 6, 7),
    });
    fc.assert(
      fc.property(anyFacts, (start) => {
        const wanted = start.sameContent ? { ...next, content: old.content } : next;
        let facts: ActivationFacts = {
          running: start.startsWith === 'running' ? old : undefined,
          current: start.startsWith === 'nothing' ? undefined : old,
          desired: start.hasDesired ? wanted : undefined,
          present: new Set(start.present),
          builtGeneration: start.builtGeneration,
          failedGenerations: new Set(start.failed),
          held: start.held,
          mayFetch: start.mayFetch,
          mayActivate: start.mayActivate,
          stagedGeneration: start.stagedGeneration,
        };
        let steps = 0;
        for (let step = plan(facts)[0]; step !== undefined; step = plan(facts)[0]) {
          facts = perform(facts, step);
          expect(++steps).toBeLessThan(20);
        }
        const free = !start.held && !start.failed.includes(7);
        const lacks = [rule, newModel].some((artefact) => !start.present.includes(artefact));
        const inTime = start.sameContent && start.startsWith !== 'nothing' ? facts.running !== undefined : start.mayActivate && (start.mayFetch || !lacks);
        if (!start.mayActivate && start.hasDesired && !start.sameContent) expect(facts.running?.generation).not.toBe(7);
        if (start.hasDesired && free && inTime) expect(facts.running?.generation).toBe(7);
        // What is fetched for the old one may be all that the new one lacked.
        else if (start.startsWith === 'stopped' && !start.failed.includes(6)) expect(free && start.mayActivate ? [6, 7] : [6]).toContain(facts.running?.generation);
      }),
      { numRuns: 1000 },
    );
  });
});

function perform(facts: ActivationFacts, step: Step): ActivationFacts {
  const bundle = facts.desired?.generation === step.generation ? facts.desired : facts.current;
  if (step.type === 'fetch') return { ...facts, present: new Set([...facts.present, step.digest]) };
  for (const artefact of step.type === 'build' || step.type === 'stage' ? (bundle?.artefacts ?? []) : []) expect(facts.present.has(artefact)).toBe(true);
  if (step.type === 'build') return { ...facts, builtGeneration: step.generation };
  if (step.type === 'stage') return { ...facts, builtGeneration: undefined, stagedGeneration: step.generation };
  if (step.type !== 'adopt') expect(facts.builtGeneration).toBe(step.generation);
  if (step.type === 'start') return { ...facts, running: facts.current, builtGeneration: undefined };
  return { ...facts, running: bundle, current: bundle, desired: undefined, builtGeneration: undefined };
}
