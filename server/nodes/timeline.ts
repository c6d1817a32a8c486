import type { Deps } from '../kernel/deps.ts';
import type { NewTimelineEntry, TimelineSource } from './repository.ts';
import type { TimelineNote } from './state.ts';

/** Notes as entries of a node's timeline, dated now. */
export function timelineEntries(
  deps: Pick<Deps, 'ids' | 'clock'>,
  node: { id: string; organizationId: string },
  source: TimelineSource,
  notes: readonly TimelineNote[],
): NewTimelineEntry[] {
  const at = deps.clock.now();
  return notes.map((note) => ({ ...note, id: deps.ids.next(), organizationId: node.organizationId, nodeId: node.id, at, source }));
}
