import { procedure, router } from '../trpc/procedures.ts';
import { checkRule } from './check.ts';
import { rulePermissions } from './policy.ts';
import { listRules, readRule, readRuleTests, readRuleVersion } from './reads.ts';
import {
  checkRuleInput,
  checkRuleOutput,
  deleteRuleTestInput,
  deleteRuleTestOutput,
  discardDraftInput,
  discardDraftOutput,
  getRuleInput,
  getRuleVersionInput,
  listRulesInput,
  listRulesOutput,
  listRuleTestsInput,
  listRuleTestsOutput,
  publishRuleInput,
  publishRuleOutput,
  ruleSchema,
  ruleVersionSchema,
  runRuleTestsInput,
  runRuleTestsOutput,
  saveDraftInput,
  saveDraftOutput,
  saveRuleTestInput,
  saveRuleTestOutput,
} from './schema.ts';
import { discardDraft, publishRule, saveDraft } from './service.ts';
import { deleteRuleTest, runRuleTests, saveRuleTest } from './tests.ts';

export const rulesRouter = router({
  list: procedure('rules:read')
    .meta({ rest: { method: 'GET', path: '/rules', tag: 'Rules', summary: 'List rules' } })
    .input(listRulesInput)
    .output(listRulesOutput)
    .query(({ ctx, input }) => listRules(ctx.deps.db, ctx.actor, input)),

  get: procedure('rules:read')
    .meta({ rest: { method: 'GET', path: '/rules/{name}', tag: 'Rules', summary: 'Read a rule with its versions and draft' } })
    .input(getRuleInput)
    .output(ruleSchema)
    .query(async ({ ctx, input }) => {
      const { latestVersion, ...rule } = await readRule(ctx.deps.db, ctx.actor, input.name);
      return { ...rule, can: rulePermissions(ctx.actor, latestVersion) };
    }),

  version: procedure('rules:read')
    .meta({ rest: { method: 'GET', path: '/rules/{name}/versions/{version}', tag: 'Rules', summary: 'Read the text of a version' } })
    .input(getRuleVersionInput)
    .output(ruleVersionSchema)
    .query(({ ctx, input }) => readRuleVersion(ctx.deps.db, ctx.actor.organizationId, input.name, input.version)),

  check: procedure('rules:read')
    .meta({ rest: { method: 'POST', path: '/rule-checks', tag: 'Rules', summary: 'Type-check a text without keeping it' } })
    .input(checkRuleInput)
    .output(checkRuleOutput)
    .mutation(({ ctx, input }) => checkRule(ctx.deps.db, ctx.actor.organizationId, input.text)),

  saveDraft: procedure('rules:write')
    .meta({ rest: { method: 'PUT', path: '/rules/{name}/draft', tag: 'Rules', summary: 'Save a draft' } })
    .input(saveDraftInput)
    .output(saveDraftOutput)
    .mutation(({ ctx, input }) => saveDraft(ctx.deps, ctx.actor, input)),

  discardDraft: procedure('rules:write')
    .meta({ rest: { method: 'DELETE', path: '/rules/{name}/draft', tag: 'Rules', summary: 'Discard the draft' } })
    .input(discardDraftInput)
    .output(discardDraftOutput)
    .mutation(({ ctx, input }) => discardDraft(ctx.deps, ctx.actor, input)),

  tests: procedure('rules:read')
    .meta({ rest: { method: 'GET', path: '/rules/{name}/tests', tag: 'Rules', summary: 'List the test cases of a rule' } })
    .input(listRuleTestsInput)
    .output(listRuleTestsOutput)
    .query(({ ctx, input }) => readRuleTests(ctx.deps.db, ctx.actor.organizationId, input.name)),

  saveTest: procedure('rules:write')
    .meta({ rest: { method: 'PUT', path: '/rules/{name}/tests', tag: 'Rules', summary: 'Save a test case' } })
    .input(saveRuleTestInput)
    .output(saveRuleTestOutput)
    .mutation(({ ctx, input }) => saveRuleTest(ctx.deps, ctx.actor, input)),

  deleteTest: procedure('rules:write')
    .meta({ rest: { method: 'DELETE', path: '/rules/{name}/tests/{test}', tag: 'Rules', summary: 'Delete a test case' } })
    .input(deleteRuleTestInput)
    .output(deleteRuleTestOutput)
    .mutation(({ ctx, input }) => deleteRuleTest(ctx.deps, ctx.actor, input)),

  runTests: procedure('rules:read')
    .meta({ rest: { method: 'POST', path: '/rules/{name}/test-runs', tag: 'Rules', summary: 'Run the test cases of a rule over a text' } })
    .input(runRuleTestsInput)
    .output(runRuleTestsOutput)
    .mutation(({ ctx, input }) => runRuleTests(ctx.deps, ctx.actor, input)),

  publish: procedure('rules:write')
    .meta({ rest: { method: 'POST', path: '/rules', tag: 'Rules', summary: 'Publish a text as the next version of a rule' } })
    .input(publishRuleInput)
    .output(publishRuleOutput)
    .mutation(({ ctx, input }) => publishRule(ctx.deps, ctx.actor, input)),
});
