import type { NodeFacts, NodeState } from './state.ts';

export type Fact = keyof NodeFacts;

/** A column of a node's row, its type in Postgres, and what of a state is in it. */
export interface StateColumn {
  column: string;
  type: string;
  of: (state: NodeState) => string | number | Date | null;
}

const moment = (column: string, of: (state: NodeState) => number | null): StateColumn => ({
  column,
  type: 'timestamptz',
  of: (state) => {
    const at = of(state);
    return at === null ? null : new Date(at);
  },
});

/** Where each fact is kept. The report itself is JSON, and goes beside. */
const columnsOf: Record<Fact, readonly StateColumn[]> = {
  revokedAt: [moment('revokedAt', ({ revokedAt }) => revokedAt)],
  instance: [{ column: 'instance', type: 'text', of: ({ instance }) => instance }],
  connectedSince: [moment('connectedSince', ({ connectedSince }) => connectedSince)],
  disconnectedAt: [moment('disconnectedAt', ({ disconnectedAt }) => disconnectedAt)],
  desiredGeneration: [{ column: 'desiredGeneration', type: 'bigint', of: ({ desiredGeneration }) => desiredGeneration }],
  desiredBundle: [{ column: 'desiredBundle', type: 'text', of: ({ desiredBundle }) => desiredBundle }],
  desiredAt: [moment('desiredAt', ({ desiredAt }) => desiredAt)],
  report: [
    { column: 'observedGeneration', type: 'bigint', of: ({ report }) => report?.observedGeneration ?? 0 },
    { column: 'reportedBundle', type: 'text', of: ({ report }) => report?.bundle ?? null },
  ],
  reportedAt: [moment('reportedAt', ({ reportedAt }) => reportedAt)],
};

const healthColumns: readonly StateColumn[] = [
  { column: 'health', type: 'node_health', of: ({ health }) => health.status },
  { column: 'healthReason', type: 'text', of: ({ health }) => health.reason },
  { column: 'healthMessage', type: 'text', of: ({ health }) => health.message },
  moment('healthSince', ({ health }) => health.since),
];

const syncColumns: readonly StateColumn[] = [
  { column: 'sync', type: 'node_sync', of: ({ sync }) => sync.status },
  { column: 'syncReason', type: 'text', of: ({ sync }) => sync.reason },
  { column: 'syncMessage', type: 'text', of: ({ sync }) => sync.message },
  moment('syncSince', ({ sync }) => sync.since),
];

/** What a node should run plays no part in how well it is. */
const besideHealth: readonly Fact[] = ['desiredGeneration', 'desiredBundle', 'desiredAt'];

/** The facts that these name, whatever they say of them. */
export function factsIn(facts: NodeFacts): Fact[] {
  return Object.keys(facts).filter(isFact);
}

function isFact(name: string): name is Fact {
  return name in columnsOf;
}

/** The columns in which states may differ from their rows after these facts changed: theirs, and those of the statuses that follow from them. */
export function columnsThatChange(facts: Iterable<Fact>): StateColumn[] {
  const changed = [...facts];
  return [...changed.flatMap((fact) => columnsOf[fact]), ...(changed.every((fact) => besideHealth.includes(fact)) ? [] : healthColumns), ...syncColumns];
}
