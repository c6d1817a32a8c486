import type { Deps } from '../kernel/deps.ts';
import type { Transaction } from '../kernel/db.ts';
import { takeUnrouted } from './repository.ts';
import type { Severity } from './schema.ts';

const severities: readonly Severity[] = ['info', 'warning', 'critical'];
const batchMax = 100;

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
  event: 'opened' | 'resolved';
  nextAt: Date;
  createdAt: Date;
}

async function insertDeliveries(tx: Transaction, drafts: readonly DeliveryDraft[]): Promise<void> {
  if (drafts.length === 0) return;
  const known = new Set((await tx.notificationChannel.findMany({ where: { id: { in: drafts.map((one) => one.channelId) } }, select: { id: true } })).map((one) => one.id));
  await tx.notificationDelivery.createMany({ data: drafts.filter((one) => known.has(one.channelId)), skipDuplicates: true });
}
