import { inFleet } from '../identity/index.ts';
import { notFound } from '../kernel/errors.ts';
import { procedure, router } from '../trpc/procedures.ts';
import { allowDeployment, cancelDeployment, pauseDeployment, resumeDeployment, retryFailed, rollBackDeployment } from './actions.ts';
import { listDecisions } from './decisions.ts';
import { readDeploymentAt } from './past-deployment.ts';
import { pastPermissions, rolloutPermissions } from './policy.ts';
import { listDeploymentNodes, listDeployments, listPlanNodes, readDeployment, readLookDetail } from './reads.ts';
import { readStanding } from './repository.ts';
import {
  createDeploymentInput,
  decisionsInput,
  decisionsOutput,
  deploymentActionInput,
  deploymentNodesInput,
  deploymentNodesOutput,
  deploymentReferenceOutput,
  deploymentSchema,
  getDeploymentInput,
  listDeploymentsInput,
  listDeploymentsOutput,
  lookDetailSchema,
  lookInput,
  planInput,
  planNodesInput,
  planNodesOutput,
  madePlanSchema,
} from './schema.ts';
import { createDeployment, planDeployment } from './service.ts';

const tag = 'Deployments';

export const deploymentsRouter = router({
  plan: procedure('deployments:read')
    .meta({ rest: { method: 'POST', path: '/deployment-plans', tag, summary: 'Plan a deployment: what it would change, node by node' } })
    .input(planInput)
    .output(madePlanSchema)
    .mutation(({ ctx, input }) => planDeployment(ctx.deps, ctx.actor, input)),

  planNodes: procedure('deployments:read')
    .meta({ rest: { method: 'GET', path: '/deployment-plans/{hash}/nodes', tag, summary: 'List the nodes of a plan' } })
    .input(planNodesInput)
    .output(planNodesOutput)
    .query(({ ctx, input }) => listPlanNodes(ctx.deps.db, ctx.actor, input, ctx.deps.clock.now())),

  create: procedure('deployments:write')
    .meta({ rest: { method: 'POST', path: '/deployments', tag, summary: 'Start what was planned' } })
    .input(createDeploymentInput)
    .output(deploymentReferenceOutput)
    .mutation(({ ctx, input }) => createDeployment(ctx.deps, ctx.actor, input)),

  list: procedure('deployments:read')
    .meta({ rest: { method: 'GET', path: '/deployments', tag, summary: 'List deployments, newest first' } })
    .input(listDeploymentsInput)
    .output(listDeploymentsOutput)
    .query(({ ctx, input }) => listDeployments(ctx.deps.db, ctx.actor, input)),

  get: procedure('deployments:read')
    .meta({ rest: { method: 'GET', path: '/deployments/{id}', tag, summary: 'Read a deployment with its waves and decisions, now or at a moment of the past' } })
    .input(getDeploymentInput)
    .output(deploymentSchema)
    .query(async ({ ctx, input }) => {
      if (input.at !== undefined) return { ...(await readDeploymentAt(ctx.deps.db, ctx.actor, input.id, input.at, ctx.deps.clock.now())).deployment, can: pastPermissions };
      const [deployment, standing] = await Promise.all([readDeployment(ctx.deps.db, ctx.actor, input.id, ctx.deps.clock.now()), readStanding(ctx.deps.db, ctx.actor, input.id)]);
      if (standing === null) throw notFound('deployment', input.id);
      return { ...deployment, can: rolloutPermissions(inFleet(ctx.actor, standing.fleetId), standing) };
    }),

  nodes: procedure('deployments:read')
    .meta({ rest: { method: 'GET', path: '/deployments/{id}/nodes', tag, summary: 'List the nodes of a deployment by state' } })
    .input(deploymentNodesInput)
    .output(deploymentNodesOutput)
    .query(({ ctx, input }) => listDeploymentNodes(ctx.deps.db, ctx.actor, input)),

  decisions: procedure('deployments:read')
    .meta({ rest: { method: 'GET', path: '/deployments/{id}/decisions', tag, summary: 'List what a rollout and people decided, newest first' } })
    .input(decisionsInput)
    .output(decisionsOutput)
    .query(({ ctx, input }) => listDecisions(ctx.deps.db, ctx.actor, input)),

  look: procedure('deployments:read')
    .meta({ rest: { method: 'GET', path: '/deployments/{id}/waves/{wave}/looks/{look}', tag, summary: 'Read what gates found in a look, with the evidence they judged by' } })
    .input(lookInput)
    .output(lookDetailSchema)
    .query(({ ctx, input }) => readLookDetail(ctx.deps.db, ctx.actor, input)),

  pause: action('pause', 'Ask no more nodes until it is resumed', pauseDeployment),
  resume: action('resume', 'Go on after a pause or a gate', resumeDeployment),
  cancel: action('cancel', 'End a deployment where it is', cancelDeployment),
  rollBack: action('roll-back', 'Take its nodes back to what ran before', rollBackDeployment),
  retryFailed: action('retry-failed', 'Ask the nodes that failed again', retryFailed),
  allow: action('allow', 'Let a bundle that stopped itself be planned for its fleet again', allowDeployment),
});

/** What a person does to a rollout, each alike: its id and a reason in, its state out. */
function action(path: string, summary: string, work: typeof pauseDeployment) {
  return procedure('deployments:write')
    .meta({ rest: { method: 'POST', path: `/deployments/{id}/${path}`, tag, summary } })
    .input(deploymentActionInput)
    .output(deploymentReferenceOutput)
    .mutation(({ ctx, input }) => work(ctx.deps, ctx.actor, input));
}
