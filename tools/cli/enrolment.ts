import { Option, type Command } from 'commander';
import { z } from 'zod';
import type { ApiClient } from './client.ts';
import { CliError, exitCodes } from './exit.ts';
import { labelled } from './nodes.ts';
import { ageOf, formats, render, type Column, type Format } from './output.ts';

const dayMs = 86_400_000;
const requestSchema = z.looseObject({ id: z.string(), name: z.string(), fingerprint: z.string(), agentVersion: z.string(), requestedAt: z.number(), claimedBy: z.looseObject({ fleets: z.array(z.looseObject({ name: z.string() })) }) });
const tokenSchema = z.looseObject({ id: z.string(), label: z.string(), state: z.string(), expiresAt: z.number(), uses: z.looseObject({ left: z.number(), total: z.number() }) });
type Request = z.infer<typeof requestSchema>;
type Token = z.infer<typeof tokenSchema>;

const requestColumns = (now: number): readonly Column<Request>[] => [
  { head: 'NAME', value: (request) => request.name },
  { head: 'FINGERPRINT', value: (request) => request.fingerprint },
  { head: 'FLEET', value: (request) => request.claimedBy.fleets.map((fleet) => fleet.name).join(',') },
  { head: 'AGENT', value: (request) => request.agentVersion },
  { head: 'AGE', value: (request) => ageOf(request.requestedAt, now) },
];
const tokenColumns: readonly Column<Token>[] = [
  { head: 'LABEL', value: (token) => token.label },
  { head: 'STATE', value: (token) => token.state },
  { head: 'LEFT', value: (token) => `${token.uses.left}/${token.uses.total}` },
  { head: 'EXPIRES', value: (token) => new Date(token.expiresAt).toISOString().slice(0, 16) },
];

/** What the commands need of the program around them. */
interface Surroundings {
  connect(): Promise<ApiClient>;
  out(text: string): void;
  now(): number;
}

/** Who may join: nodes that ask, and tokens that let them in without asking. */
export function enrolmentCommands(program: Command, { connect, out, now }: Surroundings): void {
  const enrol = program.command('enrol').description('Nodes that ask to join, and tokens that let nodes in.');
  const format = (): Option => new Option('-o, --output <format>', 'form of the answer').choices(formats).default('table');
  const waiting = async (client: ApiClient): Promise<Request[]> => (await client.list('/enrollment/requests', { state: 'Pending' })).map((one) => requestSchema.parse(one));

  enrol.command('list').description('Nodes that wait to be let in. Compare the fingerprint with what the machine shows.').addOption(format()).action(async (options: { output: Format }) => {
    out(render(await waiting(await connect()), requestColumns(now()), ({ name }) => name, options.output));
  });
  enrol
    .command('approve <node>')
    .description('Let a node in, by its name or fingerprint.')
    .option('--label <labels...>', 'labels that it is to have besides, as site=plant-3')
    .action(async (written: string, options: { label?: string[] }) => {
      const client = await connect();
      const request = oneOf(await waiting(client), written);
      await client.send('POST', `/enrollment/requests/${request.id}/approval`, options.label === undefined ? {} : { labels: labelled(z.record(z.string(), z.string()).catch({}).parse(request['labels']), options.label) });
      out(`${request.name} (${request.fingerprint}) is a node.\n`);
    });
  enrol.command('deny <node>').description('Turn a node away, by its name or fingerprint.').option('--reason <text>', 'is told to it, and stands in the audit').action(async (written: string, options: { reason?: string }) => {
    const client = await connect();
    const request = oneOf(await waiting(client), written);
    await client.send('POST', `/enrollment/requests/${request.id}/denial`, options.reason === undefined ? {} : { reason: options.reason });
    out(`${request.name} (${request.fingerprint}) is turned away.\n`);
  });
  enrol.command('tokens').description('Enrolment tokens, without their text.').addOption(format()).action(async (options: { output: Format }) => {
    out(render((await (await connect()).list('/enrollment/tokens')).map((one) => tokenSchema.parse(one)), tokenColumns, ({ label }) => label, options.output));
  });
  enrol
    .command('token <label>')
    .description('Make a token that lets nodes in; prints the command for the machine, this once.')
    .option('--label <labels...>', 'labels of the nodes that come by it, as site=plant-3')
    .option('--uses <count>', 'for so many nodes', (text) => z.coerce.number().int().min(1).max(10_000).parse(text), 1)
    .option('--days <count>', 'for how long', (text) => z.coerce.number().int().min(1).max(365).parse(text), 1)
    .action(async (label: string, options: { label?: string[]; uses: number; days: number }) => {
      const answer = await (await connect()).send('POST', '/enrollment/tokens', { label, labels: labelled({}, options.label ?? []), uses: options.uses, expiresAt: now() + options.days * dayMs });
      out(`${z.looseObject({ command: z.string() }).parse(answer).command}\n`);
    });
  enrol.command('revoke-token <label>').description('Take a token back: nobody comes by it any more.').action(async (label: string) => {
    const client = await connect();
    const found = (await client.list('/enrollment/tokens')).map((one) => tokenSchema.parse(one)).find((token) => token.label === label && token.state === 'Active');
    if (found === undefined) throw new CliError(exitCodes.notFound, `There is no active token ${label}.`);
    await client.send('DELETE', `/enrollment/tokens/${found.id}`);
    out(`token ${label} revoked\n`);
  });
}

/** Nodes that ask may have one name: then only the fingerprint says which is meant. */
function oneOf(requests: readonly Request[], written: string): Request {
  const [found, ...others] = requests.filter(({ name, fingerprint }) => name === written || fingerprint === written);
  if (found === undefined) throw new CliError(exitCodes.notFound, `No node ${written} waits to be let in.`);
  if (others.length > 0) throw new CliError(exitCodes.usage, `${others.length + 1} nodes called ${written} ask to join; say which by the fingerprint: ${[found, ...others].map(({ fingerprint }) => fingerprint).join(', ')}.`);
  return found;
}
