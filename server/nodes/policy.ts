import { permission } from '../identity/index.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Permission } from '../kernel/wire.ts';

type NodeActions = Record<'revoke' | 'retry' | 'setLabels' | 'rename' | 'quarantine' | 'liftQuarantine' | 'exportBundle' | 'importReceipt' | 'rotateKey' | 'reenrol', Permission>;

/** What of a node decides what may be done to it. */
export interface NodeStanding {
  revokedAt: number | null;
  desiredGeneration: number;
  sync: string;
  quarantined: boolean;
  connected: boolean;
  /** It was asked for another key and has not shown one. */
  rotatesKey: boolean;
  /** Its key is refused until it enrols again. */
  keyRevoked: boolean;
}

/** What may be done to a node now, and why not. The service refuses by the same table. */
export function nodePermissions(actor: Actor, node: NodeStanding): NodeActions {
  const write = permission(actor, 'nodes:write');
  const deploy = permission(actor, 'deployments:write');
  if (!write.allowed) return { ...everyNodeAction(write), exportBundle: deploy };
  if (node.revokedAt !== null) {
    return everyNodeAction({ allowed: false, reason: 'The node was revoked. To have it back, enrol it anew.' });
  }
  return {
    ...everyNodeAction(write),
    retry: retryPermission(node),
    rotateKey: rotatePermission(node),
    quarantine: node.quarantined ? { allowed: false, reason: 'It is in quarantine already.' } : write,
    exportBundle: deploy,
    importReceipt: node.connected ? { allowed: false, reason: 'It is connected and reports by itself.' } : write,
    liftQuarantine: node.quarantined ? write : { allowed: false, reason: 'It is not in quarantine.' },
  };
}

/** The same answer for each of them. */
export function everyNodeAction(permitted: Permission): NodeActions {
  return { revoke: permitted, retry: permitted, setLabels: permitted, rename: permitted, quarantine: permitted, liftQuarantine: permitted, exportBundle: permitted, importReceipt: permitted, rotateKey: permitted, reenrol: permitted };
}

function rotatePermission(node: NodeStanding): Permission {
  if (node.keyRevoked) return { allowed: false, reason: 'Its key is refused: it has to enrol again.' };
  return node.rotatesKey ? { allowed: false, reason: 'It was asked for another key already.' } : { allowed: true };
}

function retryPermission(node: NodeStanding): Permission {
  if (node.desiredGeneration === 0) return { allowed: false, reason: 'Nothing was deployed to it yet.' };
  if (node.sync === 'Synced') return { allowed: false, reason: 'It runs what it should.' };
  return { allowed: true };
}
