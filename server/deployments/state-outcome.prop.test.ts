import { compile, Engine } from '@selvedge/edge-runtime/cep';
import { expect, test } from 'vitest';
import { EDITS, feed, generate, randomOf, RULES, textOf } from '../../edge-runtime/cep/testing/edited-rules.ts';
import { stateOutcome, type RuleState } from './state-outcome.ts';

/** A rule's version of some of the kinds of queries that are edited, each in one of its variants. */
function versionOf(version: number, chosen: readonly { rule: number; variant: number }[]): RuleState & { app: ReturnType<typeof compile> } {
  const app = compile(['define stream S (k string, v int); define stream R (k string, v int);', ...chosen.map(({ rule, variant }) => textOf(rule, variant))].join('\n'));
  return { name: 'watch', version, digest: String(version), runs: true, state: app.analysis.state, app };
}

test('what a plan says is lost is what a node loses, over random edits', { timeout: 1_200_000 }, () => {
  let [lossless, lossy] = [0, 0];
  for (let seed = 1; seed <= EDITS / 2; seed++) {
    const random = randomOf(seed);
    const any = (rule: number): { rule: number; variant: number } => ({ rule, variant: random(RULES[rule]?.variants.length ?? 1) });
    const before = RULES.map((_, rule) => rule).filter(() => random(8) === 0).map(any);
    const after = before.filter(() => random(8) > 0).map((one) => (random(4) === 0 ? any(one.rule) : one));
    const [from, to] = [versionOf(1, before), versionOf(2, after)];
    const engine = new Engine(from.app, { start: 1000 });
    feed(engine, generate(random, 1000, 20));
    const lost = new Set(new Engine(to.app).takeOver(engine.snapshot()));
    const planned = new Set(stateOutcome([from], [to]).stateLost.map(({ what }) => what));
    expect([...lost].filter((what) => !planned.has(what)), `seed ${seed}: lost and not planned`).toEqual([]);
    // What is told of a partition's queries one by one is lost with the partition; sums are lost with their window.
    expect([...planned].filter((what) => !lost.has(what) && !what.endsWith(', for each key') && !what.startsWith('running ')), `seed ${seed}: planned and not lost`).toEqual([]);
    expect(lost.size > 0, `seed ${seed}: ${[...planned].join(', ')}`).toBe(planned.size > 0);
    if (planned.size > 0) lossy += 1;
    else lossless += 1;
  }
  expect(Math.min(lossless, lossy)).toBeGreaterThan(EDITS / 20);
});
