import { procedure, router } from '../trpc/procedures.ts';
import { listSigningKeys, readBundle } from './reads.ts';
import { bundleSchema, getBundleInput, listSigningKeysInput, listSigningKeysOutput } from './schema.ts';

export const bundlesRouter = router({
  get: procedure('deployments:read')
    .meta({ rest: { method: 'GET', path: '/bundles/{digest}', tag: 'Deployments', summary: 'Read the manifest of a bundle' } })
    .input(getBundleInput)
    .output(bundleSchema)
    .query(({ ctx, input }) => readBundle(ctx.deps.db, ctx.actor.organizationId, input.digest)),
});

/** Mounted below `settings`. */
export const signingKeysRouter = router({
  list: procedure('settings:read')
    .meta({ rest: { method: 'GET', path: '/signing-keys', tag: 'Settings', summary: 'List the keys that sign what nodes run' } })
    .input(listSigningKeysInput)
    .output(listSigningKeysOutput)
    .query(({ ctx }) => listSigningKeys(ctx.deps.db, ctx.actor.organizationId)),
});
