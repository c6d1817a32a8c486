import { procedure, publicProcedure, router, signedInProcedure } from '../trpc/procedures.ts';
import { pageInput } from '../kernel/wire.ts';
import { createBreakGlassInput, createBreakGlassOutput, listBreakGlassOutput } from './break-glass/schema.ts';
import { createCode, endCode, listCodes } from './break-glass/service.ts';
import { havePasskeys } from './passkeys/ceremonies.ts';
import { removePasskey } from './passkeys/service.ts';
import { listApiTokens, listMembers, listPasskeys, listRoles, listSessions, previewInvitation, readMe } from './reads.ts';
import * as schema from './schema.ts';
import { createApiToken, revokeApiToken } from './service/api-tokens.ts';
import { demandSecondFactor, inviteMember, removeMember, renameOrganization, resetSecondFactor, revokeInvitation, setMemberAccess } from './service/members.ts';
import { changeRole, createRole, removeRole } from './roles/service.ts';
import { requireUser, revokeOtherSessions, revokeSession } from './service/sessions.ts';
import { singleSignOnPart } from './single-sign-on.ts';

const done = { done: true } as const;

const membersRouter = router({
  list: procedure('settings:read')
    .meta({ rest: { method: 'GET', path: '/members', tag: 'Members', summary: 'List members and open invitations' } })
    .output(schema.listMembersOutput)
    .query(({ ctx }) => listMembers(ctx.deps, ctx.actor)),
  invite: procedure('settings:write')
    .meta({ rest: { method: 'POST', path: '/members/invitations', tag: 'Members', summary: 'Invite a person by a one-time link' } })
    .input(schema.inviteInput)
    .output(schema.inviteOutput)
    .mutation(({ ctx, input }) => inviteMember(ctx.deps, ctx.actor, input)),
  revokeInvitation: procedure('settings:write')
    .meta({ rest: { method: 'DELETE', path: '/members/invitations/{id}', tag: 'Members', summary: 'Withdraw an invitation' } })
    .input(schema.byIdInput)
    .output(schema.doneOutput)
    .mutation(async ({ ctx, input }) => {
      await revokeInvitation(ctx.deps, ctx.actor, input.id);
      return done;
    }),
  setAccess: procedure('settings:write')
    .meta({ rest: { method: 'PATCH', path: '/members/{id}', tag: 'Members', summary: 'Give a member another role, or limit them to other fleets' } })
    .input(schema.setAccessInput)
    .output(schema.doneOutput)
    .mutation(async ({ ctx, input }) => {
      await setMemberAccess(ctx.deps, ctx.actor, input);
      return done;
    }),
  resetSecondFactor: procedure('settings:write')
    .meta({ rest: { method: 'POST', path: '/members/{id}/reset-second-factor', tag: 'Members', summary: 'Forget the second factor of a member who lost it' } })
    .input(schema.byIdInput)
    .output(schema.doneOutput)
    .mutation(async ({ ctx, input }) => {
      await resetSecondFactor(ctx.deps, ctx.actor, input.id);
      return done;
    }),
  remove: procedure('settings:write')
    .meta({ rest: { method: 'DELETE', path: '/members/{id}', tag: 'Members', summary: 'Remove a member and end their sessions' } })
    .input(schema.byIdInput)
    .output(schema.doneOutput)
    .mutation(async ({ ctx, input }) => {
      await removeMember(ctx.deps, ctx.actor, input.id);
      return done;
    }),
});

const rolesRouter = router({
  list: procedure('settings:read')
    .meta({ rest: { method: 'GET', path: '/roles', tag: 'Members', summary: 'List roles with what each may do' } })
    .output(schema.listRolesOutput)
    .query(({ ctx }) => listRoles(ctx.deps, ctx.actor)),
  create: procedure('settings:write')
    .meta({ rest: { method: 'POST', path: '/roles', tag: 'Members', summary: 'Make a role of the organization’s own' } })
    .input(schema.createRoleInput)
    .output(schema.createRoleOutput)
    .mutation(({ ctx, input }) => createRole(ctx.deps, ctx.actor, input)),
  update: procedure('settings:write')
    .meta({ rest: { method: 'PATCH', path: '/roles/{id}', tag: 'Members', summary: 'Change a role for everybody who has it' } })
    .input(schema.updateRoleInput)
    .output(schema.doneOutput)
    .mutation(async ({ ctx, input }) => {
      await changeRole(ctx.deps, ctx.actor, input);
      return done;
    }),
  remove: procedure('settings:write')
    .meta({ rest: { method: 'DELETE', path: '/roles/{id}', tag: 'Members', summary: 'Remove a role that nobody has' } })
    .input(schema.byIdInput)
    .output(schema.doneOutput)
    .mutation(async ({ ctx, input }) => {
      await removeRole(ctx.deps, ctx.actor, input.id);
      return done;
    }),
});

