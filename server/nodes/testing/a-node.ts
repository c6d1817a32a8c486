import { generateKeyPairSync } from 'node:crypto';
import { agentVersion, fingerprint } from '@selvedge/edge-runtime/protocol';
import type { Labels } from '@selvedge/edge-runtime/protocol';
import { performChange } from '../../audit/index.ts';
import { settleNode } from '../../fleets/index.ts';
import { systemActor } from '../../kernel/actor.ts';
import type { Deps } from '../../kernel/deps.ts';
import { insertNode } from '../repository.ts';
import { newNodeState } from '../state.ts';

/** An approved node that has never connected; returns its id. Names are unique unless given. */
export async function aNode(deps: Deps, organizationId: string, given: { name?: string; labels?: Labels; publicKey?: string } = {}): Promise<string> {
  const publicKey = given.publicKey ?? generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }).x ?? '';
  const id = deps.ids.next();
  const now = deps.clock.now();
  const labels = given.labels ?? {};
  const shown = await fingerprint(publicKey);
  await performChange(deps, systemActor(organizationId, 'test'), async (change) => {
    await insertNode(change.tx, {
      state: newNodeState({ id, organizationId, name: given.name ?? `node-${id}` }, now),
      publicKey,
      fingerprint: shown,
      labels,
      facts: { hostname: 'test', platform: 'linux', architecture: 'x64', cores: 2, memoryBytes: 1024, nodeVersion: '24.0.0' },
      agentVersion,
      gateway: null,
      claimedBy: [],
      enrolledAt: now,
    });
    await settleNode(deps, change, { id, organizationId, fleetId: null }, labels, { isNew: true });
  });
  return id;
}
