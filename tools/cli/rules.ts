import path from 'node:path';
import { Option, type Command } from 'commander';
import { parse } from 'yaml';
import { z } from 'zod';
import { checkRuleOutput, listRuleTestsOutput, publishRuleOutput, ruleSchema, ruleTestSchema, ruleVersionSchema, runRuleTestsOutput, saveDraftOutput } from '../../server/rules/schema.ts';
import type { RuleDetail, RuleTestOutcome } from '../../server/rules/schema.ts';
import type { ApiClient } from './client.ts';
import { CliError, exitCodes } from './exit.ts';
import { readGiven } from './given-file.ts';
import { ageOf, formats, render, renderOne, type Format } from './output.ts';

/** What the commands need of the program around them. */
interface Surroundings {
  connect(): Promise<ApiClient>;
  out(text: string): void;
  standardInput(): Promise<string>;
  now(): number;
  /** Hears the exit code of a command that was carried out and did not end well. */
  end(exitCode: number): void;
}

const addressOf = (name: string): string => encodeURIComponent(name);
const answerFormat = (): Option => new Option('-o, --output <format>').choices(['table', 'json', 'yaml']).default('table');

/** Rules one at a time: checked, tried, kept as a draft, published. `get rules` lists them, `describe rule` shows one. */
export function ruleCommands(program: Command, { connect, out, standardInput, now, end }: Surroundings): void {
  const rule = program.command('rule').description('Rules: their texts, drafts and test cases. A FILE may be - for standard input.');
  rule.command('check <file>').description('Whether a text can be published, without keeping it; ends with 1 when it cannot.').addOption(answerFormat()).action(async (file: string, options: { output: Format }) => {
    const text = await readGiven(file, standardInput);
    const analysis = checkRuleOutput.parse(await (await connect()).send('POST', '/rule-checks', { text }));
    const lines = analysis.diagnostics.map(({ line, column, severity, message, hint }) => `${file === '-' ? 'standard input' : path.basename(file)}:${line}:${column}: ${severity}: ${message}${hint === undefined ? '' : ` (${hint})`}\n`);
    out(options.output === 'table' ? `${lines.join('')}${analysis.ok ? 'It can be published.\n' : ''}` : renderOne(analysis, options.output));
    if (!analysis.ok) end(exitCodes.differs);
  });
  rule.command('text <rule>').description('The text of the newest version, or of one as pump-watch@3.').option('--draft', 'of the draft').action(async (written: string, options: { draft?: true }) => {
    out(await textOf(await connect(), written, options.draft === true));
  });
  rule.command('publish <rule> <file>').description('Publish a text as the next version, when it passes the rule’s test cases.').option('--note <text>', 'kept with the version').addOption(answerFormat()).action(async (name: string, file: string, options: { note?: string; output: Format }) => {
    const answer = publishRuleOutput.parse(await (await connect()).send('POST', '/rules', { name, text: await readGiven(file, standardInput), note: options.note }));
    out(options.output === 'table' ? `rule/${name} published as version ${answer.version}\n` : renderOne(answer, options.output));
  });
  rule.command('draft <rule> <file>').description('Keep a text as the draft of a rule, in place of the one before.').action(async (name: string, file: string) => {
    const { revision } = saveDraftOutput.parse(await (await connect()).send('PUT', `/rules/${addressOf(name)}/draft`, { text: await readGiven(file, standardInput) }));
    out(`draft ${revision} of rule/${name} is kept; \`rule text ${name} --draft\` shows it\n`);
  });
  rule.command('discard-draft <rule>').description('Throw the draft of a rule away.').action(async (name: string) => {
    const { discarded } = z.looseObject({ discarded: z.boolean() }).parse(await (await connect()).send('DELETE', `/rules/${addressOf(name)}/draft`));
    out(discarded ? `the draft of rule/${name} is gone\n` : `rule/${name} has no draft\n`);
  });

  rule.command('tests <rule>').description('The test cases that a rule is held to.').addOption(new Option('-o, --output <format>', 'form of the answer').choices(formats).default('table')).action(async (name: string, options: { output: Format }) => {
    const cases = listRuleTestsOutput.parse(await (await connect()).get(`/rules/${addressOf(name)}/tests`));
    out(render(cases, [{ head: 'TEST', value: (one) => one.name }, { head: 'EVENTS', value: (one) => one.events.length }, { head: 'EXPECTS', value: (one) => one.expected.map(({ stream, rows }) => `${rows.length} ${stream}`).join(', ') }, { head: 'AGE', value: (one) => ageOf(one.savedAt, now()) }, { head: 'BY', wide: true, value: (one) => one.by }], (one) => one.name, options.output));
  });
  rule.command('add-test <rule> <file>').description('Hold a rule to a test case, in YAML or JSON as `rule tests -o yaml` shows them; one of the same name is replaced.').action(async (name: string, file: string) => {
    const test = testIn(await readGiven(file, standardInput), file);
    await (await connect()).send('PUT', `/rules/${addressOf(name)}/tests`, { test });
    out(`rule/${name} is held to “${test.name}”\n`);
  });
  rule.command('remove-test <rule> <test>').description('Hold a rule to a test case no more.').action(async (name: string, test: string) => {
    const { deleted } = z.looseObject({ deleted: z.boolean() }).parse(await (await connect()).send('DELETE', `/rules/${addressOf(name)}/tests/${addressOf(test)}`));
    if (!deleted) throw new CliError(exitCodes.notFound, `rule/${name} has no test case “${test}”.`);
    out(`rule/${name} is not held to “${test}” any more\n`);
  });
  rule.command('test <rule> [file]').description('Run the test cases of a rule over a text, else over its newest version; ends with 1 when one fails.').option('--draft', 'over the draft').addOption(answerFormat()).action(async (name: string, file: string | undefined, options: { draft?: true; output: Format }) => {
    const client = await connect();
    const text = file === undefined ? await textOf(client, name, options.draft === true) : await readGiven(file, standardInput);
    const outcomes = runRuleTestsOutput.parse(await client.send('POST', `/rules/${addressOf(name.split('@')[0] ?? name)}/test-runs`, { text }));
    out(options.output === 'table' ? outcomes.flatMap(linesOf).join('') || `rule/${name} has no test case\n` : renderOne(outcomes, options.output));
    if (outcomes.some(({ passed }) => !passed)) end(exitCodes.differs);
  });
}