const tokensRouter = router({
  list: procedure('settings:read')
    .meta({ rest: { method: 'GET', path: '/tokens', tag: 'API tokens', summary: 'List API tokens, newest first' } })
    .input(pageInput)
    .output(schema.listApiTokensOutput)
    .query(({ ctx, input }) => listApiTokens(ctx.deps, ctx.actor, input)),
  create: procedure('settings:write')
    .meta({ rest: { method: 'POST', path: '/tokens', tag: 'API tokens', summary: 'Make an API token; it is shown once' } })
    .input(schema.createApiTokenInput)
    .output(schema.createApiTokenOutput)
    .mutation(({ ctx, input }) => createApiToken(ctx.deps, ctx.actor, input)),
  revoke: procedure('settings:write')
    .meta({ rest: { method: 'DELETE', path: '/tokens/{id}', tag: 'API tokens', summary: 'Revoke an API token' } })
    .input(schema.byIdInput)
    .output(schema.doneOutput)
    .mutation(async ({ ctx, input }) => {
      await revokeApiToken(ctx.deps, ctx.actor, input.id);
      return done;
    }),
});

const sessionsRouter = router({
  list: signedInProcedure.output(schema.listSessionsOutput).query(({ ctx }) => listSessions(ctx.deps, requireUser(ctx.actor))),
  revoke: signedInProcedure
    .input(schema.byIdInput)
    .output(schema.doneOutput)
    .mutation(async ({ ctx, input }) => {
      await revokeSession(ctx.deps, ctx.actor, input.id);
      return done;
    }),
  revokeOthers: signedInProcedure.output(schema.revokeOtherSessionsOutput).mutation(({ ctx }) => revokeOtherSessions(ctx.deps, ctx.actor)),
});

export const identityRouter = router({
  me: signedInProcedure
    .meta({ rest: { method: 'GET', path: '/me', tag: 'Identity', summary: 'Who this session or token is, and what it may do' } })
    .output(schema.meOutput)
    .query(({ ctx }) => readMe(ctx.deps, ctx.actor)),
  ways: publicProcedure.output(schema.waysOutput).query(({ ctx }) => ({ singleSignOn: singleSignOnPart.find(ctx.deps)?.name ?? null, passkeys: havePasskeys(ctx.deps.publicUrl) })),
  invitation: publicProcedure
    .input(schema.invitationPreviewInput)
    .output(schema.invitationPreviewOutput)
    .query(({ ctx, input }) => previewInvitation(ctx.deps, input.token)),
  members: membersRouter,
  roles: rolesRouter,
  tokens: tokensRouter,
  sessions: sessionsRouter,
  passkeys: router({
    list: signedInProcedure.output(schema.listPasskeysOutput).query(({ ctx }) => listPasskeys(ctx.deps, requireUser(ctx.actor))),
    remove: signedInProcedure
      .input(schema.byIdInput)
      .output(schema.doneOutput)
      .mutation(async ({ ctx, input }) => {
        await removePasskey(ctx.deps, ctx.actor, input.id);
        return done;
      }),
  }),
  breakGlass: router({
    list: procedure('settings:read')
      .meta({ rest: { method: 'GET', path: '/break-glass-codes', tag: 'Identity', summary: 'List break-glass codes: who used which, when and why' } })
      .output(listBreakGlassOutput)
      .query(({ ctx }) => listCodes(ctx.deps, ctx.actor)),
    create: procedure('settings:write')
      .meta({ rest: { method: 'POST', path: '/break-glass-codes', tag: 'Identity', summary: 'Make a code that opens everything once, for an hour; it is shown once' } })
      .input(createBreakGlassInput)
      .output(createBreakGlassOutput)
      .mutation(({ ctx, input }) => createCode(ctx.deps, ctx.actor, input)),
    revoke: procedure('settings:write')
      .meta({ rest: { method: 'DELETE', path: '/break-glass-codes/{id}', tag: 'Identity', summary: 'Revoke a code; whoever is in by it is out at once' } })
      .input(schema.byIdInput)
      .output(schema.doneOutput)
      .mutation(async ({ ctx, input }) => {
        await endCode(ctx.deps, ctx.actor, input.id);
        return done;
      }),
  }),
  organization: router({
    demandSecondFactor: procedure('settings:write')
      .meta({ rest: { method: 'PUT', path: '/organization/second-factor', tag: 'Identity', summary: 'Ask a second factor of everybody, or no more' } })
      .input(schema.demandSecondFactorInput)
      .output(schema.doneOutput)
      .mutation(async ({ ctx, input }) => {
        await demandSecondFactor(ctx.deps, ctx.actor, input.required);
        return done;
      }),
    rename: procedure('settings:write')
      .meta({ rest: { method: 'PATCH', path: '/organization', tag: 'Identity', summary: 'Rename the organization' } })
      .input(schema.renameOrganizationInput)
      .output(schema.doneOutput)
      .mutation(async ({ ctx, input }) => {
        await renameOrganization(ctx.deps, ctx.actor, input.name);
        return done;
      }),
  }),
});
