import type { Deps } from '../kernel/deps.ts';
import type { Transaction } from '../kernel/db.ts';
import { unsealSettings, withSecrets } from './channel-settings.ts';
import { sendMessage } from './messages.ts';
import type { Message } from './messages.ts';
import { takeDue, takeUnrouted } from './repository.ts';
import type { Severity } from './schema.ts';
import { openSecret } from './secrets.ts';

const severities: readonly Severity[] = ['info', 'warning', 'critical'];
const batchMax = 100;
const sentAtOnceMax = 10;
/** A sender that dies with a message in hand leaves it to another after this time. */
const leaseMs = 60_000;
export const attemptsMax = 8;
const retryBaseMs = 10_000;

interface RoutedAlert {
  organizationId: string;
  severity: Severity;
  source: string;
  rule: string | null;
  fleetId: string | null;
}

interface RouteRow {
  severityMin: Severity;
  sources: readonly string[];
  rule: string | null;
  fleetId: string | null;
}

/** Whether a route tells of an alert. */
export function routeMatches(route: RouteRow, alert: Omit<RoutedAlert, 'organizationId'>): boolean {
  return (
    severities.indexOf(alert.severity) >= severities.indexOf(route.severityMin) &&
    (route.sources.length === 0 || route.sources.includes(alert.source)) &&
    (route.rule === null || route.rule === alert.rule) &&
    (route.fleetId === null || route.fleetId === alert.fleetId)
  );
}

/** Gives what was opened or ended to the routes: one delivery a channel, however many routes lead to it. */
export async function routeAlerts(deps: Pick<Deps, 'db' | 'ids' | 'clock'>): Promise<number> {
  return deps.db.$transaction(async (tx) => {
    const now = new Date(deps.clock.now());
    const ids = await takeUnrouted(tx, now, batchMax);
    if (ids.length === 0) return 0;
    const alerts = await tx.alert.findMany({ where: { id: { in: ids } } });
    const routes = await tx.notificationRoute.findMany({ where: { organizationId: { in: [...new Set(alerts.map((alert) => alert.organizationId))] } } });
    const channels = alerts.some((alert) => alert.source === 'breakGlass') ? await tx.notificationChannel.findMany({ where: { organizationId: { in: alerts.map((alert) => alert.organizationId) } }, select: { id: true, organizationId: true } }) : [];
    const deliveries = alerts.flatMap((alert) => {
      const matching = routes.filter((route) => route.organizationId === alert.organizationId && routeMatches(route, alert));
      const to = (event: 'opened' | 'resolved', channels: readonly string[]): DeliveryDraft[] => [...new Set(channels)].map((channelId) => ({ id: deps.ids.next(), organizationId: alert.organizationId, channelId, alertId: alert.id, event, nextAt: now, createdAt: now }));
      // Of who is in past every other way everybody is told, whatever the routes say.
      const told = alert.source === 'breakGlass' ? channels.filter((channel) => channel.organizationId === alert.organizationId).map(({ id }) => id) : matching.flatMap((route) => route.channelIds);
      const over = alert.state === 'Resolved';
      return [
        ...(alert.openedRoutedAt === null && !over ? to('opened', told) : []),
        // Nobody is told of the end of what nobody was told of.
        ...(over && alert.openedRoutedAt !== null ? to('resolved', matching.filter((route) => route.tellsResolved).flatMap((route) => route.channelIds)) : []),
      ];
    });
    await insertDeliveries(tx, deliveries);
    await tx.alert.updateMany({ where: { id: { in: ids }, openedRoutedAt: null }, data: { openedRoutedAt: now } });
    await tx.alert.updateMany({ where: { id: { in: ids }, state: 'Resolved' }, data: { resolvedRoutedAt: now } });
    return deliveries.length;
  });
}

interface DeliveryDraft {
  id: string;
  organizationId: string;
  channelId: string;
  alertId: string | null;
  event: 'opened' | 'resolved' | 'test';
  nextAt: Date;
  createdAt: Date;
}

async function insertDeliveries(tx: Transaction, drafts: readonly DeliveryDraft[]): Promise<void> {
  if (drafts.length === 0) return;
  const known = new Set((await tx.notificationChannel.findMany({ where: { id: { in: drafts.map((one) => one.channelId) } }, select: { id: true } })).map((one) => one.id));
  await tx.notificationDelivery.createMany({ data: drafts.filter((one) => known.has(one.channelId)), skipDuplicates: true });
}

/** Sends what is due, a few at a time; what was not taken is tried again, later each time, and given up after `attemptsMax`. */
export async function sendDue(deps: Pick<Deps, 'db' | 'clock' | 'vault' | 'publicUrl' | 'logger'>): Promise<number> {
  const now = deps.clock.now();
  const ids = await takeDue(deps.db, new Date(now), new Date(now + leaseMs), sentAtOnceMax);
  await Promise.all(ids.map((id) => sendOne(deps, id)));
  return ids.length;
}

async function sendOne(deps: Pick<Deps, 'db' | 'clock' | 'vault' | 'publicUrl' | 'logger'>, id: string): Promise<void> {
  const { db, clock, publicUrl, logger } = deps;
  const delivery = await db.notificationDelivery.findUnique({ where: { id }, include: { channel: true, alert: true } });
  if (delivery === null) return;
  const { channel, alert, attempts } = delivery;
  const organization = await db.organization.findUniqueOrThrow({ where: { id: delivery.organizationId }, select: { name: true } });
  try {
    const settings = await withSecrets(unsealSettings(deps, channel), (name) => openSecret(deps, delivery.organizationId, name));
    const event = delivery.event === 'resolved' ? 'resolved' : delivery.event === 'test' ? 'test' : 'opened';
    await sendMessage(settings, messageOf(event, alert, channel.id, organization.name, publicUrl, clock.now()));
    await db.notificationDelivery.update({ where: { id }, data: { state: 'Delivered', deliveredAt: new Date(clock.now()), lastError: null } });
  } catch (error) {
    const reason = error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : String(error);
    const final = attempts >= attemptsMax;
    logger.warn({ channel: channel.id, attempts, final }, 'a notification was not taken');
    await db.notificationDelivery.update({ where: { id }, data: { state: final ? 'Failed' : 'Pending', lastError: reason.slice(0, 500), nextAt: new Date(clock.now() + retryBaseMs * 2 ** Math.min(attempts - 1, 10)) } });
  }
}

function messageOf(event: Message['event'], alert: { id: string; source: string; severity: Severity; title: string; detail: string; rule: string | null; count: number; firstAt: Date; lastAt: Date } | null, channelId: string, organization: string, publicUrl: string, now: number): Message {
  if (alert === null) return { event, organization, url: `${publicUrl}/settings?tab=notifications`, alert: { id: channelId, source: 'test', severity: 'info', title: 'A test of this channel', detail: 'Somebody pressed Test under Settings, Notifications.', rule: null, count: 1, firstAt: now, lastAt: now } };
  const { id, source, severity, title, detail, rule, count } = alert;
  return { event, organization, url: `${publicUrl}/alerts?alert=${encodeURIComponent(id)}`, alert: { id, source, severity, title, detail, rule, count, firstAt: alert.firstAt.getTime(), lastAt: alert.lastAt.getTime() } };
}
