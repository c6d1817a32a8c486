import { Option, type Command } from 'commander';
import { z } from 'zod';
import type { ApiClient } from './client.ts';
import { CliError, exitCodes } from './exit.ts';
import { find, kindOf } from './kinds.ts';
import { ageOf, formats, render, type Column, type Format } from './output.ts';

const dayMs = 86_400_000;

const fleetsSchema = z.array(z.looseObject({ id: z.string(), name: z.string().nullable() })).nullable();
const memberSchema = z.looseObject({ id: z.string(), name: z.string(), email: z.string(), role: z.string(), fleets: fleetsSchema, also: z.array(z.looseObject({ role: z.string(), fleets: fleetsSchema })), secondFactor: z.boolean(), lastSignInAt: z.number().nullable() });
const roleSchema = z.looseObject({ id: z.string().nullable(), name: z.string(), capabilities: z.array(z.string()), members: z.number() });
const tokenSchema = z.looseObject({ id: z.string(), name: z.string(), prefix: z.string(), scopes: z.array(z.string()), fleets: fleetsSchema, state: z.string(), expiresAt: z.number(), lastUsedAt: z.number().nullable() });
const membersSchema = z.looseObject({ items: z.array(memberSchema) });
const rolesSchema = z.looseObject({ items: z.array(roleSchema) });

type Member = z.infer<typeof memberSchema>;
type Role = z.infer<typeof roleSchema>;
type Token = z.infer<typeof tokenSchema>;

const where = (fleets: z.infer<typeof fleetsSchema>): string => (fleets === null ? 'everywhere' : fleets.map((fleet) => fleet.name ?? fleet.id).join(','));

const memberColumns = (now: number): readonly Column<Member>[] => [
  { head: 'EMAIL', value: (member) => member.email },
  { head: 'NAME', value: (member) => member.name },
  { head: 'ROLE', value: (member) => member.role },
  { head: 'WHERE', value: (member) => where(member.fleets) },
  { head: 'ALSO', value: (member) => member.also.map((grant) => `${grant.role} ${where(grant.fleets)}`).join('; ') },
  { head: 'FACTOR', wide: true, value: (member) => (member.secondFactor ? 'on' : 'off') },
  { head: 'SEEN', value: (member) => ageOf(member.lastSignInAt, now) },
];
const roleColumns: readonly Column<Role>[] = [
  { head: 'ROLE', value: (role) => role.name },
  { head: 'MEMBERS', value: (role) => role.members },
  { head: 'MAY', value: (role) => role.capabilities.join(',') },
];
const tokenColumns = (now: number): readonly Column<Token>[] => [
  { head: 'NAME', value: (token) => token.name },
  { head: 'BEGINS', value: (token) => token.prefix },
  { head: 'STATE', value: (token) => token.state },
  { head: 'WHERE', value: (token) => where(token.fleets) },
  { head: 'USED', value: (token) => ageOf(token.lastUsedAt, now) },
  { head: 'MAY', value: (token) => token.scopes.join(',') },
];

/** What the commands need of the program around them. */
interface Surroundings {
  connect(): Promise<ApiClient>;
  out(text: string): void;
  now(): number;
}

