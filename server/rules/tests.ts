import type { Environment, ModelAnswer, ModelCall } from '@selvedge/edge-runtime/cep';
import { runTestCase } from '@selvedge/edge-runtime/cep/preview';
import type { z } from 'zod';
import { performChange } from '../audit/index.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Deps } from '../kernel/deps.ts';
import { DomainError, notFound } from '../kernel/errors.ts';
import { callSignatureOf, parseReference, resolveReferences, tryOut } from '../models/index.ts';
import { referencesIn } from './check.ts';
import { readRuleTests } from './reads.ts';
import { countTests, deleteTest, lockOrCreateRule, lockRule, upsertTest } from './repository.ts';
import { ruleLimits, ruleTestSchema } from './schema.ts';
import type { deleteRuleTestInput, deleteRuleTestOutput, RuleTest, RuleTestOutcome, runRuleTestsInput, saveRuleTestInput, saveRuleTestOutput } from './schema.ts';

/** Keeps a case that the rule's next version is held to; one of the same name is replaced. Creates the rule when the name is new. */
export async function saveRuleTest(deps: Deps, actor: Actor, input: z.infer<typeof saveRuleTestInput>): Promise<z.infer<typeof saveRuleTestOutput>> {
  const bytes = Buffer.byteLength(JSON.stringify(input.test));
  if (bytes > ruleLimits.testBytesMax) throw new DomainError('TooLarge', `A test case has at most ${ruleLimits.testBytesMax} bytes; this one has ${bytes}.`);
  return performChange(deps, actor, async ({ tx, record, publish }) => {
    const savedAt = new Date(deps.clock.now());
    const rule = await lockOrCreateRule(tx, { id: deps.ids.next(), organizationId: actor.organizationId, name: input.name, at: savedAt });
    const { name } = input.test;
    if ((await countTests(tx, rule.id, name)) >= ruleLimits.testsMax) throw new DomainError('TooLarge', `A rule has at most ${ruleLimits.testsMax} test cases.`);
    await upsertTest(tx, { ruleId: rule.id, test: input.test, savedAt, savedBy: actor.name });
    record({ action: 'rule.saveTest', object: { kind: 'rule', id: rule.id, name: input.name }, after: { test: name, events: input.test.events.length } });
    publish({ topic: 'rule', subjectId: rule.id, kind: 'test', payload: { name: input.name } });
    return { name: input.name, test: name, savedAt: savedAt.getTime() };
  });
}

export async function deleteRuleTest(deps: Deps, actor: Actor, input: z.infer<typeof deleteRuleTestInput>): Promise<z.infer<typeof deleteRuleTestOutput>> {
  return performChange(deps, actor, async ({ tx, record, publish }) => {
    const rule = await lockRule(tx, actor.organizationId, input.name);
    if (rule === null) throw notFound('rule', input.name);
    const deleted = await deleteTest(tx, rule.id, input.test);
    record({ action: 'rule.deleteTest', object: { kind: 'rule', id: rule.id, name: input.name }, before: { test: input.test } });
    publish({ topic: 'rule', subjectId: rule.id, kind: 'test', payload: { name: input.name } });
    return { name: input.name, test: input.test, deleted };
  });
}

/** Runs the rule's cases over a text. Changes nothing. */
export async function runRuleTests(deps: Deps, actor: Actor, input: z.infer<typeof runRuleTestsInput>): Promise<RuleTestOutcome[]> {
  return runAll(deps, actor, input.text, await readRuleTests(deps.db, actor.organizationId, input.name));
}

/** The rule's cases, all of which the text passes. Throws RuleRefused with every difference when it does not. */
export async function passedTests(deps: Deps, actor: Actor, input: { name: string; text: string }): Promise<RuleTest[]> {
  const tests = await readRuleTests(deps.db, actor.organizationId, input.name);
  const outcomes = await runAll(deps, actor, input.text, tests);
  const failed = outcomes.filter((one) => !one.passed);
  const [first] = failed;
  if (first === undefined) return tests.map((one) => ruleTestSchema.parse(one));
  const more = failed.length > 1 ? ` ${failed.length - 1} more ${failed.length === 2 ? 'fails' : 'fail'}.` : '';
  throw new DomainError('RuleRefused', `The test case “${first.name}” fails: ${reasonOf(first)}.${more}`, { details: { tests: failed } });
}

function reasonOf({ problems, differences }: RuleTestOutcome): string {
  const [problem] = problems;
  if (problem !== undefined) return problem.replace(/\.$/, '');
  const [first] = differences;
  if (first === undefined) return 'it answers otherwise';
  const place = `row ${first.row + 1} of ${first.stream}`;
  if (first.found === undefined) return `${place} is expected and does not come`;
  if (first.expected === undefined) return `${place} comes and is not expected`;
  const [attribute = ''] = first.attributes;
  return `${place} has ${attribute} ${JSON.stringify(first.found[attribute])}, expected ${JSON.stringify(first.expected[attribute])}`;
}

async function runAll(deps: Deps, actor: Actor, text: string, tests: readonly RuleTest[]): Promise<RuleTestOutcome[]> {
  if (tests.length === 0) return [];
  const references = referencesIn(text);
  const resolved = references.length === 0 ? new Map() : await resolveReferences(deps.db, actor.organizationId, references);
  const environment: Environment = {
    model: (reference) => {
      const model = resolved.get(reference);
      return model === undefined || 'missing' in model ? { missing: `there is no model “${reference}”` } : callSignatureOf(model.signature);
    },
  };
  const until = deps.clock.now() + ruleLimits.testRunMs;
  const options = { environment, ask: (call: ModelCall) => ask(deps, actor, call, environment), goOn: () => deps.clock.now() < until };
  const outcomes: RuleTestOutcome[] = [];
  for (const test of tests) {
    const { differences, problems, ...outcome } = await runTestCase(text, test, options);
    outcomes.push({ ...outcome, problems: [...problems], differences: differences.map((one) => ({ ...one, attributes: [...one.attributes] })) });
  }
  return outcomes;
}

/** Asks a model as the try-out does, in the order of its signature. */
async function ask(deps: Deps, actor: Actor, { model, inputs }: ModelCall, { model: signatureOf }: Environment): Promise<ModelAnswer> {
  const signature = signatureOf?.(model);
  const target = parseReference(model);
  if (signature === undefined || 'missing' in signature || target === null) return { error: `there is no model “${model}”` };
  const { model: name, ...which } = target;
  const columns = Object.fromEntries(signature.inputs.map((input, index) => [input.name, (inputs[index] ?? []).map(tried)]));
  try {
    const { outputs } = await tryOut(deps, actor, { name, ...which, inputs: columns });
    return { outputs: signature.outputs.map((output) => outputs[output.name] ?? []) };
  } catch (failure) {
    return { error: failure instanceof Error ? failure.message : String(failure) };
  }
}

/** A value as the try-out takes it; a missing one is not a number. */
function tried(value: unknown): string | number | boolean {
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'boolean' || typeof value === 'string' || typeof value === 'number' ? value : Number.NaN;
}
