import { Option, type Command } from 'commander';
import { parse } from 'yaml';
import { z } from 'zod';
import { alertSettingsSchema, alertSourceSchema, channelSettingsSchema, deliverySchema, notificationsOutput, severitySchema } from '../../server/alerts/schema.ts';
import type { Channel, ChannelSettings, Delivery, Route } from '../../server/alerts/schema.ts';
import type { ApiClient } from './client.ts';
import { CliError, exitCodes } from './exit.ts';
import { readGiven } from './given-file.ts';
import { find, kindOf } from './kinds.ts';
import { ageOf, formats, render, renderOne, type Column, type Format } from './output.ts';
import { secretCommands } from './notification-secrets.ts';
import { positive } from './positive.ts';

const channelColumns: readonly Column<Channel>[] = [{ head: 'CHANNEL', value: (channel) => channel.name }, { head: 'KIND', value: (channel) => channel.kind }, { head: 'TARGET', value: (channel) => channel.target }, { head: 'BY', wide: true, value: (channel) => channel.createdBy }];
const routeColumns: readonly Column<Route>[] = [
  { head: 'ROUTE', value: (route) => route.name },
  { head: 'FROM', value: (route) => route.severityMin },
  { head: 'FLEET', value: (route) => route.fleet?.name ?? 'all' },
  { head: 'TELLS', value: (route) => route.channels.map((channel) => channel.name).join(',') },
  { head: 'SOURCES', wide: true, value: (route) => route.sources.join(',') || 'all' },
  { head: 'RULE', wide: true, value: (route) => route.rule ?? 'all' },
  { head: 'ENDS', wide: true, value: (route) => (route.tellsResolved ? 'told' : 'not told') },
];
const deliveryColumns = (now: number): readonly Column<Delivery>[] => [
  { head: 'AGE', value: (delivery) => ageOf(delivery.createdAt, now) },
  { head: 'CHANNEL', value: (delivery) => delivery.channel.name },
  { head: 'EVENT', value: (delivery) => delivery.event },
  { head: 'STATE', value: (delivery) => delivery.state },
  { head: 'ATTEMPTS', value: (delivery) => delivery.attempts },
  { head: 'ALERT', value: (delivery) => delivery.alert?.title },
  { head: 'ERROR', value: (delivery) => delivery.error },
];

/** What the commands need of the program around them. */
interface Surroundings {
  connect(): Promise<ApiClient>;
  out(text: string): void;
  standardInput(): Promise<string>;
  now(): number;
}

interface RouteOptions {
  to: string[];
  from?: string;
  source?: string[];
  rule?: string;
  fleet?: string;
  resolved: boolean;
}

