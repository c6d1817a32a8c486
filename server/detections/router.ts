import { procedure, router } from '../trpc/procedures.ts';
import { groupDetections, listDetections, readDetection } from './reads.ts';
import { detectionDetailSchema, detectionGroupsInput, detectionGroupsOutput, getDetectionInput, listDetectionsInput, listDetectionsOutput } from './schema.ts';

export const detectionsRouter = router({
  groups: procedure('detections:read')
    .meta({ rest: { method: 'GET', path: '/detections/groups', tag: 'Detections', summary: 'What was detected how often, by rule and stream' } })
    .input(detectionGroupsInput)
    .output(detectionGroupsOutput)
    .query(({ ctx, input }) => groupDetections(ctx.deps.db, ctx.actor, input, ctx.deps.clock.now())),

  list: procedure('detections:read')
    .meta({ rest: { method: 'GET', path: '/detections', tag: 'Detections', summary: 'List detections, newest first' } })
    .input(listDetectionsInput)
    .output(listDetectionsOutput)
    .query(({ ctx, input }) => listDetections(ctx.deps.db, ctx.actor, input, ctx.deps.clock.now())),

  get: procedure('detections:read')
    .meta({ rest: { method: 'GET', path: '/detections/{id}', tag: 'Detections', summary: 'Read a detection with the events that caused it' } })
    .input(getDetectionInput)
    .output(detectionDetailSchema)
    .query(({ ctx, input }) => readDetection(ctx.deps.db, ctx.actor, input.id)),
});
