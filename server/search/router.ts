import { router, signedInProcedure } from '../trpc/procedures.ts';
import { searchNames } from './reads.ts';
import { searchInput, searchOutput } from './schema.ts';

export const searchRouter = router({
  all: signedInProcedure
    .meta({ rest: { method: 'GET', path: '/search', tag: 'Search', summary: 'Find nodes, fleets, rules, models and deployments by name' } })
    .input(searchInput)
    .output(searchOutput)
    .query(({ ctx, input }) => searchNames(ctx.deps.db, ctx.actor, input.query)),
});
