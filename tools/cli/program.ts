import { Command, CommanderError, Option } from 'commander';
import { z } from 'zod';
import type { Io } from './io.ts';
import { addAccessCommands } from './access.ts';
import { alertCommands } from './alerts.ts';
import { auditCommands } from './audit.ts';
import { breakGlassCommands } from './break-glass.ts';
import { applyOne, changesOf, linesOf } from './changes.ts';
import { labelOf, type DocumentChange } from '../../server/documents/schema.ts';
import { budgetsOf } from './budgets.ts';
import { ApiClient } from './client.ts';
import { completionOf, shells } from './completion.ts';
import { readDocuments } from './documents.ts';
import { exportCommand } from './export.ts';
import { enrolmentCommands } from './enrolment.ts';
import { CliError, exitCodes } from './exit.ts';
import { fleetCommands } from './fleets.ts';
import { addressed, find, kindOf, kinds, nameOf, type Item } from './kinds.ts';
import { lookingCommands } from './looking.ts';
import { memberCommands } from './members.ts';
import { asOf, momentOf } from './moment.ts';
import { modelCommands } from './models.ts';
import { nodeKeyCommands } from './node-keys.ts';
import { nodeCommands } from './nodes.ts';
import { notificationCommands } from './notifications.ts';
import { offlineCommands } from './offline.ts';
import { formats, render, renderOne, type Format } from './output.ts';
import { forgetProfile, keepProfile, readProfile } from './profile.ts';
import { positive } from './positive.ts';
import { rolloutCommands, untilOver } from './rollout-commands.ts';
import { planNodeLines, rehearsalLines } from './rollouts.ts';
import { addRepositoryCommands } from './repositories.ts';
import { ruleCommands } from './rules.ts';
import { signingKeyCommands } from './signing-keys.ts';
import { signingCommands } from './signing.ts';
import { capture, logs, pauseBetweenLooks, top, watchItems } from './watching.ts';
import { backtest, described, isSame } from './backtest.ts';

const explanationSchema = z.looseObject({
  settled: z.boolean(),
  headline: z.string(),
  causes: z.array(z.looseObject({ code: z.string(), title: z.string(), detail: z.string(), evidence: z.array(z.looseObject({ name: z.string(), value: z.unknown() })), byItself: z.looseObject({ what: z.string() }).nullable(), canDo: z.array(z.string()) })),
});

