import type { WaveCounts } from '../../../server/deployments/schema.ts';
import type { Tone } from '../../_ui/status.tsx';

/** The nodes of a wave by what they report, in the order in which a bar shows them. */
export function waveParts(nodes: WaveCounts): { tone: Tone | 'empty'; count: number; word: string }[] {
  return [
    { tone: 'positive', count: nodes.running, word: 'running' },
    { tone: 'info', count: nodes.applying, word: 'applying' },
    { tone: 'neutral', count: nodes.staged, word: 'staged' },
    { tone: 'notice', count: nodes.offline, word: 'offline' },
    { tone: 'critical', count: nodes.failed, word: 'failed' },
    { tone: 'neutral', count: nodes.skipped, word: 'skipped' },
    { tone: 'empty', count: nodes.toCome, word: 'to come' },
  ];
}
