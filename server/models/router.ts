import { procedure, router } from '../trpc/procedures.ts';
import { modelPermissions } from './policy.ts';
import { listModels, listSignatures, readModel } from './reads.ts';
import {
  getModelInput,
  inspectionSchema,
  inspectUploadInput,
  listModelsInput,
  listModelsOutput,
  modelSchema,
  modelSignaturesInput,
  modelSignaturesOutput,
  publishModelInput,
  publishModelOutput,
  removeAliasInput,
  removeAliasOutput,
  setAliasInput,
  setAliasOutput,
  tryOutInput,
  tryOutOutput,
} from './schema.ts';
import { inspectUpload, publishModel, removeAlias, setAlias, tryOut } from './service.ts';

export const modelsRouter = router({
  list: procedure('models:read')
    .meta({ rest: { method: 'GET', path: '/models', tag: 'Models', summary: 'List models' } })
    .input(listModelsInput)
    .output(listModelsOutput)
    .query(({ ctx, input }) => listModels(ctx.deps.db, ctx.actor, input)),

  get: procedure('models:read')
    .meta({ rest: { method: 'GET', path: '/models/{name}', tag: 'Models', summary: 'Read a model with its versions and aliases' } })
    .input(getModelInput)
    .output(modelSchema)
    .query(async ({ ctx, input }) => ({ ...(await readModel(ctx.deps.db, ctx.actor, input.name)), can: modelPermissions(ctx.actor) })),

  inspect: procedure('models:write')
    .meta({ rest: { method: 'POST', path: '/uploads/{upload}/inspection', tag: 'Models', summary: 'Read the signature of an uploaded model' } })
    .input(inspectUploadInput)
    .output(inspectionSchema)
    .mutation(({ ctx, input }) => inspectUpload(ctx.deps, ctx.actor, input)),

  publish: procedure('models:write')
    .meta({ rest: { method: 'POST', path: '/models', tag: 'Models', summary: 'Publish an upload as the next version of a model' } })
    .input(publishModelInput)
    .output(publishModelOutput)
    .mutation(({ ctx, input }) => publishModel(ctx.deps, ctx.actor, input)),

  setAlias: procedure('models:write')
    .meta({ rest: { method: 'PUT', path: '/models/{name}/aliases/{alias}', tag: 'Models', summary: 'Point an alias at a version' } })
    .input(setAliasInput)
    .output(setAliasOutput)
    .mutation(({ ctx, input }) => setAlias(ctx.deps, ctx.actor, input)),

  removeAlias: procedure('models:write')
    .meta({ rest: { method: 'DELETE', path: '/models/{name}/aliases/{alias}', tag: 'Models', summary: 'Remove an alias' } })
    .input(removeAliasInput)
    .output(removeAliasOutput)
    .mutation(({ ctx, input }) => removeAlias(ctx.deps, ctx.actor, input)),

  tryOut: procedure('models:read')
    .meta({ rest: { method: 'POST', path: '/models/{name}/try-out', tag: 'Models', summary: 'Run a model on typed-in values' } })
    .input(tryOutInput)
    .output(tryOutOutput)
    .mutation(({ ctx, input }) => tryOut(ctx.deps, ctx.actor, input)),

  signatures: procedure('models:read')
    .meta({ rest: { method: 'GET', path: '/model-signatures', tag: 'Models', summary: 'List every reference that a rule may write, with its types' } })
    .input(modelSignaturesInput)
    .output(modelSignaturesOutput)
    .query(({ ctx, input }) => listSignatures(ctx.deps.db, ctx.actor.organizationId, input.query)),
});
