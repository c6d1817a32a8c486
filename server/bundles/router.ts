import { procedure, router } from '../trpc/procedures.ts';
import { addHeldKey, addSigningKey, retireSigningKey, setThreshold, withdrawChange } from './key-changes.ts';
import { listSigningKeys, readBundle } from './reads.ts';
import {
  addHeldKeyInput,
  addHeldKeyOutput,
  addSignatureInput,
  addSignatureOutput,
  addSigningKeyInput,
  addSigningKeyOutput,
  bundleSchema,
  getBundleInput,
  getSigningRequestInput,
  listSigningKeysInput,
  listSigningKeysOutput,
  listSigningRequestsInput,
  listSigningRequestsOutput,
  retireSigningKeyInput,
  retireSigningKeyOutput,
  setThresholdInput,
  setThresholdOutput,
  signingRequestDetailSchema,
  withdrawChangeInput,
  withdrawChangeOutput,
} from './schema.ts';
import { addSignature } from './signatures.ts';
import { listSigningRequests, readSigningRequest } from './signing-requests.ts';

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
    .mutation(async ({ ctx, input }) => ({ keyId: input.keyId, outcome: await retireSigningKey(ctx.deps, ctx.actor, input.keyId) })),

  addHolder: procedure('settings:write')
    .meta({ rest: { method: 'POST', path: '/signing-keys/holders', tag: 'Settings', summary: 'Add the public half of a key that a person holds, to sign beside the control plane' } })
    .input(addHeldKeyInput)
    .output(addHeldKeyOutput)
    .mutation(({ ctx, input }) => addHeldKey(ctx.deps, ctx.actor, input)),

  setThreshold: procedure('settings:write')
    .meta({ rest: { method: 'PUT', path: '/signing-keys/threshold', tag: 'Settings', summary: 'Say how many have to sign a bundle before nodes take it on, the control plane counting as one' } })
    .input(setThresholdInput)
    .output(setThresholdOutput)
    .mutation(async ({ ctx, input }) => ({ threshold: input.threshold, outcome: await setThreshold(ctx.deps, ctx.actor, input.threshold) })),

  withdraw: procedure('settings:write')
    .meta({ rest: { method: 'DELETE', path: '/signing-keys/change', tag: 'Settings', summary: 'Take a change of the keys back that waits for signatures' } })
    .input(withdrawChangeInput)
    .output(withdrawChangeOutput)
    .mutation(async ({ ctx }) => {
      await withdrawChange(ctx.deps, ctx.actor);
      return { withdrawn: true };
    }),
});

/** What waits for people who hold keys. The signature is what counts, whoever brings it. */
export const signingRouter = router({
  list: procedure('deployments:read', 'organization')
    .meta({ rest: { method: 'GET', path: '/signing-requests', tag: 'Deployments', summary: 'List what waits for signatures of people who hold keys: bundles, and a change of the keys' } })
    .input(listSigningRequestsInput)
    .output(listSigningRequestsOutput)
    .query(({ ctx }) => listSigningRequests(ctx.deps.db, ctx.actor)),

  get: procedure('deployments:read', 'organization')
    .meta({ rest: { method: 'GET', path: '/signing-requests/{digest}', tag: 'Deployments', summary: 'Read a text that is to be signed, exactly as it is signed' } })
    .input(getSigningRequestInput)
    .output(signingRequestDetailSchema)
    .query(({ ctx, input }) => readSigningRequest(ctx.deps.db, ctx.actor, input.digest)),

  sign: procedure('deployments:write', 'organization')
    .meta({ rest: { method: 'POST', path: '/signing-requests/{digest}/signatures', tag: 'Deployments', summary: 'Hand in a signature that a person made with their key' } })
    .input(addSignatureInput)
    .output(addSignatureOutput)
    .mutation(({ ctx, input }) => addSignature(ctx.deps, ctx.actor, input)),
});
