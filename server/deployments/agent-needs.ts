import { agentVersion } from '@selvedge/edge-runtime/protocol';
import { isOlder } from '../kernel/versions.ts';
import type { RolloutPolicy } from './schema.ts';

/** Something that a node is told and that an agent has to know of. */
export interface AgentNeed {
  /** The first agent that knows of it. */
  since: string;
  /** An older one cannot do what is asked; else it does it in another way. */
  blocks: boolean;
  /** What older ones do, after “agents older than that,”. */
  older: string;
}

/** What is asked of agents: by the bundle, by how it is rolled out, and by who has to sign it. */
export function agentNeeds({ labels, policy, threshold }: { labels: readonly string[]; policy: Pick<RolloutPolicy, 'downloadWindows' | 'activateWindows'>; threshold: number }): AgentNeed[] {
  return [
    { since: '0.1.0', blocks: true, older: 'which cannot run this bundle' },
    ...(policy.downloadWindows.length + policy.activateWindows.length > 0 ? [{ since: '0.2.0', blocks: true, older: 'which cannot keep to windows' }] : []),
    ...([...policy.downloadWindows, ...policy.activateWindows].some((window) => 'cron' in window) ? [{ since: '0.4.0', blocks: true, older: 'which cannot keep to windows by cron' }] : []),
    ...(labels.length > 0 ? [{ since: '0.2.0', blocks: true, older: 'which cannot fill in labels' }] : []),
    ...(threshold > 1 ? [{ since: '0.3.0', blocks: false, older: 'for which one signature is enough: what people have not signed runs there as well' }] : []),
    { since: agentVersion, blocks: false, older: 'whose engine is older than the one that checked these rules: where a rule uses what is new in it, the node fails and goes on with what it ran' },
  ];
}

/** What an agent does not know of. */
export function unmetBy(version: string, needs: readonly AgentNeed[]): AgentNeed[] {
  return needs.filter(({ since }) => isOlder(version, since));
}
