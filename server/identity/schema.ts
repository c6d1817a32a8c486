import { timeSchema } from '@selvedge/edge-runtime/protocol';
import { z } from 'zod';
import { idSchema, pageOf, permissionSchema, storableString } from '../kernel/wire.ts';
import { capabilities, fleetCapabilities } from './capabilities.ts';

export { fleetCapabilities };

/** A role by its name: `administrator`, `operator`, `author`, `viewer`, or one that the organization made. */
export const roleSchema = storableString.trim().min(1, 'A name is needed.').max(64);
export const capabilitySchema = z.enum(capabilities);
export const emailSchema = z.email('This is not an e-mail address.').max(254).transform((email) => email.toLowerCase());
export const personNameSchema = storableString.trim().min(1, 'A name is needed.').max(100);
export const passwordLimits = { charactersMin: 12, charactersMax: 128 } as const;
export const passwordSchema = z
  .string()
  .min(passwordLimits.charactersMin, `A password has at least ${passwordLimits.charactersMin} characters.`)
  .max(passwordLimits.charactersMax, `A password has at most ${passwordLimits.charactersMax} characters.`);
/** A one-time secret as links carry it. */
export const linkTokenSchema = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'The link is not complete.');

/** Body of `POST /api/auth/sign-in-link`: makes the person an administrator, or gives one who exists a new password, and signs in. */
export const acceptSignInLinkInput = z.object({ token: linkTokenSchema, name: personNameSchema, email: emailSchema, password: passwordSchema });
/** Body of `POST /api/auth/invitation`: the invited person chooses a password and is signed in. */
export const acceptInvitationInput = z.object({ token: linkTokenSchema, name: personNameSchema, password: passwordSchema });

/** What somebody is limited to: some fleets by their ids, or nothing. */
export const fleetLimitSchema = z.union([z.literal('all'), z.array(idSchema).min(1, 'Choose at least one fleet.').max(500)]);
/** The same as it is shown; null is the whole organization. A fleet that is gone has no name. */
export const fleetLimitOutput = z.array(z.object({ id: idSchema, name: z.string().nullable() })).nullable();

/** A role with the reach in which somebody has it. */
export const grantOutput = z.object({ role: z.string(), fleets: fleetLimitOutput });

export const meOutput = z.object({
  /** `secondFactor`: a code is asked for beside the password. */
  user: z.object({ id: idSchema, name: z.string(), email: z.string(), secondFactor: z.boolean() }),
  organization: z.object({ id: idSchema, name: z.string(), requiresSecondFactor: z.boolean() }),
  /** The organization asks for a second factor that this session has not shown: only the own account is open. */
  awaitsSecondFactor: z.boolean(),
  /** In by a break-glass code until this time; null for everybody else. */
  breakGlassUntil: z.number().nullable(),
  role: z.string().nullable(),
  /** Of all roles together. */
  fleets: fleetLimitOutput,
  /** Each role of a person with where it holds and what it may; none for a token. */
  grants: z.array(grantOutput.extend({ capabilities: z.array(capabilitySchema) })),
  /** Without those that are not for who is limited to fleets. */
  capabilities: z.array(capabilitySchema),
});

/** How people may sign in: always by password, and by a provider where there is one, as people know it. */
export const waysOutput = z.object({
  singleSignOn: z.string().nullable(),
  /** Whether browsers have passkeys for the address of this console. */
  passkeys: z.boolean(),
});

export const invitationPreviewInput = z.object({ token: linkTokenSchema });
export const invitationPreviewOutput = z.object({ organization: z.string(), email: z.string(), name: z.string(), role: z.string(), expiresAt: z.number() });

export const memberSchema = z.object({
  id: idSchema,
  userId: idSchema,
  name: z.string(),
  email: z.string(),
  role: z.string(),
  fleets: fleetLimitOutput,
  /** Further roles, each with where it holds. */
  also: z.array(grantOutput),
  joinedAt: z.number(),
  lastSignInAt: z.number().nullable(),
  isYou: z.boolean(),
  /** Whether a code is asked for beside the password. */
  secondFactor: z.boolean(),
  passkeys: z.number().int(),
  can: z.object({ setAccess: permissionSchema, remove: permissionSchema, resetSecondFactor: permissionSchema }),
});
export const openInvitationSchema = z.object({ id: idSchema, name: z.string(), email: z.string(), role: z.string(), fleets: fleetLimitOutput, createdAt: z.number(), expiresAt: z.number() });
export const listMembersOutput = z.object({ items: z.array(memberSchema), invitations: z.array(openInvitationSchema), can: z.object({ invite: permissionSchema }) });