/** Runs one command line and answers its exit code. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const state = { exitCode: exitCodes.done as number };
  const program = buildProgram(io, (code) => (state.exitCode = code));
  try {
    await program.parseAsync([...args], { from: 'user' });
    return state.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    if (error instanceof z.ZodError) {
      io.error(`The control plane answered in a way that this version does not know: ${z.prettifyError(error)}\n`);
      return exitCodes.refused;
    }
    if (!(error instanceof CliError)) throw error;
    io.error(`${error.message}\n`);
    return error.exitCode;
  }
}

/** The program with all of its commands; `end` hears the exit code of one that was carried out and did not end well. */
export function buildProgram(io: Io, end: (exitCode: number) => void): Command {
  const connect = async (): Promise<ApiClient> => new ApiClient(await readProfile(io.profileFile, io.given));
  const program = new Command('selvedge')
    .description('Speaks to a Selvedge control plane.')
    .version(io.version)
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.out(text), writeErr: (text) => io.error(text) })
    .showSuggestionAfterError();
  const format = (): Option => new Option('-o, --output <format>', 'form of the answer').choices(formats).default('table');
  const at = (): Option => new Option('--at <moment>', 'as it stood then, of nodes, fleets and a deployment: a time, as 2026-11-27T08:00Z, or how long ago, as 2h').argParser(momentOf(() => io.now()));

  program.command('login <url>').description('Sign in with an API token from standard input, and keep it for this user.').action(async (url: string) => {
    const token = (await io.standardInput()).trim();
    if (token === '') throw new CliError(exitCodes.usage, 'Give the token on standard input: `selvedge login URL < token`.');
    const profile = { url: url.replace(/\/+$/, ''), token };
    const me = meSchema.parse(await new ApiClient(profile).get('/me'));
    await keepProfile(io.profileFile, profile);
    io.out(`Signed in to ${me.organization.name} as ${me.user.name}.\n`);
  });
  program.command('logout').description('Forget the kept token.').action(() => forgetProfile(io.profileFile));
  program.command('whoami').description('Who the token stands for, and what it may do.').action(async () => {
    const me = meSchema.parse(await (await connect()).get('/me'));
    io.out(`${me.user.name} in ${me.organization.name}, ${me.role ?? 'token'}${me.fleets === null ? '' : ` limited to ${me.fleets.map((fleet) => fleet.name ?? fleet.id).join(', ')}`}: ${me.capabilities.join(' ')}\n`);
  });

  program
    .command('get <kind> [names...]')
    .description(`List ${kinds.map((kind) => kind.names[1]).join(', ')}, or some by name.`)
    .addOption(format())
    .option('-l, --selector <labels>', 'nodes by labels, as site=plant-3,!spare')
    .option('--limit <count>', 'at most so many', positive, 1000)
    .addOption(at().conflicts('watch'))
    .option('-w, --watch', 'go on with what changes, until interrupted')
    .action(async (given: string, more: string[], options: { output: Format; selector?: string; limit: number; at?: number; watch?: true }) => {
      const one = more.length === 0 && given.includes('/') ? addressed(given, undefined) : undefined;
      const [kind, names] = [one?.kind ?? kindOf(given), one === undefined ? more : [one.name]];
      const client = await connect();
      const when = asOf(kind, options.at, 'list');
      const read = async (): Promise<Item[]> => (names.length > 0 ? await Promise.all(names.map((name) => find(client, kind, name, when))) : (await client.list(kind.path, { label: options.selector, ...when }, options.limit)).map((one) => kind.schema.parse(one)));
      if (options.watch === true) {
        if (options.output !== 'table' && options.output !== 'wide') throw new CliError(exitCodes.usage, 'What is watched is shown as a table: leave -o out, or say wide.');
        return watchItems(read, (now) => kind.columns(now).filter((column) => column.wide !== true || options.output === 'wide'), () => io.now(), pauseBetweenLooks, (text) => io.out(text));
      }
      const items = await read();
      if (items.length === 0 && (options.output === 'table' || options.output === 'wide')) io.error(`There are no ${kind.names[1]}.\n`);
      else io.out(render(items, kind.columns(io.now()), nameOf, options.output));
    });
  program.command('describe <kind> [name]').description('One thing with everything that is known of it, as fleet NAME or fleet/NAME.').addOption(new Option('-o, --output <format>').choices(['yaml', 'json']).default('yaml')).addOption(at()).action(async (written: string, given: string | undefined, options: { output: Format; at?: number }) => {
    const { kind, name } = addressed(written, given);
    const client = await connect();
    const when = asOf(kind, options.at, 'one');
    const item = await find(client, kind, name, when);
    const known = z.looseObject({}).parse(await client.get(`${kind.path}/${encodeURIComponent(kind.key === 'id' ? item.id : nameOf(item))}`, when));
    const budget = kind.path === '/nodes' && options.at === undefined ? (await budgetsOf(client, [item.id])).get(item.id) : undefined;
    io.out(renderOne(budget === undefined ? known : { ...known, telemetryBudget: budget }, options.output));
  });
  program.command('why <kind> [name]').description('Why a node or deployment is not where it should be, or was not at a moment of the past; of a fleet’s name, the newest deployment by then.').addOption(new Option('-o, --output <format>').choices(['table', 'json', 'yaml']).default('table')).addOption(at()).action(async (written: string, given: string | undefined, options: { output: Format; at?: number }) => {
    const { kind, name } = addressed(written, given);
    const client = await connect();
    const [noun] = kind.names;
    if (noun !== 'node' && noun !== 'deployment') throw new CliError(exitCodes.usage, `'why' answers for nodes and deployments, not for ${kind.names[1]}.`);
    const when = asOf(kind, options.at, 'one');
    const { id } = await find(client, kind, name, when);
    const explanation = explanationSchema.parse(noun === 'node' ? await client.get(`/nodes/${id}/why`, when) : await client.get(`/deployments/${id}/why`, when));
    io.out(options.output === 'table' ? explained(explanation) : renderOne(explanation, options.output));
    if (!explanation.settled) end(exitCodes.differs);
  });

  program.command('delete <kind> [name]').description('Remove a fleet; its nodes go on running what they run.').action(async (written: string, given: string | undefined) => {
    const { kind, name } = addressed(written, given);
    const client = await connect();
    if (kind.path !== '/fleets') throw new CliError(exitCodes.usage, `Fleets can be removed, not ${kind.names[1]}: revoke a node, \`repo remove\` a repository; versions of rules and models, and what was done with them, stay.`);
    const fleet = await find(client, kind, name);
    const { nodesLeft } = z.looseObject({ nodesLeft: z.number() }).parse(await client.send('DELETE', `/fleets/${fleet.id}`));
    io.out(`fleet ${nameOf(fleet)} removed; ${nodesLeft} nodes are in no fleet\n`);
  });

  changing(program, 'diff', 'Show what applying would change. Ends with 1 when something would.').action(async (options: { filename: string[] }) => {
    const changes = (await compared(io, await connect(), options.filename)).filter(({ action }) => action !== 'same');
    for (const change of changes) io.out(shown(change, linesOf(change)));
    if (changes.length > 0) end(exitCodes.differs);
  });
  const planCommand = changing(program, 'plan', 'The same as diff, with a line for what stays; ends with 5 when a plan is refused.').option('--rehearse', 'play each deployment against twins of its nodes, and say how it goes').option('--nodes', 'what changes on each node');
  planCommand.action(async (options: { filename: string[]; rehearse?: true; nodes?: true }) => {
    const client = await connect();
    const changes = await compared(io, client, options.filename);
    for (const change of changes) {
      const planned = change.plan === null ? [] : [...(options.nodes === true ? await planNodeLines(client, change.plan) : []), ...(options.rehearse === true ? await rehearsalLines(client, change.plan) : [])];
      io.out(shown(change, [...linesOf(change), ...planned]));
    }
    if (changes.some(({ blocked }) => blocked !== null)) end(exitCodes.refused);
  });
  changing(program, 'apply', 'Make it so: publish rules, move aliases, set fleets, channels, routes and alert settings, start deployments.')
    .option('--wait', 'until every deployment that was started is over; ends with 1 when one does not succeed')
    .option('--timeout <seconds>', 'wait no longer', positive, 3600)
    .action(async (options: { filename: string[]; wait?: true; timeout: number }) => {
      const client = await connect();
      const documents = await readDocuments(options.filename, () => io.standardInput());
      const started: string[] = [];
      // One after the other: a deployment is planned with the rules and fleets that were applied before it.
      for (const document of documents) {
        const { did, deployment, ...applied } = await applyOne(client, document);
        io.out(`${labelOf(applied)} ${did}\n`);
        if (deployment !== null) started.push(deployment);
      }
      if (options.wait === true) for (const id of started) await wait(client, id, options.timeout);
    });

  exportCommand(program, connect, (text) => io.out(text));

  const wait = untilOver(io, end);
  rolloutCommands(program, { connect, out: (text) => io.out(text), wait, now: () => io.now() });

  ruleCommands(program, { connect, out: (text) => io.out(text), standardInput: () => io.standardInput(), now: () => io.now(), end });
  modelCommands(program, { connect, out: (text) => io.out(text), error: (text) => io.error(text) });
  addRepositoryCommands(program, io, connect, end);
  nodeCommands(program, connect, (text) => io.out(text));
  fleetCommands(program, connect, (text) => io.out(text));
  const surroundings = { connect, out: (text: string): void => io.out(text), now: (): number => io.now() };
  enrolmentCommands(program, surroundings);
  alertCommands(program, surroundings);
  notificationCommands(program, { ...surroundings, standardInput: () => io.standardInput() });
  nodeKeyCommands(program, connect, (text) => io.out(text));
  signingCommands(program, connect, io);
  signingKeyCommands(program, connect, (text) => io.out(text), () => io.now());
  offlineCommands(program, connect, (text) => io.out(text));
  lookingCommands(program, surroundings);
  program.command('logs <node>').description('What happened to a node, oldest first.').option('-f, --follow', 'go on until interrupted').option('--limit <count>', 'the last so many', positive, 50).addOption(new Option('--at <moment>', 'up to then').argParser(momentOf(() => io.now())).conflicts('follow')).action(async (name: string, options: { follow?: true; limit: number; at?: number }) => {
    const client = await connect();
    await logs(client, (await find(client, kindOf('node'), name)).id, options, (text) => io.out(text));
  });
  program.command('top').description('Nodes by their events a second, with what of their telemetry budget they used in this minute or the one before, and what was left out for it.').option('-l, --selector <labels>').option('--limit <count>', 'at most so many', positive, 20).action(async (options: { selector?: string; limit: number }) => io.out(await top(await connect(), options)));
  program.command('capture <node> <stream>').description('Stored events of a stream from the node itself, as JSON lines.').option('--for <seconds>', 'as far back', positive, 60).option('--limit <count>', 'at most so many', positive, 10_000).action(async (name: string, stream: string, options: { for: number; limit: number }) => {
    const client = await connect();
    await capture(client, (await find(client, kindOf('node'), name)).id, stream, { ...options, now: io.now() }, (text) => io.out(text));
  });
  program
    .command('backtest <rule> [other]')
    .description('Run a rule over recorded events, or two rules and show what only one of them puts out; then it ends with 1 when they differ. A rule is a file that ends in .siddhi, or name@version. CSV or JSON lines of any length.')
    .requiredOption('-e, --events <file>', 'the recording; - for standard input')
    .option('--stream <name>', 'where events belong that do not say so', '')
    .option('--settle <seconds>', 'how long after the last event to wait for what is due by time', positive, 1)
    .addOption(new Option('-o, --output <format>').choices(['table', 'json', 'yaml']).default('table'))
    .action(async (rule: string, other: string | undefined, options: { events: string; stream: string; settle: number; output: Format }) => {
      const rules = other === undefined ? [rule] : [rule, other];
      const result = await backtest(connect, { rules, events: options.events, stream: options.stream, settleSeconds: options.settle }, async function* () {
        yield await io.standardInput();
      });
      io.out(options.output === 'table' ? described(result) : renderOne(result, options.output));
      if (!isSame(result)) end(exitCodes.differs);
    });
  memberCommands(addAccessCommands(program, surroundings), connect, (text) => io.out(text));
  breakGlassCommands(program, { connect, out: (text) => io.out(text), standardInput: () => io.standardInput(), now: () => io.now(), profileFile: io.profileFile });
  auditCommands(program, { ...surroundings, error: (text) => io.error(text), end });
  program.command('completion <shell>').description(`Completion for ${shells.join(', ')}, to be sourced.`).action((shell: string) => io.out(completionOf(shell, program)));
  return program;
}

