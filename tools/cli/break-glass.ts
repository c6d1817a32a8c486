import { Option, type Command } from 'commander';
import { z } from 'zod';
import { createBreakGlassOutput, listBreakGlassOutput, type BreakGlassCode } from '../../server/identity/break-glass/schema.ts';
import { type ApiClient, openByCode } from './client.ts';
import { CliError, exitCodes } from './exit.ts';
import { ageOf, formats, render, renderOne, type Column, type Format } from './output.ts';
import { keepProfile } from './profile.ts';

const columns = (now: number): readonly Column<BreakGlassCode>[] => [
  { head: 'KEPT', value: (code) => code.label },
  { head: 'STATE', value: (code) => code.state },
  { head: 'AGE', value: (code) => ageOf(code.createdAt, now) },
  { head: 'USED', value: (code) => ageOf(code.used?.at, now) },
  { head: 'BY', value: (code) => code.used?.by },
  { head: 'REASON', value: (code) => code.used?.reason },
  { head: 'EXPIRES', wide: true, value: (code) => new Date(code.expiresAt).toISOString() },
  { head: 'MADE BY', wide: true, value: (code) => code.createdBy },
  { head: 'FROM', wide: true, value: (code) => code.used?.address },
  { head: 'ID', wide: true, value: (code) => code.id },
];

/** What the commands need of the program around them. */
interface Surroundings {
  connect(): Promise<ApiClient>;
  out(text: string): void;
  standardInput(): Promise<string>;
  now(): number;
  profileFile: string;
}

/** Codes for the day when nobody can sign in otherwise: made and put away before, and used on that day. */
export function breakGlassCommands(program: Command, { connect, out, standardInput, now, profileFile }: Surroundings): void {
  const codes = program.command('break-glass').description('Codes for the day when nobody can sign in otherwise.');
  const format = (): Option => new Option('-o, --output <format>', 'form of the answer').choices(formats).default('table');
  const answerFormat = (): Option => new Option('-o, --output <format>').choices(['table', 'json', 'yaml']).default('table');
  codes.command('list').description('Codes, newest first, and who used which, when and why.').addOption(format()).action(async (options: { output: Format }) => {
    out(render(await readCodes(await connect()), columns(now()), (code) => code.label, options.output));
  });
  codes.command('make <label>').description('Make a code that opens everything once, for an hour; prints it, this once. The label says where it is kept.').addOption(answerFormat()).action(async (label: string, options: { output: Format }) => {
    const answer = createBreakGlassOutput.parse(await (await connect()).send('POST', '/break-glass-codes', { label }));
    out(options.output === 'table' ? `${answer.code}\n` : renderOne(answer, options.output));
  });
  codes.command('revoke <code>').description('Revoke a code, by its id or where it is kept; whoever is in by it is out at once.').addOption(answerFormat()).action(async (written: string, options: { output: Format }) => {
    const client = await connect();
    const [code, ...others] = (await readCodes(client)).filter(({ id, label, state }) => id === written || (label === written && (state === 'Sealed' || state === 'InUse')));
    if (code === undefined) throw new CliError(exitCodes.notFound, `There is no code ${written} that opens anything.`);
    if (others.length > 0) throw new CliError(exitCodes.usage, `${others.length + 1} codes are kept at ${written}; say which by its id: ${[code, ...others].map(({ id }) => id).join(', ')}.`);
    await client.send('DELETE', `/break-glass-codes/${code.id}`);
    out(options.output === 'table' ? `The code kept at ${code.label} is revoked.\n` : renderOne({ id: code.id, label: code.label, revoked: true }, options.output));
  });
  codes
    .command('open <url>')
    .description('Come in by a code from standard input: everything, for an hour, told to everybody. Commands act by it until then, or until `logout`.')
    .requiredOption('--name <name>', 'who you are')
    .requiredOption('--reason <text>', 'why, in a sentence; it is told to everybody, and kept')
    .addOption(answerFormat())
    .action(async (url: string, options: { name: string; reason: string; output: Format }) => {
      const code = (await standardInput()).trim();
      if (code === '') throw new CliError(exitCodes.usage, 'Give the code on standard input: `selvedge break-glass open URL … < code`.');
      const profile = await openByCode(url.replace(/\/+$/, ''), { code, name: options.name, reason: options.reason });
      await keepProfile(profileFile, profile);
      out(options.output === 'table' ? 'You are in, for an hour. Each thing that you do says so.\n' : renderOne({ url: profile.url, open: true }, options.output));
    });
}

async function readCodes(client: ApiClient): Promise<BreakGlassCode[]> {
  return listBreakGlassOutput.extend({ can: z.unknown() }).parse(await client.get('/break-glass-codes')).items;
}
