import type { z } from 'zod';
import { readAlertSettings, readChannels, readRoutes, secretNamed } from '../alerts/index.ts';
import type { KeptChannel, NamedRoute } from '../alerts/index.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Deps } from '../kernel/deps.ts';
import { channelDocumentSchema, routeDocumentSchema } from './schema.ts';
import type { Document, exportDocumentsOutput, ExportedKind } from './schema.ts';

type Exported = z.infer<typeof exportDocumentsOutput>;

/** Writes down how things are. Whoever applies that changes nothing; what no document can say is left out with the reason. */
export async function exportDocuments(deps: Deps, actor: Actor, kinds: readonly ExportedKind[]): Promise<Exported> {
  const parts: Exported[] = [];
  if (kinds.includes('Channel')) parts.push({ documents: (await readChannels(deps, actor)).map(channelDocument), omitted: [] });
  if (kinds.includes('Route')) parts.push(routeDocuments(await readRoutes(deps, actor)));
  if (kinds.includes('AlertSettings')) parts.push({ documents: [{ kind: 'AlertSettings', ...(await readAlertSettings(deps, actor)) }], omitted: [] });
  return { documents: parts.flatMap(({ documents }) => documents), omitted: parts.flatMap(({ omitted }) => omitted) };
}

/** What was given itself is left out, and stays when this is applied. */
function channelDocument({ name, settings }: KeptChannel): Document {
  const members = Object.entries(settings).filter(([member, value]) => ['kind', 'from', 'to'].includes(member) || secretNamed(value) !== null);
  return channelDocumentSchema.parse({ kind: 'Channel', name, settings: Object.fromEntries(members) });
}

function routeDocuments(routes: readonly NamedRoute[]): Exported {
  const omitted: string[] = [];
  const documents = [...Map.groupBy(routes, ({ name }) => name)].flatMap(([name, [route, ...others]]): Document[] => {
    const why = route === undefined || others.length > 0 ? `${others.length + 1} are called so` : route.fleet === undefined ? 'its fleet is gone' : route.channels.length === 0 ? 'it tells nobody' : null;
    if (route === undefined || why !== null) {
      omitted.push(`route ${name}: ${why}`);
      return [];
    }
    const { severityMin, sources, rule, fleet, channels, tellsResolved } = route;
    return [routeDocumentSchema.parse({ kind: 'Route', name, severityMin, sources, ...(rule !== null && { rule }), ...(fleet !== null && { fleet }), channels, tellsResolved })];
  });
  return { documents, omitted };
}
