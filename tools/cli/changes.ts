import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { ApiClient } from './client.ts';
import type { DeploymentDocument, Document, FleetDocument, RuleDocument } from './documents.ts';
import { CliError, exitCodes } from './exit.ts';
import { find, kindOf } from './kinds.ts';

/** What one document would change. `apply` does it; nothing was done before. */
export interface Change {
  what: string;
  /** Lines for people, `+`, `-` and `~` before what is added, removed and changed; none when all is as it should be. */
  lines: string[];
  /** Nothing can be done about it: a plan that is refused. */
  blocked: boolean;
  apply(): Promise<string>;
  /** The plan of a deployment that would change something, to rehearse. */
  plan?: string;
  /** The deployment that `apply` started, to wait for. */
  deployment?: string;
}

const ruleSchema = z.looseObject({ versions: z.array(z.looseObject({ version: z.number() })) });
const textSchema = z.looseObject({ text: z.string() });
const fleetSchema = z.looseObject({ id: z.string(), version: z.number(), selector: z.string(), settings: z.record(z.string(), z.unknown()) });
const planSchema = z.looseObject({
  hash: z.string(),
  changes: z.array(z.looseObject({ kind: z.string(), name: z.string(), from: z.string().nullable(), to: z.string().nullable() })),
  nodes: z.looseObject({ total: z.number() }),
  waves: z.array(z.looseObject({ nodes: z.number() })),
  bytesTotal: z.number(),
  stateLost: z.array(z.looseObject({ rule: z.string(), what: z.string(), because: z.string() })),
  violations: z.array(z.looseObject({ code: z.string(), blocks: z.boolean(), message: z.string() })),
  startable: z.boolean(),
});

export function changeOf(client: ApiClient, document: Document): Promise<Change> {
  if (document.kind === 'Rule') return ruleChange(client, document);
  return document.kind === 'Fleet' ? fleetChange(client, document) : deploymentChange(client, document);
}

/** What is there, or undefined when there is no such thing. */
async function existing<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof CliError && error.exitCode === exitCodes.notFound) return undefined;
    throw error;
  }
}

async function ruleChange(client: ApiClient, document: RuleDocument): Promise<Change> {
  const address = `/rules/${encodeURIComponent(document.name)}`;
  const rule = await existing(async () => ruleSchema.parse(await client.get(address)));
  const latest = rule?.versions[0]?.version;
  const before = latest === undefined ? '' : textSchema.parse(await client.get(`${address}/versions/${latest}`)).text;
  const same = latest !== undefined && before.trimEnd() === document.text.trimEnd();
  return {
    what: `rule/${document.name}`,
    lines: same ? [] : lineChanges(before, document.text),
    blocked: false,
    apply: async () => {
      const { version } = z.looseObject({ version: z.number() }).parse(await client.send('POST', '/rules', { name: document.name, text: document.text, note: document.note }));
      return `published as version ${version}`;
    },
  };
}

async function fleetChange(client: ApiClient, document: FleetDocument): Promise<Change> {
  const found = await existing(() => find(client, kindOf('fleet'), document.name));
  const what = `fleet/${document.name}`;
  if (found === undefined) {
    return { what, lines: [`+ selector ${document.selector}`], blocked: false, apply: async () => {
      await client.send('POST', '/fleets', { name: document.name, selector: document.selector, ...(document.settings !== undefined && { settings: document.settings }) });
      return 'created';
    } };
  }
  const fleet = fleetSchema.parse(await client.get(`/fleets/${found.id}`));
  const settings = document.settings === undefined ? fleet.settings : { ...fleet.settings, ...document.settings };
  const lines = [
    ...(fleet.selector === document.selector ? [] : [`- selector ${fleet.selector}`, `+ selector ${document.selector}`]),
    ...Object.keys(settings).filter((key) => !isDeepStrictEqual(settings[key], fleet.settings[key])).map((key) => `~ settings.${key} ${JSON.stringify(fleet.settings[key] ?? null)} -> ${JSON.stringify(settings[key])}`),
  ];
  return { what, lines, blocked: false, apply: async () => {
    await client.send('PATCH', `/fleets/${fleet.id}`, { version: fleet.version, selector: document.selector, settings });
    return 'changed';
  } };
}

