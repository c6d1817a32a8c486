import type { z } from 'zod';
import { performChange } from '../audit/index.ts';
import type { AuditAction, Change } from '../audit/index.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Deps } from '../kernel/deps.ts';
import { DomainError, notFound } from '../kernel/errors.ts';
import { inReach } from '../kernel/reach.ts';
import { targetOf } from './messages.ts';
import { sealSettings } from './notify.ts';
import { alertLimits, alertPermissions } from './policy.ts';
import { readAlert } from './reads.ts';
import { findAlertSettings, writeAlertSettings } from './repository.ts';
import type { AlertItem, alertSettingsSchema, createChannelInput, createRouteInput } from './schema.ts';

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

export async function createChannel(deps: Deps, actor: Actor, { name, settings }: z.infer<typeof createChannelInput>): Promise<{ id: string }> {
  const id = deps.ids.next();
  await performChange(deps, actor, async (change) => {
    const { organizationId } = actor;
    if ((await change.tx.notificationChannel.count({ where: { organizationId } })) >= alertLimits.channelsMax) throw new DomainError('LimitReached', `An organization has at most ${alertLimits.channelsMax} channels.`);
    if ((await change.tx.notificationChannel.count({ where: { organizationId, name } })) > 0) throw new DomainError('NameTaken', `There is a channel “${name}” already.`);
    const target = targetOf(settings);
    await change.tx.notificationChannel.create({ data: { id, organizationId, name, kind: settings.kind, target, sealed: sealSettings(deps.vault, id, settings), createdBy: actor.name, createdAt: new Date(deps.clock.now()) } });
    recordSetting(change, 'channel.create', 'channel', id, name, { kind: settings.kind, target });
  });
  return { id };
}

/** Removes a channel with what is still to be told by it; routes go on with their others. */
export async function removeChannel(deps: Deps, actor: Actor, id: string): Promise<{ id: string }> {
  await performChange(deps, actor, async (change) => {
    const row = await requireChannel(change, actor, id);
    await change.tx.notificationChannel.delete({ where: { id } });
    recordSetting(change, 'channel.remove', 'channel', id, row.name, { kind: row.kind, target: row.target });
  });
  return { id };
}

/** Asks for a message that says it is a test; the delivery log says how it went. */
export async function testChannel(deps: Deps, actor: Actor, id: string): Promise<{ id: string }> {
  const delivery = deps.ids.next();
  await performChange(deps, actor, async (change) => {
    const row = await requireChannel(change, actor, id);
    const at = new Date(deps.clock.now());
    await change.tx.notificationDelivery.create({ data: { id: delivery, organizationId: actor.organizationId, channelId: id, event: 'test', nextAt: at, createdAt: at } });
    recordSetting(change, 'channel.test', 'channel', id, row.name, {});
  });
  return { id: delivery };
}

export async function createRoute(deps: Deps, actor: Actor, input: z.infer<typeof createRouteInput>): Promise<{ id: string }> {
  const id = deps.ids.next();
  await performChange(deps, actor, async (change) => {
    const { organizationId } = actor;
    if ((await change.tx.notificationRoute.count({ where: { organizationId } })) >= alertLimits.routesMax) throw new DomainError('LimitReached', `An organization has at most ${alertLimits.routesMax} routes.`);
    const known = await change.tx.notificationChannel.count({ where: { organizationId, id: { in: input.channels } } });
    if (known !== new Set(input.channels).size) throw notFound('channel', input.channels.join(', '));
    if (input.fleet !== undefined && (await change.tx.fleet.count({ where: { organizationId, id: input.fleet } })) === 0) throw notFound('fleet', input.fleet);
    const { name, severityMin, sources, rule, fleet, channels, tellsResolved } = input;
    await change.tx.notificationRoute.create({ data: { id, organizationId, name, severityMin, sources, rule: rule ?? null, fleetId: fleet ?? null, channelIds: [...new Set(channels)], tellsResolved, createdAt: new Date(deps.clock.now()) } });
    recordSetting(change, 'route.create', 'route', id, name, input);
  });
  return { id };
}

export async function removeRoute(deps: Deps, actor: Actor, id: string): Promise<{ id: string }> {
  await performChange(deps, actor, async (change) => {
    const row = await change.tx.notificationRoute.findFirst({ where: { id, organizationId: actor.organizationId } });
    if (row === null) throw notFound('route', id);
    await change.tx.notificationRoute.delete({ where: { id } });
    recordSetting(change, 'route.remove', 'route', id, row.name, {});
  });
  return { id };
}

async function requireChannel(change: Change, actor: Actor, id: string) {
  const row = await change.tx.notificationChannel.findFirst({ where: { id, organizationId: actor.organizationId } });
  if (row === null) throw notFound('channel', id);
  return row;
}

function recordSetting(change: Change, action: AuditAction, kind: string, id: string, name: string, after: object): void {
  change.record({ action, object: { kind, id, name }, after });
  change.publish({ topic: 'settings', subjectId: id, kind: action });
}
