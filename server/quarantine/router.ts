import { liftQuarantine } from '../rollout/index.ts';
import { procedure, router } from '../trpc/procedures.ts';
import { liftQuarantineInput, quarantinedNodeOutput, quarantineNodeInput } from './schema.ts';
import { quarantineNode } from './service.ts';

export const quarantineRouter = router({
  begin: procedure('nodes:write')
    .meta({ rest: { method: 'PUT', path: '/nodes/{id}/quarantine', tag: 'Nodes', summary: 'Put a node into quarantine: rollouts leave it out' } })
    .input(quarantineNodeInput)
    .output(quarantinedNodeOutput)
    .mutation(({ ctx, input }) => quarantineNode(ctx.deps, ctx.actor, input)),

  lift: procedure('nodes:write')
    .meta({ rest: { method: 'DELETE', path: '/nodes/{id}/quarantine', tag: 'Nodes', summary: 'Let a node back from quarantine: it takes part in the rollout under way, or gets what its fleet runs' } })
    .input(liftQuarantineInput)
    .output(quarantinedNodeOutput)
    .mutation(({ ctx, input }) => liftQuarantine(ctx.deps, ctx.actor, input)),
});