/** Who may do what: members, roles and API tokens. */
export function addAccessCommands(program: Command, { connect, out, now }: Surroundings): Command {
  const access = program.command('access').description('Who may do what: members, roles and API tokens.');
  const format = (): Option => new Option('-o, --output <format>', 'form of the answer').choices(formats).default('table');
  const list = (text: string): string[] => text.split(',').map((part) => part.trim()).filter((part) => part !== '');
  const may = (): Option => new Option('--may <capabilities>', 'as nodes:read,nodes:write').argParser(list).makeOptionMandatory();
  const fleets = (): Option => new Option('--fleets <names>', 'only in these fleets').argParser(list);

  access.command('members').description('Who is a member, with role and fleets.').addOption(format()).action(async (options: { output: Format }) => {
    out(render(await readMembers(await connect()), memberColumns(now()), (member) => member.email, options.output));
  });
  access.command('roles').description('Roles, and what each may do.').addOption(format()).action(async (options: { output: Format }) => {
    out(render(await readRoles(await connect()), roleColumns, (role) => role.name, options.output));
  });
  access.command('tokens').description('API tokens, newest first, without their text.').addOption(format()).action(async (options: { output: Format }) => {
    out(render(await readTokens(await connect()), tokenColumns(now()), (token) => token.name, options.output));
  });

  access
    .command('set <email>')
    .description('Give a member another role, limit them to other fleets, or give them further roles, each where it holds.')
    .option('--role <name>', 'what they may do')
    .addOption(fleets().conflicts('everywhere'))
    .option('--everywhere', 'in the whole organization')
    .option('--also <role=fleets...>', 'further roles in place of those that were, as viewer=south,west; a role alone holds everywhere')
    .option('--no-also', 'no further role')
    .action(async (email: string, options: { role?: string; fleets?: string[]; everywhere?: true; also?: string[] | boolean }) => {
      const client = await connect();
      const member = (await readMembers(client)).find((one) => one.email === email.toLowerCase());
      if (member === undefined) throw new CliError(exitCodes.notFound, `There is no member ${email}.`);
      const limit = options.everywhere === true ? 'all' : options.fleets === undefined ? undefined : await idsOf(client, options.fleets);
      const also = options.also === false ? [] : Array.isArray(options.also) ? await Promise.all(options.also.map((text) => grantOf(client, text, list))) : undefined;
      await client.send('PATCH', `/members/${member.id}`, { role: options.role, fleets: limit, also });
      const now = (await readMembers(client)).find(({ id }) => id === member.id) ?? member;
      out(`${now.email} ${[now, ...now.also].map(({ role, fleets: holds }) => `${role}, ${where(holds)}`).join('; ')}\n`);
    });
  access
    .command('invite <email>')
    .description('Invite a person; prints the link to hand over, this once.')
    .requiredOption('--name <name>', 'as people call them')
    .requiredOption('--role <name>', 'what they may do')
    .addOption(fleets())
    .action(async (email: string, options: { name: string; role: string; fleets?: string[] }) => {
      const client = await connect();
      const answer = await client.send('POST', '/members/invitations', { email, name: options.name, role: options.role, ...(options.fleets !== undefined && { fleets: await idsOf(client, options.fleets) }) });
      out(`${z.looseObject({ link: z.string() }).parse(answer).link}\n`);
    });
  access.command('role <name>').description('Make a role of the organization’s own, or change what it may.').addOption(may()).action(async (name: string, options: { may: string[] }) => {
    const client = await connect();
    const known = (await readRoles(client)).find((role) => role.name === name && role.id !== null);
    if (known === undefined) await client.send('POST', '/roles', { name, capabilities: options.may });
    else await client.send('PATCH', `/roles/${known.id}`, { capabilities: options.may });
    out(`role ${name} ${known === undefined ? 'made' : 'changed'}\n`);
  });
  access.command('remove-role <name>').description('Remove a role that nobody has.').action(async (name: string) => {
    const client = await connect();
    const known = (await readRoles(client)).find((role) => role.name === name && role.id !== null);
    if (known === undefined) throw new CliError(exitCodes.notFound, `The organization has made no role ${name}.`);
    await client.send('DELETE', `/roles/${known.id}`);
    out(`role ${name} removed\n`);
  });
  access
    .command('token <name>')
    .description('Make an API token; prints it, this once.')
    .addOption(may())
    .addOption(fleets())
    .option('--days <count>', 'for how long', (text) => z.coerce.number().int().min(1).max(731).parse(text), 30)
    .action(async (name: string, options: { may: string[]; fleets?: string[]; days: number }) => {
      const client = await connect();
      const limit = options.fleets === undefined ? 'all' : await idsOf(client, options.fleets);
      const answer = await client.send('POST', '/tokens', { name, scopes: options.may, fleets: limit, expiresAt: now() + options.days * dayMs });
      out(`${z.looseObject({ token: z.string() }).parse(answer).token}\n`);
    });
  access.command('revoke-token <name>').description('Revoke an API token, by its name or by how it begins.').action(async (name: string) => {
    const client = await connect();
    const [token, ...others] = (await readTokens(client)).filter((one) => one.state === 'active' && (one.name === name || one.prefix === name));
    if (token === undefined) throw new CliError(exitCodes.notFound, `There is no active token ${name}.`);
    if (others.length > 0) throw new CliError(exitCodes.usage, `${others.length + 1} active tokens are called ${name}; say how the one begins: ${[token, ...others].map((one) => one.prefix).join(', ')}.`);
    await client.send('DELETE', `/tokens/${token.id}`);
    out(`token ${token.name} (${token.prefix}) revoked\n`);
  });
  return access;
}

/** A further role as it is written: `viewer=south,west`, or `author` for everywhere. */
async function grantOf(client: ApiClient, text: string, list: (text: string) => string[]): Promise<{ role: string; fleets: 'all' | string[] }> {
  const at = text.lastIndexOf('=');
  return at < 0 ? { role: text, fleets: 'all' } : { role: text.slice(0, at), fleets: await idsOf(client, list(text.slice(at + 1))) };
}

async function readMembers(client: ApiClient): Promise<Member[]> {
  return membersSchema.parse(await client.get('/members')).items;
}

async function readRoles(client: ApiClient): Promise<Role[]> {
  return rolesSchema.parse(await client.get('/roles')).items;
}

async function readTokens(client: ApiClient): Promise<Token[]> {
  return (await client.list('/tokens')).map((token) => tokenSchema.parse(token));
}

async function idsOf(client: ApiClient, names: readonly string[]): Promise<string[]> {
  return Promise.all(names.map(async (name) => (await find(client, kindOf('fleet'), name)).id));
}
