import type { Plan, PlanChange } from '../../../server/deployments/schema.ts';
import { bytes, plural } from '../../_format/number.ts';
import { DiffTable } from '../../_ui/diff-table.tsx';
import { EmptyState } from '../../_ui/empty-state.tsx';
import { Shape } from '../../_ui/status.tsx';

const words = { rule: 'Rule', model: 'Model', settings: 'Settings' } as const;

type Memory = Pick<Plan, 'stateLost' | 'stateKept'>;

/** What would be different on a node of the fleet, and which memory of its rules outlives the change. */
export function PlanChanges({ changes, ...memory }: Pick<Plan, 'changes'> & Memory) {
  return (
    <>
      {changes.length === 0 ? <NothingChanges /> : <DiffTable label="What changes" before="Now" after="Then" rows={changes.map((change) => ({ part: partOf(change), before: change.from, after: change.to, change: describe(change) }))} />}
      <MemoryChanges {...memory} />
    </>
  );
}

/** The same where there is no room for a table. */
export function PlanChangesInBrief({ changes, ...memory }: Pick<Plan, 'changes'> & Memory) {
  return (
    <>
      {changes.length === 0 ? (
        <NothingChanges />
      ) : (
        <ul className="divide-y divide-line">
          {changes.map((change) => (
            <li key={`${change.kind} ${change.name}`} className="px-4 py-2">
              <span className="flex justify-between gap-3">
                <span className="min-w-0 truncate">{partOf(change)}</span>
                <span className="shrink-0 tabular-nums">
                  {change.from === null ? '' : `${change.from} → `}
                  {change.to ?? 'nothing'}
                </span>
              </span>
              <span className="text-dim">{describe(change)}</span>
            </li>
          ))}
        </ul>
      )}
      <MemoryChanges {...memory} />
    </>
  );
}

function NothingChanges() {
  return (
    <EmptyState kind="nothing-yet" title="Nothing changes">
      The fleet is told to run exactly this already.
    </EmptyState>
  );
}

function MemoryChanges({ stateLost, stateKept }: Memory) {
  if (stateLost.length + stateKept.length === 0) return null;
  return (
    <ul aria-label="State" className="divide-y divide-line border-t border-line">
      {stateLost.map((state) => (
        <li key={`${state.rule} ${state.query} ${state.what}`} className="grid grid-cols-[14px_1fr] items-baseline gap-x-2.5 px-4 py-2">
          <Shape tone="notice" />
          <span>
            The {state.what} of {state.rule} restarts empty <span className="text-dim">{state.because}</span>
          </span>
        </li>
      ))}
      {stateKept.length === 0 ? null : (
        <li>
          <details>
            <summary className="grid list-none grid-cols-[14px_1fr] items-baseline gap-x-2.5 px-4 py-2 [&::-webkit-details-marker]:hidden">
              <Shape tone="positive" />
              <span>
                {stateLost.length === 0 ? 'Everything that the rules hold is kept' : 'Everything else that they hold is kept'} <span className="text-accent">{plural(stateKept.length, 'state')}</span>
              </span>
            </summary>
            <ul className="pb-2">
              {stateKept.map((state) => (
                <li key={`${state.rule} ${state.query} ${state.what}`} className="py-1 pr-4 pl-10">
                  The {state.what} of {state.rule} <span className="text-dim">{state.query}</span>
                </li>
              ))}
            </ul>
          </details>
        </li>
      )}
    </ul>
  );
}

const partOf = (change: PlanChange): string => `${words[change.kind]} ${change.kind === 'settings' ? '' : change.name}`.trim();

function describe(change: PlanChange): string {
  const fetched = change.bytes > 0 ? `, ${bytes(change.bytes)} to fetch` : '';
  if (change.from === null) return `added${fetched}`;
  if (change.to === null) return 'removed';
  return `changed${fetched}`;
}
