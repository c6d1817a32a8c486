import type { z } from 'zod';
import { performChange } from '../audit/index.ts';
import type { Change } from '../audit/index.ts';
import { scopesBeyond } from '../identity/index.ts';
import type { Capability } from '../identity/index.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Deps } from '../kernel/deps.ts';
import { DomainError, notFound } from '../kernel/errors.ts';
import { oneAtATime } from '../kernel/one-at-a-time.ts';
import { sealCredential } from './credential.ts';
import { askToRead, countRepositories, deleteRepository, findOpenSync, insertRepository, insertSync, lockRepository, updateSettings } from './repository.ts';
import type { RepositoryRow } from './repository.ts';
import { fits, isSsh, keepsCredential, placeOf, repositoryLimits, wantsKey } from './schema.ts';
import type { connectRepositoryInput, RepositoryScope, refreshRepositoryOutput, repositoryReferenceOutput, syncReferenceOutput, syncRepositoryInput, updateRepositoryInput } from './schema.ts';

type Reference = z.infer<typeof repositoryReferenceOutput>;

/** What a repository needs to compare, besides what it was given to change. */
const readScopes: readonly Capability[] = ['rules:read', 'models:read', 'fleets:read', 'deployments:read'];

/** Connects a branch and path. It may do what it is given, and nothing that who connects it may not; the branch is asked at once. */
export async function connectRepository(deps: Deps, actor: Actor, input: z.infer<typeof connectRepositoryInput>): Promise<Reference> {
  const { credential, name, ...settings } = input;
  requireOwnScopes(actor, settings.scopes);
  const id = deps.ids.next();
  const at = new Date(deps.clock.now());
  await performChange(deps, actor, async (change) => {
    const { organizationId } = actor;
    await oneAtATime(change.tx, organizationId, 'repositories');
    if ((await countRepositories(change.tx, organizationId)) >= repositoryLimits.repositoriesMax) throw new DomainError('LimitReached', `An organization has at most ${repositoryLimits.repositoriesMax} repositories.`);
    if ((await countRepositories(change.tx, organizationId, name)) > 0) throw new DomainError('NameTaken', `There is a repository “${name}” already.`);
    await insertRepository(change.tx, {
      ...settings, id, organizationId, name, scopes: [...new Set(settings.scopes)], username: credential?.username ?? '', sealed: credential === undefined ? null : sealCredential(deps.vault, id, credential), connectedBy: actor.name, createdAt: at, readDueAt: at, dueAt: at,
    });
    note(change, 'connect', { id, name }, undefined, { ...settings, hasCredential: credential !== undefined });
  });
  return { id };
}

/** Changes where it is or how it is kept. A credential does not follow to another host: it is given anew, or none is kept. */
export async function updateRepository(deps: Deps, actor: Actor, input: z.infer<typeof updateRepositoryInput>): Promise<Reference> {
  const { id, version, credential, ...settings } = input;
  await performChange(deps, actor, async (change) => {
    const row = await requireRow(change, actor, id);
    if (settings.scopes !== undefined) requireOwnScopes(actor, settings.scopes.filter((scope) => !row.scopes.includes(scope)));
    const before = settingsOf(row);
    const after = {
      url: settings.url ?? row.url, branch: settings.branch ?? row.branch, path: settings.path ?? row.path, autoSync: settings.autoSync ?? row.autoSync, prune: settings.prune ?? row.prune, selfHeal: settings.selfHeal ?? row.selfHeal,
      intervalSeconds: settings.intervalSeconds ?? row.intervalSeconds, scopes: [...new Set(settings.scopes ?? row.scopes)],
    };
    const { url } = after;
    const moved = placeOf(url) !== placeOf(row.url);
    const kept = credential === undefined && !moved ? row.sealed : credential == null ? null : sealCredential(deps.vault, id, credential);
    if (kept !== null && !keepsCredential(url)) throw new DomainError('InvalidInput', 'A credential goes over https:// only.', { details: { issues: [{ path: ['url'], message: 'A credential goes over https:// only.' }] } });
    if (credential == null ? isSsh(url) && kept === null : !fits(url, credential)) throw new DomainError('InvalidInput', wantsKey, { details: { issues: [{ path: ['credential'], message: wantsKey }] } });
    const elsewhere = url !== row.url || after.branch !== row.branch || after.path !== row.path;
    const at = new Date(deps.clock.now());
    const changed = await updateSettings(change.tx, { id, version }, {
      ...after, sealed: kept, username: credential?.username ?? (kept === null ? '' : row.username), readDueAt: at, dueAt: at, retryAt: null, applyFailures: 0,
      // Another place is read as if for the first time; what it says of things so far stands until then.
      ...(elsewhere && { headCommit: null, refusedCommit: null, readProblem: null, applyProblem: null }),
    });
    if (!changed) throw new DomainError('Conflict', `The repository “${row.name}” was changed by somebody else since you read it. Read it again and repeat your change.`, { details: { version: row.version } });
    note(change, 'update', row, before, { ...after, hasCredential: kept !== null });
  });
  return { id };
}

