import { procedure, router } from '../trpc/procedures.ts';
import { addSigningKey, retireSigningKey } from './keys.ts';
import { listSigningKeys, readBundle } from './reads.ts';
import { addSigningKeyInput, addSigningKeyOutput, bundleSchema, getBundleInput, listSigningKeysInput, listSigningKeysOutput, retireSigningKeyInput, retireSigningKeyOutput } from './schema.ts';

export const bundlesRouter = router({
  get: procedure('deployments:read')
    .meta({ rest: { method: 'GET', path: '/bundles/{digest}', tag: 'Deployments', summary: 'Read the manifest of a bundle' } })
    .input(getBundleInput)
    .output(bundleSchema)
    .query(({ ctx, input }) => readBundle(ctx.deps.db, ctx.actor, input.digest)),
});

/** Mounted below `settings`. */
export const signingKeysRouter = router({
  list: procedure('settings:read')
    .meta({ rest: { method: 'GET', path: '/signing-keys', tag: 'Settings', summary: 'List the keys that sign what nodes run' } })
    .input(listSigningKeysInput)
    .output(listSigningKeysOutput)
    .query(({ ctx }) => listSigningKeys(ctx.deps.db, ctx.actor)),

  add: procedure('settings:write')
    .meta({ rest: { method: 'POST', path: '/signing-keys', tag: 'Settings', summary: 'Add a key that signs beside those there are; nodes come to trust it by themselves' } })
    .input(addSigningKeyInput)
    .output(addSigningKeyOutput)
    .mutation(({ ctx }) => addSigningKey(ctx.deps, ctx.actor)),

  retire: procedure('settings:write')
    .meta({ rest: { method: 'POST', path: '/signing-keys/{keyId}/retire', tag: 'Settings', summary: 'End a key: it signs no more, and is destroyed' } })
    .input(retireSigningKeyInput)
    .output(retireSigningKeyOutput)
    .mutation(async ({ ctx, input }) => {
      await retireSigningKey(ctx.deps, ctx.actor, input.keyId);
      return { keyId: input.keyId };
    }),
});
