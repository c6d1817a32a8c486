import { procedure, router } from '../trpc/procedures.ts';
import { listRepositories, listSyncs, readOwner, readRepository, readSync } from './reads.ts';
import {
  connectRepositoryInput,
  getSyncInput,
  listRepositoriesInput,
  listRepositoriesOutput,
  listSyncsInput,
  listSyncsOutput,
  ownerInput,
  ownerOutput,
  refreshRepositoryOutput,
  repositoryIdInput,
  repositoryReferenceOutput,
  repositorySchema,
  repositorySyncSchema,
  syncReferenceOutput,
  syncRepositoryInput,
  updateRepositoryInput,
} from './schema.ts';
import { connectRepository, refreshRepository, removeRepository, syncRepository, updateRepository } from './service.ts';

const tag = 'Repositories';

export const repositoriesRouter = router({
  list: procedure('repositories:read')
    .meta({ rest: { method: 'GET', path: '/repositories', tag, summary: 'List repositories with how they stand' } })
    .input(listRepositoriesInput)
    .output(listRepositoriesOutput)
    .query(({ ctx, input }) => listRepositories(ctx.deps.db, ctx.actor, input)),

  get: procedure('repositories:read')
    .meta({ rest: { method: 'GET', path: '/repositories/{id}', tag, summary: 'Read a repository with all that differs' } })
    .input(repositoryIdInput)
    .output(repositorySchema)
    .query(({ ctx, input }) => readRepository(ctx.deps.db, ctx.actor, input.id)),

  connect: procedure('repositories:write')
    .meta({ rest: { method: 'POST', path: '/repositories', tag, summary: 'Connect a branch and path of a Git repository' } })
    .input(connectRepositoryInput)
    .output(repositoryReferenceOutput)
    .mutation(({ ctx, input }) => connectRepository(ctx.deps, ctx.actor, input)),

  update: procedure('repositories:write')
    .meta({ rest: { method: 'PATCH', path: '/repositories/{id}', tag, summary: 'Change where it is, its credential, or how it is kept' } })
    .input(updateRepositoryInput)
    .output(repositoryReferenceOutput)
    .mutation(({ ctx, input }) => updateRepository(ctx.deps, ctx.actor, input)),

  remove: procedure('repositories:write')
    .meta({ rest: { method: 'DELETE', path: '/repositories/{id}', tag, summary: 'Forget a repository; what it made stays' } })
    .input(repositoryIdInput)
    .output(repositoryReferenceOutput)
    .mutation(({ ctx, input }) => removeRepository(ctx.deps, ctx.actor, input.id)),

  refresh: procedure('deployments:write', 'organization')
    .meta({ rest: { method: 'POST', path: '/repositories/{id}/refresh', tag, summary: 'Ask the branch and compare now' } })
    .input(repositoryIdInput)
    .output(refreshRepositoryOutput)
    .mutation(({ ctx, input }) => refreshRepository(ctx.deps, ctx.actor, input.id)),

  sync: procedure('deployments:write', 'organization')
    .meta({ rest: { method: 'POST', path: '/repositories/{id}/syncs', tag, summary: 'Apply all that differs' } })
    .input(syncRepositoryInput)
    .output(syncReferenceOutput)
    .mutation(({ ctx, input }) => syncRepository(ctx.deps, ctx.actor, input)),

  syncs: procedure('repositories:read')
    .meta({ rest: { method: 'GET', path: '/repositories/{id}/syncs', tag, summary: 'List what was applied, newest first' } })
    .input(listSyncsInput)
    .output(listSyncsOutput)
    .query(({ ctx, input }) => listSyncs(ctx.deps.db, ctx.actor.organizationId, input)),

  getSync: procedure('repositories:read')
    .meta({ rest: { method: 'GET', path: '/repositories/{id}/syncs/{sync}', tag, summary: 'Read how one sync went' } })
    .input(getSyncInput)
    .output(repositorySyncSchema)
    .query(({ ctx, input }) => readSync(ctx.deps.db, ctx.actor.organizationId, input.id, input.sync)),

  owner: procedure('repositories:read')
    .meta({ rest: { method: 'GET', path: '/repository-owners', tag, summary: 'Which repository says how a rule, model, fleet or deployment is to be' } })
    .input(ownerInput)
    .output(ownerOutput)
    .query(({ ctx, input }) => readOwner(ctx.deps.db, ctx.actor.organizationId, input)),
});
