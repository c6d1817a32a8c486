import { procedure, router } from '../trpc/procedures.ts';
import { listFleets, previewSelector, readFleet } from './reads.ts';
import { createFleetInput, fleetSchema, getFleetInput, listFleetsInput, listFleetsOutput, previewFleetInput, previewFleetOutput, removeFleetInput, removeFleetOutput, updateFleetInput } from './schema.ts';
import { createFleet, removeFleet, updateFleet } from './service.ts';

export const fleetsRouter = router({
  list: procedure('fleets:read')
    .meta({ rest: { method: 'GET', path: '/fleets', tag: 'Fleets', summary: 'List fleets with their nodes counted by state, now or at a moment of the past' } })
    .input(listFleetsInput)
    .output(listFleetsOutput)
    .query(({ ctx, input }) => listFleets(ctx.deps.db, ctx.actor, input, ctx.deps.clock.now())),

  get: procedure('fleets:read')
    .meta({ rest: { method: 'GET', path: '/fleets/{id}', tag: 'Fleets', summary: 'Read a fleet, now or at a moment of the past: settings, versions in use, overlaps' } })
    .input(getFleetInput)
    .output(fleetSchema)
    .query(({ ctx, input }) => readFleet(ctx.deps.db, ctx.actor, input.id, ctx.deps.clock.now(), input.at)),

  preview: procedure('fleets:read', 'organization')
    .meta({ rest: { method: 'POST', path: '/fleets/preview', tag: 'Fleets', summary: 'See which nodes a selector would add, remove and move' } })
    .input(previewFleetInput)
    .output(previewFleetOutput)
    .query(({ ctx, input }) => previewSelector(ctx.deps.db, ctx.actor.organizationId, input, ctx.deps.clock.now())),

  create: procedure('fleets:write', 'organization')
    .meta({ rest: { method: 'POST', path: '/fleets', tag: 'Fleets', summary: 'Create a fleet' } })
    .input(createFleetInput)
    .output(fleetSchema)
    .mutation(({ ctx, input }) => createFleet(ctx.deps, ctx.actor, input)),

  update: procedure('fleets:write')
    .meta({ rest: { method: 'PATCH', path: '/fleets/{id}', tag: 'Fleets', summary: 'Change a fleet’s name, selector or settings' } })
    .input(updateFleetInput)
    .output(fleetSchema)
    .mutation(({ ctx, input }) => updateFleet(ctx.deps, ctx.actor, input)),

  remove: procedure('fleets:write', 'organization')
    .meta({ rest: { method: 'DELETE', path: '/fleets/{id}', tag: 'Fleets', summary: 'Remove a fleet; its nodes go on running what they run' } })
    .input(removeFleetInput)
    .output(removeFleetOutput)
    .mutation(({ ctx, input }) => removeFleet(ctx.deps, ctx.actor, input.id)),
});
