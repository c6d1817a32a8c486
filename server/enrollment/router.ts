import { procedure, router } from '../trpc/procedures.ts';
import { listRequests, listTokens } from './reads.ts';
import {
  approveRequestInput,
  approveRequestOutput,
  createTokenInput,
  createTokenOutput,
  denyRequestInput,
  denyRequestOutput,
  listRequestsInput,
  listRequestsOutput,
  listTokensInput,
  listTokensOutput,
  revokeTokenInput,
  revokeTokenOutput,
} from './schema.ts';
import { approveRequest, createToken, denyRequest, revokeToken } from './service.ts';

export const enrollmentRouter = router({
  requests: router({
    list: procedure('nodes:read', 'organization')
      .meta({ rest: { method: 'GET', path: '/enrollment/requests', tag: 'Enrolment', summary: 'List nodes that asked to join' } })
      .input(listRequestsInput)
      .output(listRequestsOutput)
      .query(({ ctx, input }) => listRequests(ctx.deps, ctx.actor, input)),

    approve: procedure('nodes:write', 'organization')
      .meta({ rest: { method: 'POST', path: '/enrollment/requests/{id}/approval', tag: 'Enrolment', summary: 'Let a node in' } })
      .input(approveRequestInput)
      .output(approveRequestOutput)
      .mutation(({ ctx, input }) => approveRequest(ctx.deps, ctx.actor, input)),

    deny: procedure('nodes:write', 'organization')
      .meta({ rest: { method: 'POST', path: '/enrollment/requests/{id}/denial', tag: 'Enrolment', summary: 'Turn a node away' } })
      .input(denyRequestInput)
      .output(denyRequestOutput)
      .mutation(({ ctx, input }) => denyRequest(ctx.deps, ctx.actor, input)),
  }),

  tokens: router({
    list: procedure('settings:read')
      .meta({ rest: { method: 'GET', path: '/enrollment/tokens', tag: 'Enrolment', summary: 'List enrolment tokens' } })
      .input(listTokensInput)
      .output(listTokensOutput)
      .query(({ ctx, input }) => listTokens(ctx.deps.db, ctx.actor, input, ctx.deps.clock.now())),

    create: procedure('settings:write')
      .meta({ rest: { method: 'POST', path: '/enrollment/tokens', tag: 'Enrolment', summary: 'Create an enrolment token; its text is shown once' } })
      .input(createTokenInput)
      .output(createTokenOutput)
      .mutation(({ ctx, input }) => createToken(ctx.deps, ctx.actor, input)),

    revoke: procedure('settings:write')
      .meta({ rest: { method: 'DELETE', path: '/enrollment/tokens/{id}', tag: 'Enrolment', summary: 'Revoke an enrolment token' } })
      .input(revokeTokenInput)
      .output(revokeTokenOutput)
      .mutation(({ ctx, input }) => revokeToken(ctx.deps, ctx.actor, input.id)),
  }),
});
