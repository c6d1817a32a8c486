import { Option, type Command } from 'commander';
import { z } from 'zod';
import type { ApiClient } from './client.ts';
import { find, kindOf } from './kinds.ts';
import { ageOf, formats, render, renderOne, type Column, type Format } from './output.ts';
import { positive } from './positive.ts';

const minuteMs = 60_000;
const countsSchema = z.record(z.string(), z.number());
const overviewSchema = z.looseObject({
  nodes: z.looseObject({ total: z.number(), byHealth: countsSchema, bySync: countsSchema, quarantined: z.number() }),
  rates: z.looseObject({ events: z.number(), predictions: z.number(), p99Us: z.number().nullable() }),
  rollouts: z.array(z.looseObject({ fleet: z.string(), state: z.string(), nodes: z.looseObject({ total: z.number(), running: z.number() }) })),
  needs: z.array(z.looseObject({ tone: z.string(), title: z.string(), detail: z.string() })),
});
const foundSchema = z.array(z.looseObject({ kind: z.string(), id: z.string(), name: z.string(), detail: z.string() }));
const streamsSchema = z.array(z.looseObject({ stream: z.string(), eventsPerSecond: z.number() }));
const seriesSchema = z.looseObject({ points: z.array(z.looseObject({ kind: z.string(), at: z.number(), events: z.number().optional(), predictions: z.number().optional(), detections: z.number().optional(), p50: z.number().nullish(), p99: z.number().nullish(), buffered: z.number().optional() })) });
const groupsSchema = z.looseObject({ items: z.array(z.looseObject({ title: z.string(), severity: z.string(), rule: z.string(), stream: z.string(), count: z.number(), nodes: z.number(), lastAt: z.number() })) });
type Overview = z.infer<typeof overviewSchema>;
type Found = z.infer<typeof foundSchema>[number];
type Point = z.infer<typeof seriesSchema>['points'][number];
type Group = z.infer<typeof groupsSchema>['items'][number];

const foundColumns: readonly Column<Found>[] = [{ head: 'KIND', value: (one) => one.kind }, { head: 'NAME', value: (one) => one.name }, { head: 'DETAIL', value: (one) => one.detail }, { head: 'ID', wide: true, value: (one) => one.id }];
const pointColumns: readonly Column<Point>[] = [
  { head: 'AT', value: (point) => new Date(point.at).toISOString() },
  { head: 'EVENTS', value: (point) => point.events },
  { head: 'PREDICTIONS', value: (point) => point.predictions },
  { head: 'DETECTIONS', value: (point) => point.detections },
  { head: 'P50', wide: true, value: (point) => point.p50 },
  { head: 'P99', value: (point) => point.p99 },
  { head: 'BUFFERED', wide: true, value: (point) => point.buffered },
];
const groupColumns = (now: number): readonly Column<Group>[] => [{ head: 'COUNT', value: (group) => group.count }, { head: 'NODES', value: (group) => group.nodes }, { head: 'SEVERITY', value: (group) => group.severity }, { head: 'TITLE', value: (group) => group.title }, { head: 'RULE', value: (group) => group.rule }, { head: 'STREAM', value: (group) => group.stream }, { head: 'LAST', value: (group) => ageOf(group.lastAt, now) }];

/** What the commands need of the program around them. */
interface Surroundings {
  connect(): Promise<ApiClient>;
  out(text: string): void;
  now(): number;
}

/** What pages show at a glance: all of it, what something is called, and figures over time. */
export function lookingCommands(program: Command, { connect, out, now }: Surroundings): void {
  const format = (): Option => new Option('-o, --output <format>', 'form of the answer').choices(formats).default('table');
  const answerFormat = (): Option => new Option('-o, --output <format>').choices(['table', 'json', 'yaml']).default('table');
  program.command('overview').description('What runs, and what needs a person.').addOption(answerFormat()).action(async (options: { output: Format }) => {
    const overview = overviewSchema.parse(await (await connect()).get('/overview'));
    out(options.output === 'table' ? inWords(overview) : renderOne(overview, options.output));
  });
  program.command('search <text>').description('Nodes, fleets, rules, models, deployments and repositories by what they are called.').addOption(format()).action(async (text: string, options: { output: Format }) => {
    out(render(foundSchema.parse(await (await connect()).get('/search', { query: text })), foundColumns, ({ name }) => name, options.output));
  });
  program.command('streams <node>').description('The streams of a node and their present rates; `capture` brings events of one.').addOption(format()).action(async (name: string, options: { output: Format }) => {
    const client = await connect();
    const { id } = await find(client, kindOf('node'), name);
    out(render(streamsSchema.parse(await client.get(`/nodes/${id}/streams`)), [{ head: 'STREAM', value: (one) => one.stream }, { head: 'EVENTS/S', value: (one) => one.eventsPerSecond.toFixed(1) }], ({ stream }) => stream, options.output));
  });
  program
    .command('figures [kind] [name]')
    .description('Rates a second and latencies in µs over time, of everything, or of a node or fleet.')
    .option('--for <minutes>', 'as far back', positive, 60)
    .addOption(format())
    .action(async (kind: string | undefined, name: string | undefined, options: { for: number; output: Format }) => {
      const client = await connect();
      const scope = kind === undefined || name === undefined ? { kind: 'all' } : { kind: kindOf(kind).names[0], id: (await find(client, kindOf(kind), name)).id };
      const { points } = seriesSchema.parse(await client.send('POST', '/telemetry/series', { scope, from: now() - options.for * minuteMs, to: now() }));
      out(render(points, pointColumns, ({ at }) => new Date(at).toISOString(), options.output));
    });
  program
    .command('detected')
    .description('What was detected how often, by rule and stream.')
    .addOption(new Option('--range <range>', 'as far back').choices(['15m', '1h', '6h', '24h', '7d']).default('24h'))
    .addOption(format())
    .action(async (options: { range: string; output: Format }) => {
      const { items } = groupsSchema.parse(await (await connect()).get('/detections/groups', { range: options.range }));
      out(render(items, groupColumns(now()), ({ title }) => title, options.output));
    });
}

function inWords({ nodes, rates, rollouts, needs }: Overview): string {
  const counted = (counts: Record<string, number>): string => Object.entries(counts).filter(([, count]) => count > 0).map(([status, count]) => `${count} ${status}`).join(', ');
  return [
    [`${nodes.total} ${nodes.total === 1 ? 'node' : 'nodes'}`, counted(nodes.byHealth), counted(nodes.bySync), ...(nodes.quarantined > 0 ? [`${nodes.quarantined} in quarantine`] : [])].filter((part) => part !== '').join('; '),
    `${rates.events.toFixed(1)} events/s, ${rates.predictions.toFixed(1)} predictions/s${rates.p99Us === null ? '' : `, p99 ${rates.p99Us} µs`}`,
    ...rollouts.map(({ fleet, state, nodes: { running, total } }) => `rollout of ${fleet}: ${state}, ${running} of ${total} running`),
    ...(needs.length === 0 ? ['Nothing needs a person.'] : needs.map(({ tone, title, detail }) => `${tone}: ${title}${detail === '' ? '' : ` (${detail})`}`)),
  ]
    .map((line) => `${line}\n`)
    .join('');
}
