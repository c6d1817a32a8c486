import type { NodeItem } from '../../../../server/nodes/schema.ts';
import { plural } from '../../../_format/number.ts';
import { Shape } from '../../../_ui/status.tsx';
import type { Outcome } from './turns.ts';

/** Each of several nodes with how it came out, or would. */
export function TurnsList({ nodes, outcomes, label }: { nodes: readonly NodeItem[]; outcomes: ReadonlyMap<string, Outcome>; label: string }) {
  return (
    <div tabIndex={0} role="group" aria-label={label} className="max-h-[40vh] overflow-y-auto rounded-md border border-line">
      <ul className="divide-y divide-line">
        {nodes.map((node) => {
          const outcome = outcomes.get(node.id);
          return (
            <li key={node.id} className="flex min-h-9 items-start gap-x-3 gap-y-1 px-3 py-[9px] max-sm:flex-col">
              <span className="max-w-full shrink-0 truncate font-medium sm:w-44">{node.name}</span>
              {outcome === undefined ? (
                <span className="text-faint">–</span>
              ) : (
                <span className="flex min-w-0 gap-2 text-dim">
                  <Shape tone={outcome.tone} className="mt-[3px]" />
                  <span className="min-w-0">{outcome.says}</span>
                </span>
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

/** "12 nodes: 9 free to go, 2 to note, 1 refused", as far as it is known; `left` says of the rest what becomes of them. */
export function Tally({ nodes, outcomes, words, left: leftWord }: { nodes: number; left: string; outcomes: ReadonlyMap<string, Outcome>; words: Record<Outcome['tone'], string> }) {
  const counts = { positive: 0, notice: 0, critical: 0 };
  for (const { tone } of outcomes.values()) counts[tone] += 1;
  const parts = (['positive', 'notice', 'critical'] as const).filter((tone) => counts[tone] > 0).map((tone) => `${counts[tone]} ${words[tone]}`);
  const left = nodes - outcomes.size;
  return (
    <p role="status" className="tabular-nums">
      {plural(nodes, 'node')}
      {parts.length > 0 ? `: ${parts.join(', ')}` : ''}
      {left > 0 ? <span className="text-dim">{`, ${left} ${leftWord}`}</span> : null}
    </p>
  );
}
