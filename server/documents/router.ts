import { procedure, router } from '../trpc/procedures.ts';
import { applyDocuments } from './apply.ts';
import { compareDocuments } from './compare.ts';
import { applyDocumentsInput, applyDocumentsOutput, diffDocumentsInput, diffDocumentsOutput, documentChangeSchema } from './schema.ts';

const tag = 'Documents';

/** Beside these, each document needs the capabilities of what it is about. */
export const documentsRouter = router({
  diff: procedure('fleets:read')
    .meta({ rest: { method: 'POST', path: '/documents/diff', tag, summary: 'Compare documents with what is there: what applying them would change' } })
    .input(diffDocumentsInput)
    .output(diffDocumentsOutput)
    .mutation(async ({ ctx, input }) => ({ changes: documentChangeSchema.array().parse(await compareDocuments(ctx.deps, ctx.actor, input.documents, { plans: true })) })),

  carryOut: procedure('fleets:read')
    .meta({ rest: { method: 'POST', path: '/documents/apply', tag, summary: 'Apply documents: publish rules, move aliases, set fleets, start deployments' } })
    .input(applyDocumentsInput)
    .output(applyDocumentsOutput)
    .mutation(async ({ ctx, input }) => ({ applied: await applyDocuments(ctx.deps, ctx.actor, input.documents) })),
});
