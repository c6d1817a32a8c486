import { Argument, type Command } from 'commander';
import { z } from 'zod';
import type { ApiClient } from './client.ts';
import { CliError, exitCodes } from './exit.ts';

const personSchema = z.looseObject({ id: z.string(), email: z.string() });
const peopleSchema = z.looseObject({ items: z.array(personSchema), invitations: z.array(personSchema) });

/** Members that go, invitations that are withdrawn, and what the organization asks of all. */
export function memberCommands(access: Command, connect: () => Promise<ApiClient>, out: (text: string) => void): void {
  const person = async (client: ApiClient, email: string, among: 'items' | 'invitations'): Promise<z.infer<typeof personSchema>> => {
    const found = peopleSchema.parse(await client.get('/members'))[among].find((one) => one.email === email.toLowerCase());
    if (found === undefined) throw new CliError(exitCodes.notFound, `There is no ${among === 'items' ? 'member' : 'open invitation of'} ${email}.`);
    return found;
  };
  access.command('remove <email>').description('Remove a member: their sessions end at once, what they did stays.').action(async (email: string) => {
    const client = await connect();
    const member = await person(client, email, 'items');
    await client.send('DELETE', `/members/${member.id}`);
    out(`${member.email} is no member any more\n`);
  });
  access.command('withdraw <email>').description('Withdraw an invitation: its link opens nothing any more.').action(async (email: string) => {
    const client = await connect();
    const invitation = await person(client, email, 'invitations');
    await client.send('DELETE', `/members/invitations/${invitation.id}`);
    out(`the invitation of ${invitation.email} is withdrawn\n`);
  });
  access.command('reset-second-factor <email>').description('Forget the second factor of a member who lost it.').action(async (email: string) => {
    const client = await connect();
    const member = await person(client, email, 'items');
    await client.send('POST', `/members/${member.id}/reset-second-factor`);
    out(`${member.email} signs in without a second factor, until there is another\n`);
  });
  access.command('second-factor').addArgument(new Argument('<choice>', 'what it is').choices(['required', 'optional'])).description('Whether the organization asks a second factor of everybody: required or optional.').action(async (written: string) => {
    await (await connect()).send('PUT', '/organization/second-factor', { required: written === 'required' });
    out(`a second factor is ${written}\n`);
  });
  access.command('rename-organization <name>').description('Give the organization another name.').action(async (name: string) => {
    await (await connect()).send('PATCH', '/organization', { name });
    out(`the organization is ${name} from now on\n`);
  });
}
