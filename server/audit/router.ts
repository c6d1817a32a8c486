import { procedure, router } from '../trpc/procedures.ts';
import { listEntries } from './reads.ts';
import { listAuditInput, listAuditOutput, verifyAuditOutput } from './schema.ts';
import { verifyChain } from './service.ts';

export const auditRouter = router({
  list: procedure('audit:read')
    .meta({ rest: { method: 'GET', path: '/audit', tag: 'Audit', summary: 'List audit entries, newest first; for who is limited to fleets, those on what is in them' } })
    .input(listAuditInput)
    .output(listAuditOutput)
    .query(({ ctx, input }) => listEntries(ctx.deps.db, ctx.actor, input)),

  verify: procedure('audit:read', 'organization')
    .meta({ rest: { method: 'GET', path: '/audit/verification', tag: 'Audit', summary: 'Compute the whole audit chain again' } })
    .output(verifyAuditOutput)
    .query(({ ctx }) => verifyChain(ctx.deps, ctx.actor)),
});
