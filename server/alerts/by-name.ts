import type { Actor } from '../kernel/actor.ts';
import type { Deps } from '../kernel/deps.ts';
import { unsealSettings } from './channel-settings.ts';
import { findAlertSettings } from './repository.ts';
import type { AlertSource, ChannelSettings, Severity } from './schema.ts';

/* How channels, routes and alert settings are, for documents that say how they are to be. */

/** A channel as it is kept, with what is secret: not for anybody to read. */
export interface KeptChannel {
  id: string;
  name: string;
  settings: ChannelSettings;
}

/** A route by names; `fleet` is null for every fleet and undefined where it is gone. */
export interface NamedRoute {
  id: string;
  name: string;
  severityMin: Severity;
  sources: AlertSource[];
  rule: string | null;
  fleet: string | null | undefined;
  channels: string[];
  tellsResolved: boolean;
}

/** Channels by name. */
export async function readChannels(deps: Pick<Deps, 'db' | 'vault'>, { organizationId }: Actor): Promise<KeptChannel[]> {
  const rows = await deps.db.notificationChannel.findMany({ where: { organizationId }, orderBy: { name: 'asc' } });
  return rows.map((row) => ({ id: row.id, name: row.name, settings: unsealSettings(deps, row) }));
}

/** Routes by name, of which several may share one. */
export async function readRoutes({ db }: Pick<Deps, 'db'>, { organizationId }: Actor): Promise<NamedRoute[]> {
  const rows = await db.notificationRoute.findMany({ where: { organizationId }, orderBy: [{ name: 'asc' }, { id: 'asc' }] });
  const channels = await db.notificationChannel.findMany({ where: { organizationId }, select: { id: true, name: true } });
  const fleets = await db.fleet.findMany({ where: { organizationId, id: { in: rows.flatMap(({ fleetId }) => fleetId ?? []) } }, select: { id: true, name: true } });
  return rows.map(({ id, name, severityMin, sources, rule, fleetId, channelIds, tellsResolved }) => ({
    id, name, severityMin, sources, rule, tellsResolved,
    fleet: fleetId === null ? null : fleets.find((one) => one.id === fleetId)?.name,
    channels: channelIds.flatMap((channel) => channels.find((one) => one.id === channel)?.name ?? []).sort(),
  }));
}

export async function readAlertSettings({ db }: Pick<Deps, 'db'>, { organizationId }: Actor): Promise<{ offlineMinutes: number }> {
  const { offlineMinutes } = await findAlertSettings(db, organizationId);
  return { offlineMinutes };
}