/** Who is told of alerts, by which ways, and how that went. */
export function notificationCommands(program: Command, { connect, out, standardInput, now }: Surroundings): void {
  const notify = program.command('notify').description('Who is told of alerts, and how that went.');
  const format = (): Option => new Option('-o, --output <format>', 'form of the answer').choices(formats).default('table');
  notify.command('channels').description('By which ways people are told.').addOption(format()).action(async (options: { output: Format }) => out(render((await read(await connect())).channels, channelColumns, ({ name }) => name, options.output)));
  notify
    .command('add-channel <name> <file>')
    .description('Tell people by another way. FILE, or - for standard input, says in YAML or JSON how: `kind: slack` and `url`; `webhook`, `url` and `secret` if messages are to be signed; `pagerduty` and `routingKey`; `email` with `smtp` as smtps://user:password@host:465, `from` and `to`. ${secret:NAME} stands for a secret that `set-secret` keeps.')
    .action(async (name: string, file: string) => {
      const settings = settingsIn(await readGiven(file, standardInput), file);
      await (await connect()).send('POST', '/notifications/channels', { name, settings });
      out(`channel ${name} added; \`notify test ${name}\` tries it\n`);
    });
  notify
    .command('change-channel <name> [file]')
    .description('Call a channel otherwise, or have it go where FILE says, as `add-channel` takes it; routes keep it, and what waits to be told goes there too.')
    .option('--name <name>', 'its other name')
    .action(async (written: string, file: string | undefined, options: { name?: string }) => {
      if (file === undefined && options.name === undefined) throw new CliError(exitCodes.usage, 'Say what changes: a FILE with its settings, or --name.');
      const settings = file === undefined ? undefined : settingsIn(await readGiven(file, standardInput), file);
      const client = await connect();
      const { id, name } = namedOf((await read(client)).channels, written, 'channel');
      await client.send('PATCH', `/notifications/channels/${id}`, { ...(options.name !== undefined && { name: options.name }), ...(settings !== undefined && { settings }) });
      out(`channel ${options.name ?? name} changed; \`notify test ${options.name ?? name}\` tries it\n`);
    });
  notify.command('remove-channel <name>').description('Tell nobody by a channel any more; what waits to be told by it is gone.').action(async (name: string) => {
    const client = await connect();
    const { channels } = await read(client);
    await client.send('DELETE', `/notifications/channels/${namedOf(channels, name, 'channel').id}`);
    out(`channel ${name} removed\n`);
  });
  notify.command('test <channel>').description('Send a test by a channel; `notify deliveries` says how it went.').action(async (name: string) => {
    const client = await connect();
    const channel = namedOf((await read(client)).channels, name, 'channel');
    await client.send('POST', `/notifications/channels/${channel.id}/test`);
    out(`A test goes out by ${channel.name}.\n`);
  });

  secretCommands(notify, { connect, out, standardInput, now });
  notify.command('routes').description('Who is told of what.').addOption(format()).action(async (options: { output: Format }) => out(render((await read(await connect())).routes, routeColumns, ({ name }) => name, options.output)));
  const routeOptions = (command: Command): Command =>
    command
      .addOption(new Option('--from <severity>', 'what is at least so severe').choices(severitySchema.options))
      .addOption(new Option('--source <sources...>', 'what alerts are about; all when left out').choices(alertSourceSchema.options))
      .option('--rule <name>', 'detections of this rule alone')
      .option('--fleet <name>', 'what is about this fleet alone')
      .option('--no-resolved', 'nothing of what is over');
  routeOptions(notify.command('add-route <name>').description('Say whom to tell of what.').requiredOption('--to <channels...>', 'the channels to tell by')).action(async (name: string, options: RouteOptions) => {
    const client = await connect();
    const route = await routeOf(client, name, options);
    await client.send('POST', '/notifications/routes', route);
    out(`route ${name} added: from ${route.severityMin} on, ${options.to.join(', ')}\n`);
  });
  routeOptions(notify.command('change-route <name>').description('Put another route in the place of one: what is left out is as in a new one.').requiredOption('--to <channels...>', 'the channels to tell by').option('--name <name>', 'call it otherwise')).action(async (written: string, options: RouteOptions & { name?: string }) => {
    const client = await connect();
    const { id, name } = namedOf((await read(client)).routes, written, 'route');
    const route = await routeOf(client, options.name ?? name, options);
    await client.send('PUT', `/notifications/routes/${id}`, route);
    out(`route ${route.name} changed: from ${route.severityMin} on, ${options.to.join(', ')}\n`);
  });
  notify.command('remove-route <name>').description('Take a route away.').action(async (name: string) => {
    const client = await connect();
    const { routes } = await read(client);
    await client.send('DELETE', `/notifications/routes/${namedOf(routes, name, 'route').id}`);
    out(`route ${name} removed\n`);
  });
  notify
    .command('settings')
    .description('After how many minutes without a connection there is an alert of a node; with the option, change it.')
    .option('--offline-minutes <count>', 'from 1 to 43200', positive)
    .addOption(new Option('-o, --output <format>').choices(['table', 'json', 'yaml']).default('table'))
    .action(async (options: { offlineMinutes?: number; output: Format }) => {
      const client = await connect();
      const answer = options.offlineMinutes === undefined ? await client.get('/settings/alerts') : await client.send('PUT', '/settings/alerts', { offlineMinutes: options.offlineMinutes });
      const settings = alertSettingsSchema.parse(answer);
      out(options.output === 'table' ? `a node may be away for ${settings.offlineMinutes} min\n` : renderOne(settings, options.output));
    });
  notify.command('deliveries').description('What was told or is to be, newest first.').addOption(format()).option('--channel <name>', 'by this channel alone').option('--limit <count>', 'at most so many', positive, 20).action(async (options: { output: Format; channel?: string; limit: number }) => {
    const client = await connect();
    const channel = options.channel === undefined ? undefined : namedOf((await read(client)).channels, options.channel, 'channel').id;
    const items = (await client.list('/notifications/deliveries', { channel }, options.limit)).map((one) => deliverySchema.parse(one));
    out(render(items, deliveryColumns(now()), ({ event }) => event, options.output));
  });
}

async function read(client: ApiClient): Promise<Pick<z.infer<typeof notificationsOutput>, 'channels' | 'routes'>> {
  return notificationsOutput.extend({ can: z.unknown() }).parse(await client.get('/notifications'));
}

/** A route as the options say it. */
async function routeOf(client: ApiClient, name: string, { to, from = 'warning', source, rule, fleet, resolved }: RouteOptions) {
  const { channels } = await read(client);
  const limits = { ...(source !== undefined && { sources: source }), ...(rule !== undefined && { rule }), ...(fleet !== undefined && { fleet: (await find(client, kindOf('fleet'), fleet)).id }) };
  return { name, severityMin: from, channels: to.map((one) => namedOf(channels, one, 'channel').id), tellsResolved: resolved, ...limits };
}

/** One by its name or id. Routes may share a name: then the id says which. */
function namedOf<T extends { id: string; name: string }>(items: readonly T[], written: string, what: string): T {
  const [found, ...others] = items.filter(({ id, name }) => id === written || name === written);
  if (found === undefined) throw new CliError(exitCodes.notFound, `There is no ${what} ${written}.`);
  if (others.length > 0) throw new CliError(exitCodes.usage, `${others.length + 1} ${what}s are called ${written}; say which by its id: ${[found, ...others].map(({ id }) => id).join(', ')}.`);
  return found;
}

/** What is wrong is said without what was given: it may be secret. */
function settingsIn(text: string, file: string): ChannelSettings {
  let given: unknown;
  try {
    given = parse(text);
  } catch {
    throw new CliError(exitCodes.usage, `${file} is no YAML.`);
  }
  const parsed = channelSettingsSchema.safeParse(given);
  if (!parsed.success) throw new CliError(exitCodes.usage, `${file}: ${parsed.error.issues.map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`)).join('; ')}`);
  return parsed.data;
}
