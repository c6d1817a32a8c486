import { timingSafeEqual } from 'node:crypto';
import type { Deps } from '../kernel/deps.ts';
import type { Vault } from '../kernel/vault.ts';
import { findConnected } from '../nodes/index.ts';

/**
 * What a node shows to fetch artefacts for as long as its connection stands, at any process of the control plane: it says whose
 * connection of which moment it was given to, and a keyed digest that only the control plane can compute.
 */
export function artefactTokenFor(vault: Vault, nodeId: string, connectedSince: number): string {
  return `${nodeId}.${connectedSince}.${digestOf(vault, nodeId, connectedSince)}`;
}

/** Whose token it is; undefined when it is nobody's, or the connection that it was given to has ended. */
export async function artefactReader(deps: Pick<Deps, 'db' | 'vault'>, token: string): Promise<{ organizationId: string; nodeId: string } | undefined> {
  const [, nodeId = '', since = '', digest = ''] = /^([\w-]{1,64})\.(\d{1,15})\.([0-9a-f]{64})$/.exec(token) ?? [];
  const connectedSince = Number(since);
  if (digest === '' || !timingSafeEqual(Buffer.from(digest), Buffer.from(digestOf(deps.vault, nodeId, connectedSince)))) return undefined;
  const organizationId = await findConnected(deps.db, nodeId, connectedSince);
  return organizationId === null ? undefined : { organizationId, nodeId };
}

function digestOf(vault: Vault, nodeId: string, connectedSince: number): string {
  return vault.digest(`artefacts of ${nodeId} since ${connectedSince}`);
}
