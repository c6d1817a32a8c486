import { nameSchema, versionSchema } from '@selvedge/edge-runtime/protocol';
import { z } from 'zod';
import { documentChangeSchema, documentKindSchema } from '../documents/schema.ts';
import { idSchema, pageInput, pageOf, permissionSchema } from '../kernel/wire.ts';
import { whyNoKey } from './ssh-key.ts';

/** What is taken of repositories, and what reading one may cost. */
export const repositoryLimits = {
  repositoriesMax: 50,
  syncsKeptMax: 100,
  linesMax: 5000,
  packBytesMax: 256 * 1024 ** 2,
  memoryBytesMax: 4 * 1024 ** 3,
  listingBytesMax: 16 * 1024 ** 2,
  commandMs: 120_000,
} as const;

/** Whether it is read by SSH, with a key. */
export function isSsh(url: string): boolean {
  return URL.canParse(url) && new URL(url).protocol === 'ssh:';
}

/** Where a credential belongs: with another scheme, host or port it is another place. */
export function placeOf(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host.toLowerCase()}`;
}

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/;
const urlSchema = z
  .url({ protocol: /^(https?|ssh)$/, error: 'It has to be an address that begins with https:// or ssh://.' })
  .max(2048)
  .refine((url) => !isSsh(url) || /^(\[[0-9a-f:.]+\]|[a-z0-9]([a-z0-9.-]*[a-z0-9])?)$/i.test(new URL(url).hostname), 'It has to name a host.')
  .refine((url) => URL.canParse(url) && new URL(url).username === '' && new URL(url).password === '', 'A credential does not stand in the address: it has fields of its own.')
  .refine((url) => URL.canParse(url) && new URL(url).search === '' && new URL(url).hash === '', 'It ends where the path ends: no ? and no #.');
const branchSchema = z.string().max(200).regex(/^[A-Za-z0-9_][A-Za-z0-9._/+-]*$/, 'It has to be the name of a branch.').refine((branch) => !/\.\.|\/\/|\.lock$|[./]$/.test(branch), 'It has to be the name of a branch.');
const pathSchema = z
  .string()
  .trim()
  .max(512)
  .transform((path) => path.replace(/^(\.?\/)+|\/+$/g, '').replace(/^\.$/, ''))
  .refine((path) => path.split('/').every((part) => part !== '..' && part !== '.') && !path.includes('//'), 'It has to be a folder of the repository.');

/** What a repository may be given: to change each kind of thing. It may read what it has to compare with. */
export const repositoryScopeSchema = z.enum(['rules:write', 'models:write', 'fleets:write', 'deployments:write', 'settings:write']);
/** Who is told of alerts is given to a repository by name alone. */
const usualScopes = repositoryScopeSchema.exclude(['settings:write']).options;

/** A key for this alone, that may read, and the lines of `known_hosts` by which the host is known. */
export const sshKeySchema = z.object({
  privateKey: z.string().min(1).max(16_384).superRefine((key, context) => {
    const message = whyNoKey(key);
    if (message !== null) context.addIssue({ code: 'custom', message });
  }),
  knownHosts: z.string().max(16_384).refine((lines) => /^[^#\s]\S*\s+\S+\s+[A-Za-z0-9+/=]+/m.test(lines), 'It has to be what ssh-keyscan prints, or what the owner of the host publishes: name, kind and key.'),
});

/** The name and the password or access token, or for ssh:// the key. Sealed, and never given back. */
const usernameSchema = z.string().max(200).regex(/^[\w.@+-]*$/, 'It has to be a user name.').default('git');
export const credentialSchema = z.union([
  z.object({ username: z.string().max(200).default('git'), password: z.string().min(1).max(4096) }),
  sshKeySchema.extend({ username: usernameSchema }),
], { error: 'It has to have a password, or privateKey and knownHosts.' });

/** What is said where a credential is of the other kind. */
export const wantsKey = 'ssh:// is opened by a privateKey with knownHosts, https:// by a name and a password or access token.';

const settings = {
  branch: branchSchema.default('main'),
  path: pathSchema.default(''),
  /** Applies each new commit by itself. */
  autoSync: z.boolean().default(false),
  /** Removes what it made when its document is gone. */
  prune: z.boolean().default(false),
  /** Puts back what somebody changed by hand. */
  selfHeal: z.boolean().default(false),
  /** How often the branch is asked. */
  intervalSeconds: z.number().int().min(30, 'At least 30 seconds.').max(86_400).default(180),
  scopes: z.array(repositoryScopeSchema).min(1, 'Choose what it may do.').max(repositoryScopeSchema.options.length).default([...usualScopes]),
};

export const connectRepositoryInput = z
  .object({ name: nameSchema, url: urlSchema, credential: credentialSchema.optional(), ...settings })
  .refine(({ url, credential }) => credential === undefined || keepsCredential(url), { path: ['url'], message: 'A credential goes over https:// only.' })
  .refine(({ url, credential }) => fits(url, credential), { path: ['credential'], message: wantsKey });

/** Whether it is what opens an address of this kind. */
export function fits(url: string, credential: z.infer<typeof credentialSchema> | null | undefined): boolean {
  return isSsh(url) ? credential != null && 'privateKey' in credential : credential == null || 'password' in credential;
}

/** Whether a credential may be sent there: encrypted, or within this machine. */
export function keepsCredential(url: string): boolean {
  return URL.canParse(url) && (new URL(url).protocol === 'https:' || isSsh(url) || loopback.test(new URL(url).hostname));
}

/** `credential` null forgets the one that is kept; one is needed anew with another host. */
export const updateRepositoryInput = z.object({
  id: idSchema,
  version: versionSchema,
  url: urlSchema.optional(),
  credential: credentialSchema.nullish(),
  branch: branchSchema.optional(),
  path: pathSchema.optional(),
  autoSync: z.boolean().optional(),
  prune: z.boolean().optional(),
  selfHeal: z.boolean().optional(),
  intervalSeconds: settings.intervalSeconds.unwrap().optional(),
  scopes: settings.scopes.unwrap().optional(),
});

/** How a repository stands; the first that holds counts, see docs/glossary.md. */
export const repositoryStatusSchema = z.enum(['Unknown', 'Failed', 'Drifted', 'OutOfSync', 'Synced']);

const commitSchema = z.object({ id: z.string(), subject: z.string(), author: z.string(), at: z.number() });
export const repositoryItemSchema = z.object({
  id: idSchema,
  name: z.string(),
  url: z.string(),
  branch: z.string(),
  path: z.string(),
  status: repositoryStatusSchema,
  /** Why it is `Failed`. */
  problem: z.string().nullable(),
  /** The newest commit whose documents were read. */
  head: commitSchema.nullable(),
  applied: z.object({ commit: z.string(), at: z.number() }).nullable(),
  /** How many things would change, and how many of them because somebody changed them here. */
  pending: z.number().int(),
  drifted: z.number().int(),
  objects: z.number().int(),
  readAt: z.number().nullable(),
  autoSync: z.boolean(),
  prune: z.boolean(),
  selfHeal: z.boolean(),
});

/** One thing that differs, or does not. `prune` removes it, `release` only says no more how it is to be. */
export const repositoryChangeSchema = documentChangeSchema.omit({ plan: true }).extend({
  action: z.enum(['create', 'change', 'same', 'prune', 'release']),
  /** What is wanted was applied before: somebody changed it here since. */
  drift: z.boolean(),
  place: z.object({ file: z.string(), line: z.number().int() }).nullable(),
});

export const listRepositoriesInput = pageInput.extend({ query: z.string().max(128).optional() });
export const listRepositoriesOutput = pageOf(repositoryItemSchema).extend({ can: z.object({ connect: permissionSchema }) });
export const repositoryIdInput = z.object({ id: idSchema });
export const repositorySchema = repositoryItemSchema.extend({
  version: z.number().int(),
  username: z.string(),
  hasCredential: z.boolean(),
  intervalSeconds: z.number().int(),
  scopes: z.array(repositoryScopeSchema),
  connectedBy: z.string(),
  createdAt: z.number(),
  comparedAt: z.number().nullable(),
  /** Whether somebody is at it now, and when it is looked at next: one that was asked to be is done when this is later and nobody is. */
  working: z.boolean(),
  nextAt: z.number(),
  changes: z.array(repositoryChangeSchema),
  /** One that waits or is under way. */
  syncing: idSchema.nullable(),
  can: z.object({ sync: permissionSchema, update: permissionSchema, remove: permissionSchema }),
});

export const syncRepositoryInput = repositoryIdInput.extend({ prune: z.boolean().default(false) });
export const syncReferenceOutput = z.object({ id: idSchema, sync: idSchema });
export const refreshRepositoryOutput = z.object({ id: idSchema, askedAt: z.number() });
export const repositoryReferenceOutput = z.object({ id: idSchema });

export const repositorySyncSchema = z.object({
  id: idSchema,
  state: z.enum(['Waiting', 'Running', 'Succeeded', 'Failed']),
  /** Who asked for it; null when it came by itself. */
  requestedBy: z.string().nullable(),
  prune: z.boolean(),
  commit: z.string().nullable(),
  subject: z.string(),
  did: z.array(z.object({ kind: documentKindSchema, name: z.string(), did: z.string(), deployment: idSchema.nullable() })),
  problem: z.string().nullable(),
  createdAt: z.number(),
  finishedAt: z.number().nullable(),
});
export const listSyncsInput = pageInput.extend({ id: idSchema });
export const listSyncsOutput = pageOf(repositorySyncSchema);
export const getSyncInput = repositoryIdInput.extend({ sync: idSchema });

/** Which repository says how a thing is to be. */
export const ownerInput = z.object({ kind: documentKindSchema, name: z.string().trim().min(1).max(100) });
export const ownerOutput = z.object({ repository: z.object({ id: idSchema, name: z.string(), selfHeal: z.boolean() }), commit: z.string() }).nullable();

export type SshKey = z.infer<typeof sshKeySchema>;
export type RepositoryStatus = z.infer<typeof repositoryStatusSchema>;
export type RepositoryItem = z.infer<typeof repositoryItemSchema>;
export type RepositoryDetail = z.infer<typeof repositorySchema>;
export type RepositoryChange = z.infer<typeof repositoryChangeSchema>;
export type RepositoryScope = z.infer<typeof repositoryScopeSchema>;
export type SyncItem = z.infer<typeof repositorySyncSchema>;
export type SyncDone = SyncItem['did'][number];