async function textOf(client: ApiClient, written: string, draft: boolean): Promise<string> {
  const [name = '', version] = written.split('@');
  const rule = version === undefined ? ruleSchema.extend({ can: z.unknown() }).parse(await client.get(`/rules/${addressOf(name)}`)) : undefined;
  if (draft && rule !== undefined) return draftOf(rule);
  const wanted = version ?? rule?.versions[0]?.version;
  if (wanted === undefined) throw new CliError(exitCodes.notFound, `Nothing of rule ${name} was published yet; say --draft.`);
  return ruleVersionSchema.parse(await client.get(`/rules/${addressOf(name)}/versions/${wanted}`)).text;
}

function draftOf({ name, draft }: Pick<RuleDetail, 'name' | 'draft'>): string {
  if (draft === null) throw new CliError(exitCodes.notFound, `Rule ${name} has no draft.`);
  return draft.text;
}

function testIn(text: string, file: string): z.infer<typeof ruleTestSchema> {
  try {
    return ruleTestSchema.parse(parse(text));
  } catch (error) {
    throw new CliError(exitCodes.usage, `${file} is no test case: ${error instanceof z.ZodError ? z.prettifyError(error) : String(error)}`);
  }
}

function linesOf({ name, passed, problems, differences }: RuleTestOutcome): string[] {
  return [
    `${passed ? 'passed' : 'FAILED'}  ${name}\n`,
    ...problems.map((problem) => `  ! ${problem}\n`),
    ...differences.flatMap(({ stream, row, expected, found }) => [...(expected === undefined ? [] : [`  - ${stream} row ${row + 1} ${JSON.stringify(expected)}\n`]), ...(found === undefined ? [] : [`  + ${stream} row ${row + 1} ${JSON.stringify(found)}\n`])]),
  ];
}
