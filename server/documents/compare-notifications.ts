import { isDeepStrictEqual } from 'node:util';
import { missingSecrets, readAlertSettings, readChannels, readRoutes, secretNamed, secretsIn } from '../alerts/index.ts';
import type { KeptChannel, NamedRoute } from '../alerts/index.ts';
import { digestOf } from '../bundles/index.ts';
import { findFleetByName } from '../fleets/index.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Deps } from '../kernel/deps.ts';
import { comparison } from './comparison.ts';
import type { Comparing, Comparison } from './comparison.ts';
import type { AlertSettingsDocument, ChannelDocument, RouteDocument } from './schema.ts';

/** What a channel cannot be without. */
const needed: Record<ChannelDocument['settings']['kind'], string> = { webhook: 'url', slack: 'url', pagerduty: 'routingKey', email: 'smtp' };

/** A channel is as wanted when it is of that kind, and is as the document says in what it says; nothing else of it is looked at. */
export async function compareChannel(deps: Deps, actor: Actor, document: ChannelDocument): Promise<Comparison> {
  const { name, settings } = document;
  const wanted = digestOf(JSON.stringify(Object.entries(settings).toSorted()));
  const channel = (await readChannels(deps, actor)).find((one) => one.name === name);
  const kept = channel?.settings.kind === settings.kind ? channel.settings : null;
  const action = channel === undefined ? 'create' : 'change';
  const lines = channelLines(kept, channel, settings);
  if (lines.length === 0 && channel !== undefined) return comparison(document, wanted, { action: 'same', lines });
  const member = needed[settings.kind];
  const [missing] = await missingSecrets(deps.db, actor.organizationId, secretsIn(settings));
  if (missing !== undefined) return comparison(document, wanted, { action, lines, blocked: `There is no secret ${missing}: \`selvedge notify set-secret ${missing} -\` takes it.` });
  if (kept === null && !(member in settings)) return comparison(document, wanted, { action, lines, blocked: `There is no ${settings.kind} channel ${name} yet, and its ${member} is not named: write ${member}: \${secret:NAME}, or add the channel by hand first.` });
  return comparison(document, wanted, { action, lines });
}

/** What is given itself is never shown. */
function channelLines(kept: KeptChannel['settings'] | null, channel: KeptChannel | undefined, settings: ChannelDocument['settings']): string[] {
  if (kept === null) return [...(channel === undefined ? [] : [`- kind ${channel.settings.kind}`]), ...Object.entries(settings).flatMap(([member, value]) => (value === undefined ? [] : [`+ ${member} ${shown(value)}`]))];
  const before = new Map<string, unknown>(Object.entries(kept));
  const isOpen = (member: string): boolean => member === 'from' || member === 'to';
  return Object.entries(settings).flatMap(([member, value]) => {
    const now = before.get(member);
    if (value === undefined || isDeepStrictEqual(now, value)) return [];
    if (now === undefined) return [`+ ${member} ${shown(value)}`];
    return [`~ ${member} ${isOpen(member) || secretNamed(now) !== null ? shown(now) : 'as it was given'} -> ${shown(value)}`];
  });
}

/** Routes go by their names, which several may share when people made them: then no document can say which is meant. */
export async function compareRoute({ deps, actor, pending }: Comparing, document: RouteDocument): Promise<Comparison> {
  const wish = wishOf(document);
  const wanted = digestOf(JSON.stringify(wish));
  const [route, ...others] = (await readRoutes(deps, actor)).filter(({ name }) => name === document.name);
  const action = route === undefined ? 'create' : 'change';
  if (others.length > 0) return comparison(document, wanted, { action, lines: [], blocked: `${others.length + 1} routes are called ${document.name}: give each a name of its own.` });
  const lines = routeLines(route, wish);
  if (lines.length === 0) return comparison(document, wanted, { action: 'same', lines });
  const channels = new Set((await readChannels(deps, actor)).map(({ name }) => name));
  const unknown = wish.channels.find((name) => !channels.has(name) && !pending.channels.has(name));
  if (unknown !== undefined) return comparison(document, wanted, { action, lines, blocked: `There is no channel ${unknown}.` });
  const noFleet = wish.fleet !== null && !pending.fleets.has(wish.fleet) && (await findFleetByName(deps.db, actor, wish.fleet)) === null;
  return comparison(document, wanted, { action, lines, blocked: noFleet ? `There is no fleet ${wish.fleet}.` : null });
}

type RouteWish = Omit<NamedRoute, 'id' | 'name' | 'fleet'> & { fleet: string | null };

/** What a document says of a route, with lists that mean the same written alike. */
function wishOf({ severityMin, sources, rule, fleet, channels, tellsResolved }: RouteDocument): RouteWish {
  return { severityMin, sources: [...new Set(sources)].sort(), rule: rule ?? null, fleet: fleet ?? null, channels: [...new Set(channels)].sort(), tellsResolved };
}

function routeLines(route: NamedRoute | undefined, wish: RouteWish): string[] {
  const before = new Map<string, unknown>(route === undefined ? [] : Object.entries({ ...route, sources: [...new Set(route.sources)].sort() }));
  return Object.entries(wish).flatMap(([member, value]) => {
    if (route === undefined) return value === null || (member === 'sources' && wish.sources.length === 0) ? [] : [`+ ${member} ${shown(value)}`];
    return isDeepStrictEqual(before.get(member), value) ? [] : [`~ ${member} ${shown(before.get(member))} -> ${shown(value)}`];
  });
}

export async function compareAlertSettings(deps: Deps, actor: Actor, document: AlertSettingsDocument): Promise<Comparison> {
  const { offlineMinutes } = await readAlertSettings(deps, actor);
  const wanted = digestOf(JSON.stringify(document.offlineMinutes));
  const same = offlineMinutes === document.offlineMinutes;
  return comparison(document, wanted, { action: same ? 'same' : 'change', lines: same ? [] : [`~ offlineMinutes ${offlineMinutes} -> ${document.offlineMinutes}`] });
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'all' : value.join(', ');
  return value === null ? 'all' : value === undefined ? 'one that is gone' : String(value);
}
