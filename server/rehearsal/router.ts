import { procedure, router } from '../trpc/procedures.ts';
import { rehearsalSchema, rehearseInput } from './schema.ts';
import { rehearsePlan } from './service.ts';

export const rehearsalRouter = router({
  rehearse: procedure('deployments:read')
    .meta({ rest: { method: 'POST', path: '/deployment-plans/{hash}/rehearsal', tag: 'Deployments', summary: 'Play a plan’s rollout against twins of its nodes: how long it takes, whom it leaves behind, what its gates would notice' } })
    .input(rehearseInput)
    .output(rehearsalSchema)
    .mutation(({ ctx, input }) => rehearsePlan(ctx.deps, ctx.actor, input.hash)),
});
