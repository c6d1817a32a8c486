import { reenrol } from '../enrollment/index.ts';
import { procedure, router } from '../trpc/procedures.ts';
import { keyScheduleSchema, reenrolInput, reenrolOutput, rotateKeyInput, rotateKeyOutput } from './schema.ts';
import { readSchedule, rotateKey, setSchedule } from './service.ts';

export const nodeKeysRouter = router({
  rotate: procedure('nodes:write')
    .meta({ rest: { method: 'POST', path: '/nodes/{id}/key-rotation', tag: 'Nodes', summary: 'Ask a node for another key' } })
    .input(rotateKeyInput)
    .output(rotateKeyOutput)
    .mutation(({ ctx, input }) => rotateKey(ctx.deps, ctx.actor, input.id)),

  reenrol: procedure('nodes:write')
    .meta({ rest: { method: 'POST', path: '/nodes/{id}/re-enrolment', tag: 'Nodes', summary: 'Refuse a node’s key from now on, and get a token by which it enrols again as the same node; shown once' } })
    .input(reenrolInput)
    .output(reenrolOutput)
    .mutation(({ ctx, input }) => reenrol(ctx.deps, ctx.actor, input)),

  schedule: procedure('settings:read')
    .meta({ rest: { method: 'GET', path: '/settings/node-keys', tag: 'Settings', summary: 'After how many days nodes are asked for another key' } })
    .output(keyScheduleSchema)
    .query(({ ctx }) => readSchedule(ctx.deps, ctx.actor)),

  setSchedule: procedure('settings:write')
    .meta({ rest: { method: 'PUT', path: '/settings/node-keys', tag: 'Settings', summary: 'Have nodes asked for another key after so many days, or never' } })
    .input(keyScheduleSchema)
    .output(keyScheduleSchema)
    .mutation(({ ctx, input }) => setSchedule(ctx.deps, ctx.actor, input)),
});
