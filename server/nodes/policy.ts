import { permission } from '../identity/index.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Permission } from '../kernel/wire.ts';

type NodeActions = { revoke: Permission; retry: Permission; setLabels: Permission; rename: Permission };

/** What may be done to a node now, and why not. The service refuses by the same table. */
export function nodePermissions(actor: Actor, node: { revokedAt: number | null; desiredGeneration: number; sync: string }): NodeActions {
  const write = permission(actor, 'nodes:write');
  if (!write.allowed) return { revoke: write, retry: write, setLabels: write, rename: write };
  if (node.revokedAt !== null) {
    const revoked = { allowed: false, reason: 'The node was revoked. To have it back, enrol it anew.' };
    return { revoke: revoked, retry: revoked, setLabels: revoked, rename: revoked };
  }
  return { revoke: write, retry: retryPermission(node), setLabels: write, rename: write };
}

function retryPermission(node: { desiredGeneration: number; sync: string }): Permission {
  if (node.desiredGeneration === 0) return { allowed: false, reason: 'Nothing was deployed to it yet.' };
  if (node.sync === 'Synced') return { allowed: false, reason: 'It runs what it should.' };
  return { allowed: true };
}
