import { procedure, router } from '../trpc/procedures.ts';
import { applyDocuments } from './apply.ts';
import { compareDocuments } from './compare.ts';
import { exportDocuments } from './export.ts';
import { applyDocumentsInput, applyDocumentsOutput, diffDocumentsInput, diffDocumentsOutput, documentChangeSchema, exportDocumentsInput, exportDocumentsOutput, exportedKindSchema } from './schema.ts';

const tag = 'Documents';

/** Beside these, each document needs the capabilities of what it is about. */
export const documentsRouter = router({
  diff: procedure('fleets:read')
    .meta({ rest: { method: 'POST', path: '/documents/diff', tag, summary: 'Compare documents with what is there: what applying them would change' } })
    .input(diffDocumentsInput)
    .output(diffDocumentsOutput)
    .mutation(async ({ ctx, input }) => ({ changes: documentChangeSchema.array().parse(await compareDocuments(ctx.deps, ctx.actor, input.documents, { plans: true })) })),

  carryOut: procedure('fleets:read')
    .meta({ rest: { method: 'POST', path: '/documents/apply', tag, summary: 'Apply documents: publish rules, move aliases, set fleets, channels, routes and alert settings, start deployments' } })
    .input(applyDocumentsInput)
    .output(applyDocumentsOutput)
    .mutation(async ({ ctx, input }) => ({ applied: await applyDocuments(ctx.deps, ctx.actor, input.documents) })),

  written: procedure('settings:read')
    .meta({ rest: { method: 'GET', path: '/documents', tag, summary: 'Write channels, routes and alert settings down as documents, without anything secret; applying them changes nothing' } })
    .input(exportDocumentsInput)
    .output(exportDocumentsOutput)
    .query(({ ctx, input }) => exportDocuments(ctx.deps, ctx.actor, input.kind ?? exportedKindSchema.options)),
});