async function deploymentChange(client: ApiClient, document: DeploymentDocument): Promise<Change> {
  const fleet = await find(client, kindOf('fleet'), document.fleet);
  const rules = await Promise.all(document.rules.map((reference) => ruleReference(client, reference)));
  const { fleet: _, rules: __, kind: ___, note, ...rest } = document;
  const plan = planSchema.parse(await client.send('POST', '/deployment-plans', { fleet: fleet.id, rules, ...rest }));
  const nothing = plan.violations.some((one) => one.code === 'NothingChanges');
  const change: Change = {
    what: `deployment of ${document.fleet}`,
    lines: nothing ? [] : planLines(plan),
    blocked: !nothing && !plan.startable,
    ...(nothing ? {} : { plan: plan.hash }),
    apply: async () => {
      const { id } = z.looseObject({ id: z.string() }).parse(await client.send('POST', '/deployments', { planHash: plan.hash, note: note ?? '' }));
      change.deployment = id;
      return `started as ${id}`;
    },
  };
  return change;
}

async function ruleReference(client: ApiClient, reference: string): Promise<{ name: string; version: number }> {
  const [name = '', version] = reference.split('@');
  if (version !== undefined && version !== 'latest') {
    if (!/^\d{1,9}$/.test(version)) throw new CliError(exitCodes.usage, `'${reference}' is no rule version: write ${name}@7, or ${name} for the latest.`);
    return { name, version: Number(version) };
  }
  const latest = ruleSchema.parse(await client.get(`/rules/${encodeURIComponent(name)}`)).versions[0]?.version;
  if (latest === undefined) throw new CliError(exitCodes.notFound, `Rule ${name} has no published version yet.`);
  return { name, version: latest };
}

function planLines(plan: z.infer<typeof planSchema>): string[] {
  return [
    ...plan.changes.map(({ kind, name, from, to }) => `${from === null ? '+' : to === null ? '-' : '~'} ${kind} ${name}${from !== null && to !== null ? ` ${from} -> ${to}` : from === null ? ` ${to}` : ''}`),
    ...plan.stateLost.map(({ rule, what, because }) => `- memory of ${rule}: ${what} (${because})`),
    ...plan.violations.map(({ code, blocks, message }) => `${blocks ? '!' : '#'} ${code}: ${message}`),
    `# ${plan.nodes.total} nodes in ${plan.waves.length} waves (${plan.waves.map((wave) => wave.nodes).join(', ')}), ${plan.bytesTotal} bytes; plan ${plan.hash.slice(0, 19)}`,
  ];
}

/** Which lines went and came; the longest common rest is left out. Texts are a few hundred lines at most. */
export function lineChanges(before: string, after: string): string[] {
  const [left, right] = [before === '' ? [] : before.trimEnd().split('\n'), after.trimEnd().split('\n')];
  const common = commonLengths(left, right);
  const lines: string[] = [];
  let [from, to] = [0, 0];
  while (from < left.length || to < right.length) {
    if (from < left.length && to < right.length && left[from] === right[to]) {
      from++;
      to++;
    } else if (to >= right.length || (from < left.length && (common[from + 1]?.[to] ?? 0) >= (common[from]?.[to + 1] ?? 0))) lines.push(`- ${left[from++]}`);
    else lines.push(`+ ${right[to++]}`);
  }
  return lines;
}

/** For every pair of places, how many lines of the two rests are common. */
function commonLengths(left: readonly string[], right: readonly string[]): number[][] {
  const lengths = Array.from({ length: left.length + 1 }, () => new Array<number>(right.length + 1).fill(0));
  for (let from = left.length - 1; from >= 0; from--) {
    for (let to = right.length - 1; to >= 0; to--) {
      const row = lengths[from];
      if (row !== undefined) row[to] = left[from] === right[to] ? (lengths[from + 1]?.[to + 1] ?? 0) + 1 : Math.max(lengths[from + 1]?.[to] ?? 0, row[to + 1] ?? 0);
    }
  }
  return lengths;
}
