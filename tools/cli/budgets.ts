import { z } from 'zod';
import type { ApiClient } from './client.ts';

const spentSchema = z.looseObject({ bytes: z.number(), rowsLeftOut: z.number(), messagesDelayed: z.number() });
const budgetSchema = z.looseObject({ node: z.string(), limit: z.number(), current: spentSchema, previous: spentSchema.optional() });
export type Budget = z.infer<typeof budgetSchema>;

const nodesPerRequest = 100;

/** What nodes may send of telemetry in a minute and sent, by id; without those that are away or do not tell. */
export async function budgetsOf(client: ApiClient, ids: readonly string[]): Promise<Map<string, Budget>> {
  const budgets = new Map<string, Budget>();
  for (let from = 0; from < ids.length; from += nodesPerRequest) {
    const answer = z.array(budgetSchema).parse(await client.get('/telemetry/budgets', { nodes: ids.slice(from, from + nodesPerRequest) }));
    for (const budget of answer) budgets.set(budget.node, budget);
  }
  return budgets;
}

/** What is left out or late in this minute and the one before: "412 rows, 2 messages late". */
export function leftOut({ current, previous }: Budget): string | null {
  const rows = current.rowsLeftOut + (previous?.rowsLeftOut ?? 0);
  const late = current.messagesDelayed + (previous?.messagesDelayed ?? 0);
  return [...(rows === 0 ? [] : [`${rows} rows`]), ...(late === 0 ? [] : [`${late} messages late`])].join(', ') || null;
}

/** The share of a budget that the fuller of the two minutes took: "34 %". */
export function shareOf({ limit, current, previous }: Budget): string {
  return `${Math.round((Math.max(current.bytes, previous?.bytes ?? 0) / limit) * 100)} %`;
}
