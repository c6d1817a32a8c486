import { telemetryNow } from '../telemetry/index.ts';
import { procedure, router } from '../trpc/procedures.ts';
import { readOverview } from './reads.ts';
import { overviewSchema } from './schema.ts';

export const overviewRouter = router({
  get: procedure('nodes:read')
    .meta({ rest: { method: 'GET', path: '/overview', tag: 'Overview', summary: 'What runs, what waits for a person, what changed' } })
    .output(overviewSchema)
    .query(async ({ ctx: { deps, actor } }) => {
      const present = await telemetryNow(deps, actor, { kind: 'all' });
      return readOverview(deps.db, actor, deps.clock.now(), present);
    }),
});
