import type { z } from 'zod';
import { performChange } from '../audit/index.ts';
import type { Change } from '../audit/index.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Queryable } from '../kernel/db.ts';
import type { Deps } from '../kernel/deps.ts';
import { DomainError, notFound } from '../kernel/errors.ts';
import { oneAtATime } from '../kernel/one-at-a-time.ts';
import { secretsIn, unsealSettings } from './channel-settings.ts';
import { alertLimits } from './policy.ts';
import type { listSecretsOutput, setSecretInput } from './schema.ts';

/* Secrets by name: what channels say as `${secret:NAME}`. They are looked up when something is sent, so that a new value counts at once. */

const contextOf = (id: string): string => `notification-secret:${id}`;

/** The secrets of an organization by name, each with the channels that name it. */
export async function readSecrets(deps: Pick<Deps, 'db' | 'vault'>, organizationId: string): Promise<z.infer<typeof listSecretsOutput>> {
  const [rows, users] = await Promise.all([deps.db.notificationSecret.findMany({ where: { organizationId }, orderBy: { name: 'asc' } }), readUsers(deps, deps.db, organizationId)]);
  return { secrets: rows.map(({ name, setBy, setAt }) => ({ name, setBy, setAt: setAt.getTime(), usedBy: users.filter(({ names }) => names.includes(name)).map((one) => one.channel) })) };
}

/** Which of these names no secret has. */
export async function missingSecrets(db: Queryable, organizationId: string, names: readonly string[]): Promise<string[]> {
  const known = await db.notificationSecret.findMany({ where: { organizationId, name: { in: [...names] } }, select: { name: true } });
  return names.filter((name) => !known.some((one) => one.name === name));
}

/** Throws NotFound where settings name a secret that is not there. */
export async function requireSecrets({ tx }: Change, organizationId: string, settings: object): Promise<void> {
  const [missing] = await missingSecrets(tx, organizationId, secretsIn(settings));
  if (missing !== undefined) throw notFound('secret', missing);
}

/** What is kept under a name; null where nothing is. */
export async function openSecret({ db, vault }: Pick<Deps, 'db' | 'vault'>, organizationId: string, name: string): Promise<string | null> {
  const row = await db.notificationSecret.findUnique({ where: { organizationId_name: { organizationId, name } } });
  return row === null ? null : Buffer.from(vault.unseal(row.sealed, contextOf(row.id))).toString('utf8');
}

/** Keeps a secret under a name, in the place of the one before. */
export async function setSecret(deps: Deps, actor: Actor, { name, secret }: z.infer<typeof setSecretInput>): Promise<{ name: string }> {
  const { organizationId } = actor;
  await performChange(deps, actor, async (change) => {
    const { tx } = change;
    await oneAtATime(tx, organizationId, 'notifications');
    const before = await tx.notificationSecret.findUnique({ where: { organizationId_name: { organizationId, name } } });
    if (before === null && (await tx.notificationSecret.count({ where: { organizationId } })) >= alertLimits.secretsMax) throw new DomainError('LimitReached', `An organization has at most ${alertLimits.secretsMax} secrets of notifications.`);
    const id = before?.id ?? deps.ids.next();
    const kept = { sealed: deps.vault.seal(Buffer.from(secret), contextOf(id)), setBy: actor.name, setAt: new Date(deps.clock.now()) };
    await tx.notificationSecret.upsert({ where: { organizationId_name: { organizationId, name } }, create: { id, organizationId, name, ...kept }, update: kept });
    change.record({ action: 'notificationSecret.set', object: { kind: 'notificationSecret', id, name }, after: { replaced: before !== null } });
    change.publish({ topic: 'settings', subjectId: id, kind: 'notificationSecret' });
  });
  return { name };
}

/** Forgets a secret. Throws Conflict while a channel names it. */
export async function removeSecret(deps: Deps, actor: Actor, name: string): Promise<{ name: string }> {
  const { organizationId } = actor;
  await performChange(deps, actor, async (change) => {
    await oneAtATime(change.tx, organizationId, 'notifications');
    const row = await change.tx.notificationSecret.findUnique({ where: { organizationId_name: { organizationId, name } } });
    if (row === null) throw notFound('secret', name);
    const user = (await readUsers(deps, change.tx, organizationId)).find(({ names }) => names.includes(name));
    if (user !== undefined) throw new DomainError('Conflict', `The channel “${user.channel}” names it.`);
    await change.tx.notificationSecret.delete({ where: { id: row.id } });
    change.record({ action: 'notificationSecret.remove', object: { kind: 'notificationSecret', id: row.id, name } });
    change.publish({ topic: 'settings', subjectId: row.id, kind: 'notificationSecret' });
  });
  return { name };
}

async function readUsers(deps: Pick<Deps, 'vault'>, db: Queryable, organizationId: string): Promise<{ channel: string; names: string[] }[]> {
  const channels = await db.notificationChannel.findMany({ where: { organizationId }, orderBy: { name: 'asc' } });
  return channels.map((channel) => ({ channel: channel.name, names: secretsIn(unsealSettings(deps, channel)) }));
}
