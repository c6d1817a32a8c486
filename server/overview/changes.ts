import type { Overview } from './schema.ts';

type Change = Overview['changes24h'][number];

/** So many are read at a glance. */
const shownMax = 12;

/** Of what there may be thousands. */
const ofNodes: ReadonlySet<string> = new Set(['node', 'enrollmentRequest']);

/** Changes, newest first, with what one actor did to many nodes in a row as one: its newest, and how many more. */
export function foldChanges(changes: readonly Omit<Change, 'more'>[]): Change[] {
  const folded: Change[] = [];
  for (const change of changes) {
    const last = folded.at(-1);
    if (last !== undefined && ofNodes.has(change.object.kind) && last.object.kind === change.object.kind && last.action === change.action && last.actor === change.actor) last.more++;
    else if (folded.length === shownMax) break;
    else folded.push({ ...change, more: 0 });
  }
  return folded;
}
