import { describe, expect, it } from 'vitest';
import type { NodeDetail } from '../../../../server/nodes/schema.ts';
import { whyNot } from './why-not.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const synced: NodeDetail = {
  id: 'n1', name: 'plant-3/loop-2', labels: {}, fleet: { id: 'f1', name: 'pump-loop' },
  health: { status: 'Healthy', reason: 'AllConditionsTrue', since: 0, message: 'All conditions are true.' },
  sync: { status: 'Synced', reason: 'GenerationObserved', since: 0, message: 'Generation 31 runs.' },
  connectedSince: 0, lastSeenAt: 0, agentVersion: '0.1.0', generation: { desired: 31, observed: 31 }, rates: null, buffered: 0, revokedAt: null,
  facts: { hostname: 'h', platform: 'linux', architecture: 'x64', cores: 4, memoryBytes: 1, nodeVersion: '24' },
  fingerprint: '', publicKey: '', gateway: null, enrolledAt: 0, conditions: [], claimedBy: { fleets: [{ id: 'f1', name: 'pump-loop' }], multiple: false },
  desired: { generation: 31, bundle: digest, since: 0, rules: [], models: [] }, reported: null, diff: [], activation: null,
  can: { revoke: { allowed: true }, retry: { allowed: true }, setLabels: { allowed: true }, rename: { allowed: true } },
};
const outOfSync = { ...synced, sync: { ...synced.sync, status: 'OutOfSync', message: 'Generation 31 is desired, 30 was reported.' }, generation: { desired: 31, observed: 30 } } satisfies NodeDetail;
const titles = (node: NodeDetail) => whyNot(node).map((step) => step.title);

describe('why a node does not run what is desired', () => {
  it('has nothing to say when it does', () => expect(whyNot(synced)).toEqual([]));
  it('names the lost connection before anything else', () => {
    expect(titles({ ...outOfSync, health: { ...synced.health, status: 'Offline', message: 'No heartbeat for 4 min.' } })).toEqual(['It is not connected']);
  });
  it('shows how far an activation is', () => {
    const [step] = whyNot({ ...outOfSync, activation: { generation: 31, bundle: digest, step: 'Fetching', bytesDone: 1_400_000, bytesTotal: 4_200_000, message: null } });
    expect(step).toMatchObject({ title: 'It fetches what it lacks', detail: 'On the way to generation 31. 1.4 MB of 4.2 MB.', moving: true });
  });
  it('gives the reason of a failure in the words of the node', () => {
    const [step] = whyNot({ ...outOfSync, sync: { ...outOfSync.sync, status: 'Failed', message: 'Input 3 is missing.' } });
    expect(step).toMatchObject({ tone: 'critical', detail: 'Input 3 is missing.' });
  });
  it('says that two fleets claim it, and that none does', () => {
    expect(titles({ ...outOfSync, claimedBy: { fleets: [{ id: 'a', name: 'a' }, { id: 'b', name: 'b' }], multiple: true } })[0]).toBe('Two fleets claim it');
    expect(titles({ ...synced, fleet: null, desired: null })).toEqual(['No fleet claims it']);
  });
  it('says of a revoked node nothing but that', () => expect(titles({ ...outOfSync, revokedAt: 1 })).toEqual(['It was revoked']));
});
