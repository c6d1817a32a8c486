import { changeChannel, changeRoute, createChannel, createRoute, readChannels, readRoutes, setAlertSettings } from '../alerts/index.ts';
import { channelSettingsSchema } from '../alerts/schema.ts';
import { findFleetByName } from '../fleets/index.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Deps } from '../kernel/deps.ts';
import { DomainError } from '../kernel/errors.ts';
import type { AlertSettingsDocument, ChannelDocument, RouteDocument } from './schema.ts';

/* Makes channels, routes and alert settings as documents say, by the services that people use. Each answers what was done. */

export async function makeChannelSo(deps: Deps, actor: Actor, { name, settings }: ChannelDocument): Promise<string> {
  const channel = (await readChannels(deps, actor)).find((one) => one.name === name);
  const whole = channelSettingsSchema.parse({ ...(channel?.settings.kind === settings.kind && channel.settings), ...settings });
  if (channel === undefined) await createChannel(deps, actor, { name, settings: whole });
  else await changeChannel(deps, actor, { id: channel.id, settings: whole });
  return channel === undefined ? 'created' : 'changed';
}

export async function makeRouteSo(deps: Deps, actor: Actor, document: RouteDocument): Promise<string> {
  const channels = await readChannels(deps, actor);
  const fleet = document.fleet === undefined ? undefined : await findFleetByName(deps.db, actor, document.fleet);
  if (fleet === null) throw new DomainError('Conflict', `There is no fleet ${document.fleet} any more.`);
  const { name, severityMin, sources, rule, tellsResolved } = document;
  const wanted = { name, severityMin, sources, rule, tellsResolved, fleet: fleet?.id, channels: channels.filter((one) => document.channels.includes(one.name)).map(({ id }) => id) };
  const route = (await readRoutes(deps, actor)).find((one) => one.name === name);
  if (route === undefined) await createRoute(deps, actor, wanted, { alone: true });
  else await changeRoute(deps, actor, { ...wanted, id: route.id });
  return route === undefined ? 'created' : 'changed';
}

export async function makeAlertSettingsSo(deps: Deps, actor: Actor, { offlineMinutes }: AlertSettingsDocument): Promise<string> {
  await setAlertSettings(deps, actor, { offlineMinutes });
  return `set to ${offlineMinutes} min`;
}
