import { isAllowed, within } from '../identity/index.ts';
import type { Actor } from '../kernel/actor.ts';
import { containsText } from '../kernel/contains-text.ts';
import type { Queryable } from '../kernel/db.ts';
import { fleetsInReach, inReach } from '../kernel/reach.ts';
import { rankHits } from './rank.ts';
import type { SearchHit } from './schema.ts';

/** Rows read of each kind before the best are chosen. */
const READ_MAX = 10;
const HITS_MAX = 20;

/** What of the organization has a name with the query in it, best first. Kinds that the actor may not read are left out. */
export async function searchNames(db: Queryable, actor: Actor, query: string): Promise<SearchHit[]> {
  const { organizationId } = actor;
  const name = containsText(query);
  const options = { take: READ_MAX, orderBy: { name: 'asc' } } as const;
  const [nodes, fleets, rules, models, repositories, deployments] = await Promise.all([
    isAllowed(actor, 'nodes:read') ? db.node.findMany({ ...options, where: { ...inReach(within(actor, 'nodes:read')), name, revokedAt: null }, select: { id: true, name: true, health: true, sync: true } }) : [],
    isAllowed(actor, 'fleets:read') ? db.fleet.findMany({ ...options, where: { ...fleetsInReach(within(actor, 'fleets:read')), name }, select: { id: true, name: true, selector: true } }) : [],
    isAllowed(actor, 'rules:read') ? db.rule.findMany({ ...options, where: { organizationId, name }, select: { id: true, name: true, latestVersion: true } }) : [],
    isAllowed(actor, 'models:read') ? db.model.findMany({ ...options, where: { organizationId, name }, select: { id: true, name: true, latestVersion: true } }) : [],
    isAllowed(actor, 'repositories:read') ? db.gitRepository.findMany({ ...options, where: { organizationId, name }, select: { id: true, name: true, url: true } }) : [],
    isAllowed(actor, 'deployments:read')
      ? db.deployment.findMany({
          where: { ...inReach(within(actor, 'deployments:read')), OR: [{ fleetName: name }, { note: name }] },
          take: READ_MAX,
          orderBy: { id: 'desc' },
          select: { id: true, fleetName: true, note: true, state: true },
        })
      : [],
  ]);
  const hits: SearchHit[] = [
    ...nodes.map((row) => ({ kind: 'node' as const, id: row.id, name: row.name, detail: `${row.health}, ${row.sync}` })),
    ...fleets.map((row) => ({ kind: 'fleet' as const, id: row.id, name: row.name, detail: row.selector })),
    ...rules.map((row) => ({ kind: 'rule' as const, id: row.id, name: row.name, detail: versionOf(row.latestVersion) })),
    ...models.map((row) => ({ kind: 'model' as const, id: row.id, name: row.name, detail: versionOf(row.latestVersion) })),
    ...repositories.map((row) => ({ kind: 'repository' as const, id: row.id, name: row.name, detail: row.url })),
    ...deployments.map((row) => ({ kind: 'deployment' as const, id: row.id, name: row.fleetName, detail: row.note === '' ? row.state : `${row.state}: ${row.note}` })),
  ];
  return rankHits(hits, query).slice(0, HITS_MAX);
}

function versionOf(latest: number): string {
  return latest === 0 ? 'draft' : `version ${latest}`;
}
