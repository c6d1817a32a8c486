import type { z } from 'zod';
import { performChange } from '../audit/index.ts';
import type { AuditAction, Change } from '../audit/index.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Deps } from '../kernel/deps.ts';
import { DomainError, notFound } from '../kernel/errors.ts';
import { oneAtATime } from '../kernel/one-at-a-time.ts';
import { sealSettings } from './channel-settings.ts';
import { targetOf } from './messages.ts';
import { alertLimits } from './policy.ts';
import type { changeChannelInput, changeRouteInput, createChannelInput, createRouteInput } from './schema.ts';
import { requireSecrets } from './secrets.ts';

/* Who is told of alerts: the ways there are, and what goes by which of them. */

export async function createChannel(deps: Deps, actor: Actor, { name, settings }: z.infer<typeof createChannelInput>): Promise<{ id: string }> {
  const id = deps.ids.next();
  await performChange(deps, actor, async (change) => {
    const { organizationId } = actor;
    await oneAtATime(change.tx, organizationId, 'notifications');
    if ((await change.tx.notificationChannel.count({ where: { organizationId } })) >= alertLimits.channelsMax) throw new DomainError('LimitReached', `An organization has at most ${alertLimits.channelsMax} channels.`);
    await requireFreeName(change, organizationId, name);
    await requireSecrets(change, organizationId, settings);
    const target = targetOf(settings);
    await change.tx.notificationChannel.create({ data: { id, organizationId, name, kind: settings.kind, target, sealed: sealSettings(deps, id, settings), createdBy: actor.name, createdAt: new Date(deps.clock.now()) } });
    recordSetting(change, 'channel.create', 'channel', id, name, { kind: settings.kind, target });
  });
  return { id };
}

/** Names a channel otherwise, or has it go elsewhere; what waits to be told goes there too. Routes keep it. */
export async function changeChannel(deps: Deps, actor: Actor, { id, name, settings }: z.infer<typeof changeChannelInput>): Promise<{ id: string }> {
  await performChange(deps, actor, async (change) => {
    const row = await requireChannel(change, actor, id);
    if (name !== undefined && name !== row.name) await requireFreeName(change, actor.organizationId, name);
    if (settings !== undefined) await requireSecrets(change, actor.organizationId, settings);
    const before = { name: row.name, kind: row.kind, target: row.target };
    const after = { name: name ?? row.name, kind: settings?.kind ?? row.kind, target: settings === undefined ? row.target : targetOf(settings) };
    await change.tx.notificationChannel.update({ where: { id }, data: { ...after, ...(settings !== undefined && { sealed: sealSettings(deps, id, settings) }) } });
    recordSetting(change, 'channel.update', 'channel', id, after.name, after, before);
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

/** Says whom to tell of what. With `alone`, throws NameTaken where a route has that name: people may give several the same. */
export async function createRoute(deps: Deps, actor: Actor, input: z.infer<typeof createRouteInput>, { alone = false } = {}): Promise<{ id: string }> {
  const id = deps.ids.next();
  await performChange(deps, actor, async (change) => {
    const { organizationId } = actor;
    await oneAtATime(change.tx, organizationId, 'notifications');
    if (alone && (await change.tx.notificationRoute.count({ where: { organizationId, name: input.name } })) > 0) throw new DomainError('NameTaken', `There is a route “${input.name}” already.`);
    if ((await change.tx.notificationRoute.count({ where: { organizationId } })) >= alertLimits.routesMax) throw new DomainError('LimitReached', `An organization has at most ${alertLimits.routesMax} routes.`);
    await change.tx.notificationRoute.create({ data: { id, organizationId, createdAt: new Date(deps.clock.now()), ...(await knownRoute(change, organizationId, input)) } });
    recordSetting(change, 'route.create', 'route', id, input.name, input);
  });
  return { id };
}

/** Puts another route in the place of one. */
export async function changeRoute(deps: Deps, actor: Actor, { id, ...route }: z.infer<typeof changeRouteInput>): Promise<{ id: string }> {
  await performChange(deps, actor, async (change) => {
    const { name, severityMin, sources, rule, fleetId, channelIds, tellsResolved } = await requireRoute(change, actor, id);
    await change.tx.notificationRoute.update({ where: { id }, data: await knownRoute(change, actor.organizationId, route) });
    const before = { name, severityMin, sources, ...(rule !== null && { rule }), ...(fleetId !== null && { fleet: fleetId }), channels: channelIds, tellsResolved };
    recordSetting(change, 'route.update', 'route', id, route.name, route, before);
  });
  return { id };
}

export async function removeRoute(deps: Deps, actor: Actor, id: string): Promise<{ id: string }> {
  await performChange(deps, actor, async (change) => {
    const row = await requireRoute(change, actor, id);
    await change.tx.notificationRoute.delete({ where: { id } });
    recordSetting(change, 'route.remove', 'route', id, row.name, {});
  });
  return { id };
}

async function requireChannel(change: Change, actor: Actor, id: string) {
  await oneAtATime(change.tx, actor.organizationId, 'notifications');
  const row = await change.tx.notificationChannel.findFirst({ where: { id, organizationId: actor.organizationId } });
  if (row === null) throw notFound('channel', id);
  return row;
}

async function requireRoute(change: Change, actor: Actor, id: string) {
  await oneAtATime(change.tx, actor.organizationId, 'notifications');
  const row = await change.tx.notificationRoute.findFirst({ where: { id, organizationId: actor.organizationId } });
  if (row === null) throw notFound('route', id);
  return row;
}

async function requireFreeName(change: Change, organizationId: string, name: string): Promise<void> {
  if ((await change.tx.notificationChannel.count({ where: { organizationId, name } })) > 0) throw new DomainError('NameTaken', `There is a channel “${name}” already.`);
}

/** A route as it is kept, when all that it names is there. */
async function knownRoute(change: Change, organizationId: string, { rule, fleet, channels, ...route }: z.infer<typeof createRouteInput>) {
  const channelIds = [...new Set(channels)];
  const known = await change.tx.notificationChannel.count({ where: { organizationId, id: { in: channelIds } } });
  if (known !== channelIds.length) throw notFound('channel', channels.join(', '));
  if (fleet !== undefined && (await change.tx.fleet.count({ where: { organizationId, id: fleet } })) === 0) throw notFound('fleet', fleet);
  return { ...route, rule: rule ?? null, fleetId: fleet ?? null, channelIds };
}

function recordSetting(change: Change, action: AuditAction, kind: string, id: string, name: string, after: object, before?: object): void {
  change.record({ action, object: { kind, id, name }, ...(before !== undefined && { before }), after });
  change.publish({ topic: 'settings', subjectId: id, kind: action });
}
