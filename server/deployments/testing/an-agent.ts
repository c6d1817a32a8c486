import { agentVersion, assignmentSchema, bundleManifestSchema } from '@selvedge/edge-runtime/protocol';
import type { Assignment, Labels, Report } from '@selvedge/edge-runtime/protocol';
import { desiredFor } from '../../bundles/index.ts';
import { systemActor } from '../../kernel/actor.ts';
import type { Deps } from '../../kernel/deps.ts';
import { nodesConnected, nodesDisconnected, nodesReported } from '../../nodes/index.ts';
import { aNode } from '../../nodes/testing/a-node.ts';

/** A node that says what it is told to say, through the same services as the agent link. */
export interface TestAgent {
  id: string;
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  /** What it would be sent now; null when nothing was assigned. */
  desired(): Promise<{ generation: number; bundle: string; schedule: Assignment['schedule'] } | null>;
  /** Reports that it runs what it was told, under that generation. */
  run(): Promise<void>;
  /** Reports that it is at it. */
  apply(): Promise<void>;
  /** Reports that it has all but switched, and waits for its window. */
  stage(): Promise<void>;
  /** Reports that the activation failed and that it runs what it ran. */
  fail(message: string): Promise<void>;
}

export async function anAgent(deps: Deps, organizationId: string, name: string, labels: Labels): Promise<TestAgent> {
  const id = await aNode(deps, organizationId, { name, labels });
  const actor = systemActor(organizationId, 'test');
  const instance = `instance-${name}`;
  let connectedSince: number | null = null;
  let running: Pick<Report, 'observedGeneration' | 'bundle' | 'rules' | 'models'> = { observedGeneration: 0, rules: [], models: [] };
  const desired = async () => {
    const [envelope] = await desiredFor(deps, [id]);
    if (envelope === undefined || envelope === null) return null;
    const assignment = assignmentSchema.parse(JSON.parse(envelope.assignment.payload));
    return { generation: assignment.generation, bundle: assignment.bundle, schedule: assignment.schedule, manifest: bundleManifestSchema.parse(JSON.parse(envelope.bundle.payload)) };
  };
  const report = (rest: Pick<Report, 'sync' | 'reason' | 'message'> & Partial<Report>): Promise<void> => nodesReported(deps, actor.organizationId, [{ id, report: { type: 'report', conditions: [], ...running, ...rest } }], 'test');
  const activation = async (step: 'Building' | 'Staged' | 'Failed', message?: string): Promise<Pick<Report, 'activation'>> => {
    const wanted = await desired();
    if (wanted === null) throw new Error(`${name} was told nothing`);
    return { activation: { generation: wanted.generation, bundle: wanted.bundle, step, bytesDone: 1, bytesTotal: 2, ...(message !== undefined && { message }) } };
  };
  return {
    id,
    connect: async () => {
      const arrived = await nodesConnected(deps, organizationId, [{ id, instance, agentVersion, facts: { hostname: name, platform: 'linux', architecture: 'x64', cores: 2, memoryBytes: 1, nodeVersion: '24' }, gateway: null }], 'test');
      connectedSince = arrived.get(id)?.since ?? null;
    },
    disconnect: () => nodesDisconnected(deps, organizationId, [{ id, connectedSince: connectedSince ?? 0, lastSeenAt: deps.clock.now() }], 'test'),
    desired,
    run: async () => {
      const wanted = await desired();
      if (wanted === null) throw new Error(`${name} was told nothing`);
      const named = ({ name: part, version }: { name: string; version: number }): { name: string; version: number } => ({ name: part, version });
      running = { observedGeneration: wanted.generation, bundle: wanted.bundle, rules: wanted.manifest.rules.map(named), models: wanted.manifest.models.map(named) };
      await report({ sync: 'Synced', reason: 'Running', message: '' });
    },
    apply: async () => report({ sync: 'Applying', reason: 'Building', message: '', ...(await activation('Building')) }),
    stage: async () => report({ sync: 'OutOfSync', reason: 'Staged', message: 'It waits.', ...(await activation('Staged', 'It waits.')) }),
    fail: async (message) => {
      const applied = { type: 'BundleApplied' as const, status: 'False' as const, reason: 'BuildFailed', message, lastTransitionTime: deps.clock.now(), observedGeneration: running.observedGeneration };
      return report({ sync: 'Failed', reason: 'BuildFailed', message, conditions: [applied], ...(await activation('Failed', message)) });
    },
  };
}
