import { procedure, router } from '../trpc/procedures.ts';
import { importReceipt } from './receipts.ts';
import { importedReceiptOutput, importReceiptInput, prepareBundleInput, preparedBundleOutput } from './schema.ts';
import { prepareBundle } from './service.ts';

export const offlineRouter = router({
  prepare: procedure('deployments:write')
    .meta({ rest: { method: 'POST', path: '/nodes/{id}/offline-bundle', tag: 'Nodes', summary: 'See what a file for a node would hold; with a deployment, tell the node what that brings' } })
    .input(prepareBundleInput)
    .output(preparedBundleOutput)
    .mutation(({ ctx, input }) => prepareBundle(ctx.deps, ctx.actor, input)),

  importReceipt: procedure('nodes:write')
    .meta({ rest: { method: 'POST', path: '/receipts', tag: 'Nodes', summary: 'Take what a node says of itself in a signed receipt, where its link does not reach' } })
    .input(importReceiptInput)
    .output(importedReceiptOutput)
    .mutation(({ ctx, input }) => importReceipt(ctx.deps, ctx.actor, input)),
});
