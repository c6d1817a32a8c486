import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { budgetsOf, leftOut, shareOf, type Budget } from './budgets.ts';
import type { ApiClient } from './client.ts';
import { kindOf, nameOf, type Item } from './kinds.ts';
import { render, table, type Column } from './output.ts';

const pollMs = 2000;
const entrySchema = z.looseObject({ id: z.string(), at: z.number(), tone: z.string(), reason: z.string(), message: z.string() });
const eventsSchema = z.looseObject({ attributes: z.array(z.string()), rows: z.array(z.looseObject({ at: z.number(), values: z.array(z.unknown()) })), nextCursor: z.string().nullable() });

/** The timeline of a node, oldest first; with `follow` what comes after it, too. */
export async function logs(client: ApiClient, node: string, { limit, follow, at }: { limit: number; follow?: true; at?: number }, tell: (text: string) => void): Promise<void> {
  const read = async (max: number): Promise<z.infer<typeof entrySchema>[]> => (await client.list(`/nodes/${node}/timeline`, { at }, max)).map((one) => entrySchema.parse(one)).reverse();
  const show = (entries: readonly z.infer<typeof entrySchema>[]): void => entries.forEach(({ at: time, tone, reason, message }) => tell(`${new Date(time).toISOString()} ${tone.padEnd(8)} ${reason}: ${message}\n`));
  let entries = await read(limit);
  show(entries);
  while (follow === true) {
    await wait(pollMs);
    const known = new Set(entries.map((one) => one.id));
    const next = await read(100);
    show(next.filter((one) => !known.has(one.id)));
    entries = [...entries, ...next].slice(-200);
  }
}

/** Tells items as they are, and then each that changed, until `pause` says that it is enough; as kubectl does, a line for each change. */
export async function watchItems(read: () => Promise<readonly Item[]>, columns: (now: number) => readonly Column<Item>[], now: () => number, pause: () => Promise<boolean>, tell: (text: string) => void): Promise<void> {
  let head = '';
  const shown = new Map<string, string>();
  do {
    const items = await read();
    // Ages change by themselves and are no news.
    const stateOf = (item: Item): string => table([item], columns(0)).split('\n')[1] ?? '';
    const fresh = items.filter((item) => shown.get(item.id) !== stateOf(item));
    for (const item of fresh) shown.set(item.id, stateOf(item));
    const [heading = '', ...lines] = table(fresh, columns(now())).trimEnd().split('\n');
    if (fresh.length > 0) tell(`${[...(head === '' ? [heading] : []), ...lines].join('\n')}\n`);
    head = head === '' && fresh.length > 0 ? heading : head;
  } while (await pause());
}

/** Between two looks at what is watched. */
export async function pauseBetweenLooks(): Promise<boolean> {
  await wait(pollMs);
  return true;
}

/** The busiest nodes, with the share of its telemetry budget that each used. */
export async function top(client: ApiClient, { selector, limit }: { selector?: string; limit: number }): Promise<string> {
  const kind = kindOf('node');
  const nodes = (await client.list(kind.path, { label: selector }, 10_000)).map((one) => kind.schema.parse(one));
  const busiest = nodes.sort((left, right) => (right.rates?.events ?? 0) - (left.rates?.events ?? 0)).slice(0, limit);
  const budgets = await budgetsOf(client, busiest.map(({ id }) => id));
  const ofBudget = (tell: (budget: Budget) => string | null) => (item: Item): string | null => {
    const budget = budgets.get(item.id);
    return budget === undefined ? null : tell(budget);
  };
  return render(busiest, [
    { head: 'NAME', value: nameOf },
    { head: 'EVENTS/S', value: (item) => item.rates?.events.toFixed(1) },
    { head: 'P99 MS', value: (item) => (item.rates?.latencyP99Us == null ? null : (item.rates.latencyP99Us / 1000).toFixed(1)) },
    { head: 'BUFFERED', value: (item) => item.buffered },
    { head: 'HEALTH', value: (item) => item.health?.status },
    { head: 'TELEMETRY', value: ofBudget(shareOf) },
    { head: 'LEFT OUT', value: ofBudget(leftOut) },
  ], nameOf, 'table');
}

/** Stored events of a stream, one JSON object a line, with their time as `@at`. */
export async function capture(client: ApiClient, node: string, stream: string, options: { for: number; limit: number; now: number }, tell: (text: string) => void): Promise<void> {
  let cursor: string | undefined;
  for (let left = options.limit; left > 0; ) {
    const { attributes, rows, nextCursor } = eventsSchema.parse(await client.get(`/nodes/${node}/events`, { stream, from: options.now - options.for * 1000, to: options.now, limit: Math.min(left, 1000), cursor }));
    for (const { at, values } of rows) tell(`${JSON.stringify({ '@at': at, ...Object.fromEntries(attributes.map((name, index) => [name, values[index] ?? null])) })}\n`);
    left -= rows.length;
    if (nextCursor === null || rows.length === 0) return;
    cursor = nextCursor;
  }
}
