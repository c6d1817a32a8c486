import { fingerprint } from '@selvedge/edge-runtime/protocol';
import type { Change } from '../audit/index.ts';
import type { Deps } from '../kernel/deps.ts';
import type { NodeRow } from '../nodes/index.ts';
import { insertFormerKey, writeKey } from './repository.ts';

/** Puts another key in place of a node's, within the change that says why: the one before is a former key from then on. Answers the new fingerprint. */
export async function replaceKey(deps: Pick<Deps, 'clock'>, change: Change, row: NodeRow, publicKey: string, because: 'Rotated' | 'Reenrolled'): Promise<string> {
  const at = new Date(deps.clock.now());
  const shown = await fingerprint(publicKey);
  await insertFormerKey(change.tx, { publicKey: row.publicKey, organizationId: row.organizationId, nodeId: row.id, fingerprint: row.fingerprint, since: row.keySince, until: at, because });
  await writeKey(change.tx, row.id, { publicKey, fingerprint: shown, at });
  return shown;
}
