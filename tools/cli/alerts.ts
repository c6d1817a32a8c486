import { Option, type Command } from 'commander';
import { z } from 'zod';
import type { ApiClient } from './client.ts';
import { ageOf, formats, render, type Column, type Format } from './output.ts';
import { positive } from './positive.ts';

const alertSchema = z.looseObject({ title: z.string(), state: z.string(), mutedUntil: z.number().nullable() });
const channelSchema = z.looseObject({ id: z.string(), name: z.string(), kind: z.string(), target: z.string() });
const routeSchema = z.looseObject({ name: z.string(), severityMin: z.string(), fleet: z.looseObject({ name: z.string() }).nullable(), channels: z.array(z.looseObject({ name: z.string() })) });
const notificationsSchema = z.looseObject({ channels: z.array(channelSchema), routes: z.array(routeSchema) });
const deliverySchema = z.looseObject({ channel: z.looseObject({ name: z.string() }), alert: z.looseObject({ title: z.string() }).nullable(), event: z.string(), state: z.string(), attempts: z.number(), error: z.string().nullable(), createdAt: z.number() });

const channelColumns: readonly Column<z.infer<typeof channelSchema>>[] = [{ head: 'CHANNEL', value: (channel) => channel.name }, { head: 'KIND', value: (channel) => channel.kind }, { head: 'TARGET', value: (channel) => channel.target }];
const routeColumns: readonly Column<z.infer<typeof routeSchema>>[] = [
  { head: 'ROUTE', value: (route) => route.name },
  { head: 'FROM', value: (route) => route.severityMin },
  { head: 'FLEET', value: (route) => route.fleet?.name ?? 'all' },
  { head: 'TELLS', value: (route) => route.channels.map((channel) => channel.name).join(',') },
];
const deliveryColumns = (now: number): readonly Column<z.infer<typeof deliverySchema>>[] => [
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
  now(): number;
}

/** Alerts, which `get alerts -o wide` lists with their ids, and who is told of them. */
export function alertCommands(program: Command, { connect, out, now }: Surroundings): void {
  const alerts = program.command('alert').description('Take alerts on, and end them; by the ids of `get alerts -o wide`.');
  const each = async (ids: readonly string[], verb: string, body: object = {}): Promise<void> => {
    const client = await connect();
    for (const id of ids) {
      const { title, state, mutedUntil } = alertSchema.parse(await client.send('POST', `/alerts/${encodeURIComponent(id)}/${verb}`, body));
      out(`${title}: ${state}${mutedUntil === null || mutedUntil <= now() ? '' : `, muted until ${new Date(mutedUntil).toISOString()}`}\n`);
    }
  };
  alerts.command('acknowledge <ids...>').alias('ack').description('Take alerts on: others see by whom.').action((ids: string[]) => each(ids, 'acknowledge'));
  alerts.command('resolve <ids...>').description('End alerts; what happens again opens another.').action((ids: string[]) => each(ids, 'resolve'));
  alerts.command('mute <ids...>').description('Tell nobody of alerts for a while.').option('--minutes <count>', 'for how long', positive, 60).action((ids: string[], options: { minutes: number }) => each(ids, 'mute', { minutes: options.minutes }));

  const notify = program.command('notify').description('Who is told of alerts, and how that went.');
  const format = (): Option => new Option('-o, --output <format>', 'form of the answer').choices(formats).default('table');
  const read = async (client: ApiClient): Promise<z.infer<typeof notificationsSchema>> => notificationsSchema.parse(await client.get('/notifications'));
  notify.command('channels').description('By which ways people are told.').addOption(format()).action(async (options: { output: Format }) => out(render((await read(await connect())).channels, channelColumns, ({ name }) => name, options.output)));
  notify.command('routes').description('Who is told of what.').addOption(format()).action(async (options: { output: Format }) => out(render((await read(await connect())).routes, routeColumns, ({ name }) => name, options.output)));
  notify.command('test <channel>').description('Send a test by a channel; `notify deliveries` says how it went.').action(async (name: string) => {
    const client = await connect();
    const channel = (await read(client)).channels.find((one) => one.name === name || one.id === name);
    await client.send('POST', `/notifications/channels/${channel?.id ?? encodeURIComponent(name)}/test`);
    out(`A test goes out by ${channel?.name ?? name}.\n`);
  });
  notify.command('deliveries').description('What was told or is to be, newest first.').addOption(format()).option('--limit <count>', 'at most so many', positive, 20).action(async (options: { output: Format; limit: number }) => {
    const items = (await (await connect()).list('/notifications/deliveries', {}, options.limit)).map((one) => deliverySchema.parse(one));
    out(render(items, deliveryColumns(now()), ({ event }) => event, options.output));
  });
}
