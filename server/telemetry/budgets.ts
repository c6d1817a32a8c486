import type { Deps } from '../kernel/deps.ts';
import type { Reach } from '../kernel/reach.ts';
import type { Question } from '../kernel/replicas.ts';
import { reachedNodes } from './reads.ts';
import { budgetsInput, budgetsOutput } from './schema.ts';
import type { NodeBudget } from './schema.ts';

/** What the processes that these nodes are connected to know of their budgets. */
export const budgetsQuestion: Question<{ nodes: string[] }, NodeBudget[]> = { name: 'telemetry-budgets', input: budgetsInput, answer: budgetsOutput, withinMs: 2_000 };

/** How much nodes in reach may send, and sent, by what they last told. */
export async function budgetsNow(deps: Pick<Deps, 'db' | 'replicas'>, reach: Reach, nodes: readonly string[]): Promise<NodeBudget[]> {
  const reached = await reachedNodes(deps.db, reach, nodes);
  return reached.length === 0 ? [] : (await deps.replicas.askAll(budgetsQuestion, { nodes: reached })).flat();
}