const meSchema = z.looseObject({ user: z.looseObject({ name: z.string() }), organization: z.looseObject({ name: z.string() }), role: z.string().nullable(), fleets: z.array(z.looseObject({ id: z.string(), name: z.string().nullable() })).nullable(), capabilities: z.array(z.string()) });

function changing(program: Command, name: string, description: string): Command {
  return program.command(name).description(description).requiredOption('-f, --filename <file...>', 'YAML files or folders; - for standard input');
}

async function compared(io: Io, client: ApiClient, files: readonly string[]): Promise<DocumentChange[]> {
  return changesOf(client, await readDocuments(files, () => io.standardInput()));
}

function shown(change: DocumentChange, lines: readonly string[]): string {
  return lines.length === 0 && change.action === 'same' ? `${labelOf(change)}: nothing changes\n` : `${labelOf(change)}\n${lines.map((line) => `  ${line}\n`).join('')}`;
}

function explained({ headline, causes }: z.infer<typeof explanationSchema>): string {
  const lines = causes.flatMap(({ code, title, detail, evidence, byItself, canDo }) => [
    `${code}: ${title}`,
    ...(detail === '' ? [] : [`  ${detail}`]),
    ...evidence.flatMap(({ name, value }) => (value === null ? [] : [`  ${name}: ${typeof value === 'number' && value > 1e12 ? new Date(value).toISOString() : String(value)}`])),
    ...(byItself === null ? [] : [`  by itself: ${byItself.what}`]),
    ...canDo.map((one) => `  you can: ${one}`),
  ]);
  return `${[headline, ...lines].join('\n')}\n`;
}
