import type { z } from 'zod';
import { inFleet, permission } from '../identity/index.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Prisma, Queryable } from '../kernel/db.ts';
import { DomainError, notFound } from '../kernel/errors.ts';
import { inReach } from '../kernel/reach.ts';
import { alertPermissions } from './policy.ts';
import { deliveryEventSchema } from './schema.ts';
import type { AlertItem, Channel, Delivery, listAlertsInput, listAlertsOutput, listDeliveriesInput, listDeliveriesOutput, notificationsOutput } from './schema.ts';

type AlertRow = Prisma.AlertGetPayload<object>;

/** Alerts, the last one to happen first. The cursor is `time.id` of the last row. */
export async function listAlerts(db: Queryable, actor: Actor, input: z.infer<typeof listAlertsInput>): Promise<z.infer<typeof listAlertsOutput>> {
  const where: Prisma.AlertWhereInput = {
    ...inReach(actor),
    ...(input.state !== undefined && input.state.length > 0 && { state: { in: input.state } }),
    ...(input.severity !== undefined && input.severity.length > 0 && { severity: { in: input.severity } }),
    ...(input.source !== undefined && input.source.length > 0 && { source: { in: input.source } }),
  };
  const after = input.cursor === undefined ? undefined : placeOf(input.cursor);
  const [rows, total, open] = await Promise.all([
    db.alert.findMany({
      where: after === undefined ? where : { AND: [where, { OR: [{ lastAt: { lt: after.at } }, { lastAt: after.at, id: { lt: after.id } }] }] },
      orderBy: [{ lastAt: 'desc' }, { id: 'desc' }],
      take: input.limit + 1,
    }),
    db.alert.count({ where }),
    db.alert.count({ where: { ...inReach(actor), state: 'Open' } }),
  ]);
  const page = rows.slice(0, input.limit);
  const last = page.at(-1);
  return { items: await toItems(db, actor, page), nextCursor: rows.length > input.limit && last !== undefined ? `${last.lastAt.getTime()}.${last.id}` : null, total, open };
}

export async function readAlert(db: Queryable, actor: Actor, id: string): Promise<AlertItem> {
  const row = await db.alert.findFirst({ where: { ...inReach(actor), id } });
  const [item] = row === null ? [] : await toItems(db, actor, [row]);
  if (item === undefined) throw notFound('alert', id);
  return item;
}

async function toItems(db: Queryable, actor: Actor, rows: readonly AlertRow[]): Promise<AlertItem[]> {
  const { organizationId } = actor;
  const idsOf = (key: 'nodeId' | 'fleetId'): string[] => [...new Set(rows.flatMap((row) => row[key] ?? []))];
  const [nodes, fleets] = await Promise.all([
    db.node.findMany({ where: { organizationId, id: { in: idsOf('nodeId') } }, select: { id: true, name: true } }),
    db.fleet.findMany({ where: { organizationId, id: { in: idsOf('fleetId') } }, select: { id: true, name: true } }),
  ]);
  return rows.map((row) => ({
    id: row.id,
    source: row.source,
    severity: row.severity,
    title: row.title,
    detail: row.detail,
    rule: row.rule,
    stream: row.stream,
    node: nodes.find((one) => one.id === row.nodeId) ?? null,
    fleet: fleets.find((one) => one.id === row.fleetId) ?? null,
    deployment: row.deploymentId,
    state: row.state,
    count: row.count,
    firstAt: row.firstAt.getTime(),
    lastAt: row.lastAt.getTime(),
    mutedUntil: row.mutedUntil?.getTime() ?? null,
    acknowledged: row.acknowledgedBy === null || row.acknowledgedAt === null ? null : { by: row.acknowledgedBy, at: row.acknowledgedAt.getTime() },
    resolved: row.resolvedBy === null || row.resolvedAt === null ? null : { by: row.resolvedBy, at: row.resolvedAt.getTime() },
    can: alertPermissions(inFleet(actor, row.fleetId), row.state),
  }));
}

/** Channels and routes of the organization; there are few. Nothing secret is in them. */
export async function readNotifications(db: Queryable, actor: Actor): Promise<z.infer<typeof notificationsOutput>> {
  const { organizationId } = actor;
  const [channels, routes, fleets] = await Promise.all([
    db.notificationChannel.findMany({ where: { organizationId }, orderBy: { name: 'asc' } }),
    db.notificationRoute.findMany({ where: { organizationId }, orderBy: { name: 'asc' } }),
    db.fleet.findMany({ where: { organizationId }, select: { id: true, name: true } }),
  ]);
  return {
    channels: channels.map(({ id, name, kind, target, createdBy, createdAt }): Channel => ({ id, name, kind, target, createdBy, createdAt: createdAt.getTime() })),
    routes: routes.map(({ id, name, severityMin, sources, rule, fleetId, channelIds, tellsResolved }) => ({
      id, name, severityMin, sources, rule, tellsResolved,
      fleet: fleetId === null ? null : (fleets.find((one) => one.id === fleetId) ?? { id: fleetId, name: 'a fleet that is gone' }),
      channels: channels.filter((one) => channelIds.includes(one.id)).map((one) => ({ id: one.id, name: one.name })),
    })),
    can: { change: permission(actor, 'settings:write') },
  };
}

/** What was told or is to be, newest first. */
export async function listDeliveries(db: Queryable, organizationId: string, input: z.infer<typeof listDeliveriesInput>): Promise<z.infer<typeof listDeliveriesOutput>> {
  const where: Prisma.NotificationDeliveryWhereInput = { organizationId, ...(input.channel !== undefined && { channelId: input.channel }) };
  const [rows, total] = await Promise.all([
    db.notificationDelivery.findMany({ where: { ...where, ...(input.cursor !== undefined && { id: { lt: input.cursor } }) }, orderBy: { id: 'desc' }, take: input.limit + 1, include: { channel: { select: { id: true, name: true } }, alert: { select: { id: true, title: true } } } }),
    db.notificationDelivery.count({ where }),
  ]);
  const page = rows.slice(0, input.limit);
  return {
    items: page.map((row): Delivery => ({
      id: row.id,
      channel: row.channel,
      alert: row.alert,
      event: deliveryEventSchema.parse(row.event),
      state: row.state,
      attempts: row.attempts,
      nextAt: row.state === 'Pending' ? row.nextAt.getTime() : null,
      error: row.lastError,
      createdAt: row.createdAt.getTime(),
      deliveredAt: row.deliveredAt?.getTime() ?? null,
    })),
    nextCursor: rows.length > input.limit ? (page.at(-1)?.id ?? null) : null,
    total,
  };
}

function placeOf(cursor: string): { at: Date; id: string } {
  const [, time, id] = /^(\d{1,15})\.([\w-]{1,64})$/.exec(cursor) ?? [];
  if (time === undefined || id === undefined) throw new DomainError('InvalidInput', 'The cursor is not one that this list returned.');
  return { at: new Date(Number(time)), id };
}
