import type { Queryable } from '../../kernel/db.ts';
import { decodeSpreads } from './codec.ts';
import { addSpreads } from './model-spread.ts';
import type { ModelSpread } from './model-spread.ts';

/** Those of a minute are kept for two hours; what began earlier is read by the quarter of an hour. */
const minutesKeptMs = 110 * 60_000;
const nodesPerRead = 25;

interface SpreadQuestion {
  organizationId: string;
  nodeIds: readonly string[];
  /** Milliseconds; whole intervals within them are read. */
  from: number;
  to: number;
  now: number;
}

/** How the models of nodes spread over a span, of those that told any, and the span of whole intervals that was read. */
export async function sumSpreads(db: Queryable, { organizationId, nodeIds, now, ...span }: SpreadQuestion): Promise<{ from: number; to: number; nodes: Map<string, ModelSpread[]> }> {
  const stepSeconds = now - span.from > minutesKeptMs ? 900 : 60;
  const stepMs = stepSeconds * 1000;
  const [from, to] = [Math.ceil(span.from / stepMs) * stepMs, Math.floor(span.to / stepMs) * stepMs];
  const nodes = new Map<string, ModelSpread[]>();
  // A part of the nodes at a time, so that the process does other things in between.
  for (let start = 0; start < nodeIds.length && from < to; start += nodesPerRead) {
    const rows = await db.modelSpread.findMany({
      where: { organizationId, nodeId: { in: nodeIds.slice(start, start + nodesPerRead) }, stepSeconds, at: { gte: new Date(from), lt: new Date(to) } },
      select: { nodeId: true, spreads: true },
    });
    for (const [nodeId, parts] of Map.groupBy(rows, (row) => row.nodeId)) nodes.set(nodeId, addSpreads(...parts.map(({ spreads }) => decodeSpreads(spreads))));
  }
  return { from, to: Math.max(from, to), nodes };
}