/** Forgets a repository. What it made stays as it is, and people may change it again. */
export async function removeRepository(deps: Deps, actor: Actor, id: string): Promise<Reference> {
  await performChange(deps, actor, async (change) => {
    const row = await requireRow(change, actor, id);
    await deleteRepository(change.tx, id);
    note(change, 'remove', row, settingsOf(row));
  });
  return { id };
}

/** Asks for the branch to be read and compared; applies nothing that would not be applied by itself. */
export async function refreshRepository(deps: Deps, actor: Actor, id: string): Promise<z.infer<typeof refreshRepositoryOutput>> {
  const askedAt = deps.clock.now();
  await performChange(deps, actor, async (change) => {
    const row = await requireRow(change, actor, id);
    await askToRead(change.tx, id, new Date(askedAt));
    note(change, 'refresh', row);
  });
  return { id, askedAt };
}

/** Asks for everything that differs to be applied, what is held as well. One at a time. */
export async function syncRepository(deps: Deps, actor: Actor, { id, prune }: z.infer<typeof syncRepositoryInput>): Promise<z.infer<typeof syncReferenceOutput>> {
  const sync = deps.ids.next();
  await performChange(deps, actor, async (change) => {
    const row = await requireRow(change, actor, id);
    if ((await findOpenSync(change.tx, id)) !== null) throw new DomainError('Conflict', 'A sync is under way.');
    const createdAt = new Date(deps.clock.now());
    await insertSync(change.tx, { id: sync, organizationId: actor.organizationId, repositoryId: id, state: 'Waiting', requestedBy: actor.name, prune, commit: null, createdAt });
    await askToRead(change.tx, id, createdAt);
    note(change, 'requestSync', row, undefined, { sync, prune });
  });
  return { id, sync };
}

/** All that a repository may do that was given these: who sets who is told of alerts reads it, too. */
export function scopesWith<Scope extends string>(given: readonly Scope[]): (Scope | Capability)[] {
  const reads: readonly Capability[] = given.some((scope) => scope === 'settings:write') ? [...readScopes, 'settings:read'] : readScopes;
  return [...reads, ...given];
}

function requireOwnScopes(actor: Actor, scopes: readonly RepositoryScope[]): void {
  const beyond = scopesBeyond(actor, scopesWith(scopes));
  if (beyond.length > 0) throw new DomainError('Forbidden', `You cannot let a repository do what you may not: ${beyond.join(', ')}.`, { details: { scopes: beyond } });
}

async function requireRow(change: Change, actor: Actor, id: string): Promise<RepositoryRow> {
  const row = await lockRepository(change.tx, actor.organizationId, id);
  if (row === null) throw notFound('repository', id);
  return row;
}

function settingsOf({ url, branch, path, autoSync, prune, selfHeal, intervalSeconds, scopes, sealed }: RepositoryRow): object {
  return { url, branch, path, autoSync, prune, selfHeal, intervalSeconds, scopes, hasCredential: sealed !== null };
}

function note(change: Change, verb: 'connect' | 'refresh' | 'remove' | 'requestSync' | 'update', { id, name }: { id: string; name: string }, before?: object, after?: object): void {
  change.record({ action: `repository.${verb}`, object: { kind: 'repository', id, name }, before, after });
  change.publish({ topic: 'repository', subjectId: id, kind: 'due' });
}
