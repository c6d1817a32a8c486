import type { z } from 'zod';
import { performChange } from '../audit/index.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Deps } from '../kernel/deps.ts';
import { DomainError, notFound } from '../kernel/errors.ts';
import { inReach } from '../kernel/reach.ts';
import { alertPermissions } from './policy.ts';
import { readAlert } from './reads.ts';
import { findAlertSettings, writeAlertSettings } from './repository.ts';
import type { AlertItem, alertSettingsSchema } from './schema.ts';

type Verb = 'acknowledge' | 'resolve' | 'mute';

/** A person takes an alert on, ends it, or wants to hear nothing of it for a while. */
export async function actOnAlert(deps: Deps, actor: Actor, verb: Verb, input: { id: string; minutes?: number }): Promise<AlertItem> {
  await performChange(deps, actor, async (change) => {
    const row = await change.tx.alert.findFirst({ where: { ...inReach(actor), id: input.id } });
    if (row === null) throw notFound('alert', input.id);
    const may = alertPermissions(actor, row.state)[verb];
    if (!may.allowed) throw new DomainError('Conflict', may.reason ?? 'This cannot be done now.');
    const at = new Date(deps.clock.now());
    const data = verb === 'acknowledge' ? { state: 'Acknowledged' as const, acknowledgedBy: actor.name, acknowledgedAt: at } : verb === 'resolve' ? { state: 'Resolved' as const, resolvedBy: actor.name, resolvedAt: at } : { mutedUntil: new Date(at.getTime() + (input.minutes ?? 0) * 60_000) };
    await change.tx.alert.update({ where: { id: row.id }, data });
    change.record({ action: `alert.${verb}`, object: { kind: 'alert', id: row.id, name: row.title }, before: { state: row.state }, after: verb === 'mute' ? { minutes: input.minutes } : { state: data.state } });
    change.publish({ topic: 'alert', subjectId: row.id, kind: verb, payload: { fleet: row.fleetId } });
  });
  return readAlert(deps.db, actor, input.id);
}

/** Says how long a node may be away before there is an alert of it. One that is open ends where it is no longer so. */
export async function setAlertSettings(deps: Deps, actor: Actor, settings: z.infer<typeof alertSettingsSchema>): Promise<z.infer<typeof alertSettingsSchema>> {
  const { organizationId } = actor;
  return performChange(deps, actor, async (change) => {
    const { name, ...before } = await findAlertSettings(change.tx, organizationId);
    if (before.offlineMinutes === settings.offlineMinutes) return settings;
    await writeAlertSettings(change.tx, organizationId, settings);
    change.record({ action: 'organization.setAlerts', object: { kind: 'organization', id: organizationId, name }, before, after: settings });
    change.publish({ topic: 'settings', subjectId: organizationId, kind: 'alerts' });
    return settings;
  });
}
