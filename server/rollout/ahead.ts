import { windowsSchema } from '@selvedge/edge-runtime/protocol';
import type { Envelope, Window } from '@selvedge/edge-runtime/protocol';
import { signedBundles, standingsOf } from '../bundles/index.ts';
import type { Queryable } from '../kernel/db.ts';
import type { Deps } from '../kernel/deps.ts';
import { isOlder } from '../kernel/versions.ts';

/** What a node of a later wave may fetch before it is told to run it. */
interface Ahead {
  nodeId: string;
  organizationId: string;
  bundle: string;
  download: Window[];
}

/** The first agent that reads windows by cron; an older one would end the connection at an offer with one. */
const knowsCronSince = '0.4.0';

/** Of these nodes, those that rollouts in progress will tell, where their policy lets nodes fetch ahead; one of each node, and no rollout moves for it. */
async function aheadOf(db: Queryable, nodeIds: readonly string[]): Promise<Ahead[]> {
  const rows = await db.$queryRaw<(Omit<Ahead, 'download'> & { download: unknown; agentVersion: string })[]>`
    SELECT dn."nodeId", d."organizationId", d.bundle, d.policy->'downloadWindows' AS download, n."agentVersion"
    FROM deployment_nodes dn JOIN deployments d ON d.id = dn."deploymentId" JOIN nodes n ON n.id = dn."nodeId"
    WHERE dn."nodeId" = ANY(${[...nodeIds]}::text[]) AND dn.generation IS NULL AND dn.state <> 'Skipped'
      AND d.state = 'Progressing' AND (d.policy->>'fetchAhead')::boolean`;
  return rows
    .map(({ agentVersion, ...row }) => ({ ...row, agentVersion, download: windowsSchema.parse(row.download ?? []) }))
    .filter(({ agentVersion, download }) => !download.some((window) => 'cron' in window) || !isOlder(agentVersion, knowsCronSince));
}

/** A signed manifest, and within which windows what it names may be fetched. */
export interface Offer {
  bundle: Envelope;
  keySets: Envelope[];
  download: Window[];
}

/** What these nodes are offered to fetch ahead, by node; nothing for most of them. */
export async function offersFor(deps: Deps, nodeIds: readonly string[]): Promise<Map<string, Offer>> {
  const offers = new Map<string, Offer>();
  for (const [organizationId, rows] of Map.groupBy(await aheadOf(deps.db, nodeIds), (row) => row.organizationId)) {
    const digests = [...new Set(rows.map(({ bundle }) => bundle))];
    const standings = await standingsOf(deps.db, organizationId, digests);
    // What people have yet to sign, nodes would refuse.
    const { bundles, keySets } = await signedBundles(deps, organizationId, digests.filter((digest) => (standings.get(digest)?.missing ?? 0) === 0));
    for (const { nodeId, bundle, download } of rows) {
      const signed = bundles.get(bundle);
      if (signed !== undefined) offers.set(nodeId, { bundle: signed, keySets, download });
    }
  }
  return offers;
}

/** The nodes of a rollout that may fetch ahead. */
export async function nodesAhead(db: Queryable, deploymentId: string): Promise<string[]> {
  const rows = await db.$queryRaw<{ nodeId: string }[]>`
    SELECT dn."nodeId" FROM deployment_nodes dn JOIN deployments d ON d.id = dn."deploymentId"
    WHERE d.id = ${deploymentId} AND d.state = 'Progressing' AND (d.policy->>'fetchAhead')::boolean AND dn.generation IS NULL AND dn.state <> 'Skipped'`;
  return rows.map(({ nodeId }) => nodeId);
}