export const inviteInput = z.object({ email: emailSchema, name: personNameSchema, role: roleSchema, fleets: fleetLimitSchema.default('all') });
/** `link` is shown once: only its digest is kept. */
export const inviteOutput = z.object({ id: idSchema, link: z.string(), expiresAt: z.number() });
/** What is left out stays as it is. */
export const setAccessInput = z.object({
  id: idSchema,
  role: roleSchema.optional(),
  fleets: fleetLimitSchema.optional(),
  /** Further roles, each with where it holds, in place of those that were. */
  also: z.array(z.object({ role: roleSchema, fleets: fleetLimitSchema })).max(20).optional(),
});
export const byIdInput = z.object({ id: idSchema });
export const doneOutput = z.object({ done: z.literal(true) });

export const listRolesOutput = z.object({
  items: z.array(
    z.object({
      /** Null for a role that every organization has. */
      id: idSchema.nullable(),
      name: z.string(),
      capabilities: z.array(capabilitySchema),
      /** How many have it, as their first role or a further one. */
      members: z.number().int(),
      /** Whether the asking one has all that it may, and so could give it. */
      can: z.object({ give: permissionSchema, change: permissionSchema, remove: permissionSchema }),
    }),
  ),
  can: z.object({ create: permissionSchema }),
});
const roleCapabilitiesSchema = z.array(capabilitySchema).min(1, 'Choose at least one thing that it may do.').max(capabilities.length);
export const createRoleInput = z.object({ name: roleSchema, capabilities: roleCapabilitiesSchema });
export const createRoleOutput = z.object({ id: idSchema });
/** What is left out stays as it is. */
export const updateRoleInput = z.object({ id: idSchema, name: roleSchema.optional(), capabilities: roleCapabilitiesSchema.optional() });

export const apiTokenSchema = z.object({
  id: idSchema,
  name: z.string(),
  prefix: z.string(),
  scopes: z.array(z.string()),
  fleets: fleetLimitOutput,
  state: z.enum(['active', 'expired', 'revoked']),
  createdBy: z.string(),
  createdAt: z.number(),
  expiresAt: z.number(),
  lastUsedAt: z.number().nullable(),
});
export const listApiTokensOutput = pageOf(apiTokenSchema).extend({ can: z.object({ create: permissionSchema, revoke: permissionSchema }) });
export const createApiTokenInput = z.object({
  name: z.string().trim().min(1, 'A name is needed.').max(100),
  scopes: z.array(capabilitySchema).min(1, 'Choose at least one scope.').max(capabilities.length),
  fleets: fleetLimitSchema.default('all'),
  /** Milliseconds since 1970; at most two years ahead. */
  expiresAt: timeSchema,
});
/** `token` is shown once: only its digest is kept. */
export const createApiTokenOutput = z.object({ id: idSchema, token: z.string(), prefix: z.string(), expiresAt: z.number() });

export const sessionSchema = z.object({
  id: idSchema,
  createdAt: z.number(),
  /** To the minute. */
  lastUsedAt: z.number(),
  expiresAt: z.number(),
  /** From where it was last used. */
  address: z.string().nullable(),
  browser: z.string().nullable(),
  current: z.boolean(),
});
export const revokeOtherSessionsOutput = z.object({ ended: z.number().int() });
export const listSessionsOutput = z.object({ items: z.array(sessionSchema) });

export const passkeySchema = z.object({ id: idSchema, name: z.string(), createdAt: z.number(), lastUsedAt: z.number().nullable() });
export const listPasskeysOutput = z.object({ items: z.array(passkeySchema) });

export const demandSecondFactorInput = z.object({ required: z.boolean() });
export const renameOrganizationInput = z.object({ name: z.string().trim().min(1, 'A name is needed.').max(100) });
