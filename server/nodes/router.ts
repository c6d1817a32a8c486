import { procedure, router } from '../trpc/procedures.ts';
import { retellForLabels, tellAnew } from '../bundles/index.ts';
import { historyOf, streamsNow } from '../telemetry/index.ts';
import { readCells, readDensity } from './cells.ts';
import { previewLabels, readNode, readTimeline } from './detail.ts';
import { queryNode } from './node-store.ts';
import { listNodes, readListedNodes, summarizeNodes } from './reads.ts';
import {
  cellsInput,
  cellsOutput,
  changedNodeOutput,
  densityInput,
  densityOutput,
  getNodeInput,
  labelsPreviewSchema,
  listNodesInput,
  listNodesOutput,
  nodeHistoryInput,
  nodeHistoryOutput,
  nodeRowsInput,
  nodeRowsOutput,
  nodeSchema,
  nodesSummaryInput,
  nodesSummaryOutput,
  queryNodeInput,
  queryNodeOutput,
  renameNodeInput,
  retryNodeInput,
  retryNodeOutput,
  revokeNodeInput,
  setLabelsInput,
  streamsInput,
  streamsOutput,
  timelineInput,
  timelineOutput,
} from './schema.ts';
import { renameNode, retryNode, revokeNode, setLabels } from './service.ts';

export const nodesRouter = router({
  list: procedure('nodes:read')
    .meta({ rest: { method: 'GET', path: '/nodes', tag: 'Nodes', summary: 'List nodes by name, status, fleet or labels, now or at a moment of the past' } })
    .input(listNodesInput)
    .output(listNodesOutput)
    .query(({ ctx, input }) => listNodes(ctx.deps.db, ctx.actor, input, ctx.deps.clock.now())),

  rows: procedure('nodes:read')
    .input(nodeRowsInput)
    .output(nodeRowsOutput)
    .query(({ ctx, input }) => readListedNodes(ctx.deps.db, ctx.actor, input.ids, ctx.deps.clock.now())),

  summary: procedure('nodes:read')
    .meta({ rest: { method: 'GET', path: '/nodes/summary', tag: 'Nodes', summary: 'Count nodes by health and sync status' } })
    .input(nodesSummaryInput)
    .output(nodesSummaryOutput)
    .query(({ ctx, input }) => summarizeNodes(ctx.deps.db, ctx.actor, ctx.deps.clock.now(), input.at)),

  density: procedure('nodes:read')
    .input(densityInput)
    .output(densityOutput)
    .query(({ ctx, input }) => readDensity(ctx.deps.db, ctx.actor, input, ctx.deps.clock.now())),

  cells: procedure('nodes:read')
    .input(cellsInput)
    .output(cellsOutput)
    .query(({ ctx, input }) => readCells(ctx.deps.db, ctx.actor, input, ctx.deps.clock.now())),

  get: procedure('nodes:read')
    .meta({ rest: { method: 'GET', path: '/nodes/{id}', tag: 'Nodes', summary: 'Read a node, now or at a moment of the past: statuses, conditions, desired against reported' } })
    .input(getNodeInput)
    .output(nodeSchema)
    .query(({ ctx, input }) => readNode(ctx.deps.db, ctx.actor, input.id, ctx.deps.clock.now(), input.at)),

  timeline: procedure('nodes:read')
    .meta({ rest: { method: 'GET', path: '/nodes/{id}/timeline', tag: 'Nodes', summary: 'What happened to a node, newest first' } })
    .input(timelineInput)
    .output(timelineOutput)
    .query(({ ctx, input }) => readTimeline(ctx.deps.db, ctx.actor, input)),

  history: procedure('nodes:read')
    .meta({ rest: { method: 'GET', path: '/nodes/{id}/history', tag: 'Nodes', summary: 'A node’s rates and latencies over time' } })
    .input(nodeHistoryInput)
    .output(nodeHistoryOutput)
    .query(({ ctx, input }) => historyOf(ctx.deps, ctx.actor, { kind: 'node', id: input.id }, input.range)),

  streams: procedure('nodes:read')
    .meta({ rest: { method: 'GET', path: '/nodes/{id}/streams', tag: 'Nodes', summary: 'The streams of a node and their present rates' } })
    .input(streamsInput)
    .output(streamsOutput)
    .query(async ({ ctx, input }) => {
      const { id } = await readNode(ctx.deps.db, ctx.actor, input.id, ctx.deps.clock.now());
      return streamsNow(ctx.deps, id);
    }),

  query: procedure('nodes:read')
    .meta({ rest: { method: 'GET', path: '/nodes/{id}/events', tag: 'Nodes', summary: 'Read stored events of a stream from the node itself' } })
    .input(queryNodeInput)
    .output(queryNodeOutput)
    .query(({ ctx, input }) => queryNode(ctx.deps, ctx.actor, input)),

  previewLabels: procedure('nodes:read')
    .meta({ rest: { method: 'POST', path: '/nodes/{id}/labels/preview', tag: 'Nodes', summary: 'See which fleet would have the node with other labels' } })
    .input(setLabelsInput)
    .output(labelsPreviewSchema)
    .query(({ ctx, input }) => previewLabels(ctx.deps.db, ctx.actor, input.id, input.labels, ctx.deps.clock.now())),

  setLabels: procedure('nodes:write')
    .meta({ rest: { method: 'PUT', path: '/nodes/{id}/labels', tag: 'Nodes', summary: 'Replace a node’s labels' } })
    .input(setLabelsInput)
    .output(changedNodeOutput)
    .mutation(({ ctx, input }) => setLabels(ctx.deps, ctx.actor, input, retellForLabels)),

  rename: procedure('nodes:write')
    .meta({ rest: { method: 'PATCH', path: '/nodes/{id}', tag: 'Nodes', summary: 'Rename a node' } })
    .input(renameNodeInput)
    .output(changedNodeOutput)
    .mutation(({ ctx, input }) => renameNode(ctx.deps, ctx.actor, input)),

  revoke: procedure('nodes:write')
    .meta({ rest: { method: 'POST', path: '/nodes/{id}/revocation', tag: 'Nodes', summary: 'Revoke a node: it is cut off at once' } })
    .input(revokeNodeInput)
    .output(changedNodeOutput)
    .mutation(({ ctx, input }) => revokeNode(ctx.deps, ctx.actor, input)),

  retry: procedure('nodes:write')
    .meta({ rest: { method: 'POST', path: '/nodes/{id}/retry', tag: 'Nodes', summary: 'Ask a node to try its desired state again' } })
    .input(retryNodeInput)
    .output(retryNodeOutput)
    .mutation(({ ctx, input }) => retryNode(ctx.deps, ctx.actor, input.id, tellAnew)),
});
