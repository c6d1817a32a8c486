import type { Decision } from '../../../../server/deployments/schema.ts';
import { inSentenceCase } from '../../../_format/names.ts';
import { Details } from '../../../_ui/details.tsx';
import { EmptyState } from '../../../_ui/empty-state.tsx';
import { RelativeTime } from '../../../_ui/relative-time.tsx';
import { Shape } from '../../../_ui/status.tsx';

/** What the rollout and people decided, each with the figures it was decided on. */
export function Decisions({ decisions }: { decisions: readonly Decision[] }) {
  if (decisions.length === 0) return <EmptyState kind="nothing-yet" title="Nothing was decided yet" />;
  return (
    <ol className="max-h-[520px] divide-y divide-line overflow-y-auto" tabIndex={0} aria-label="Decisions">
      {decisions.map((decision) => (
        <li key={decision.id} className="grid grid-cols-[14px_1fr] gap-x-2.5 px-4 py-2.5">
          <Shape tone={decision.tone} className="mt-[3px]" />
          <div className="min-w-0">
            <p>
              <span className="font-medium">{inSentenceCase(decision.kind)}</span> <span className="text-faint"><RelativeTime at={decision.at} /> by {decision.by}</span>
            </p>
            <p className="break-words text-dim">{decision.message}</p>
            {Object.keys(decision.evidence).length === 0 ? null : (
              <details className="mt-1">
                <summary className="text-sm text-accent">Evidence</summary>
                <div className="mt-1 rounded-md border border-line">
                  <Details numeric rows={Object.entries(decision.evidence).map(([name, value]) => ({ name: inSentenceCase(name), value: String(value ?? '–') }))} />
                </div>
              </details>
            )}
          </div>
        </li>
      ))}
    </ol>
  );
}
