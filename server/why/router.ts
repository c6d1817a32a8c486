import { procedure, router } from '../trpc/procedures.ts';
import { explainDeployment, explainNode } from './reads.ts';
import { explanationSchema, whyInput } from './schema.ts';

export const whyRouter = router({
  node: procedure('nodes:read')
    .meta({ rest: { method: 'GET', path: '/nodes/{id}/why', tag: 'Nodes', summary: 'Why a node does not run what it should, now or at a moment of the past: causes with evidence, what happens by itself, what can be done' } })
    .input(whyInput)
    .output(explanationSchema)
    .query(({ ctx, input }) => explainNode(ctx.deps.db, ctx.actor, input, ctx.deps.clock.now())),

  deployment: procedure('deployments:read')
    .meta({ rest: { method: 'GET', path: '/deployments/{id}/why', tag: 'Deployments', summary: 'Why a deployment is not done, now or at a moment of the past: causes with evidence, what happens by itself, what can be done' } })
    .input(whyInput)
    .output(explanationSchema)
    .query(({ ctx, input }) => explainDeployment(ctx.deps.db, ctx.actor, input, ctx.deps.clock.now())),
});
