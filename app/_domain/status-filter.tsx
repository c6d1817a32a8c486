'use client';
import { count } from '../_format/number.ts';
import { classes } from '../_ui/classes.ts';
import { Shape } from '../_ui/status.tsx';
import type { Meaning } from './meanings.ts';

/** The states of one axis with how many have each; pressing one shows those alone, pressing more shows any of them. */
export function StatusFilter<State extends string>({ label, meanings, counts, selected, onChange }: {
  label: string;
  meanings: Record<State, Meaning>;
  counts: Partial<Record<State, number>> | undefined;
  selected: readonly State[];
  onChange: (selected: State[]) => void;
}) {
  const states = statesOf(meanings).filter((state) => selected.includes(state) || (counts?.[state] ?? 0) > 0);
  if (states.length === 0) return null;
  return (
    <div role="group" aria-label={label} className="flex flex-wrap gap-1">
      {states.map((state) => {
        const on = selected.includes(state);
        return (
          <button
            key={state}
            type="button"
            aria-pressed={on}
            title={meanings[state].means}
            onClick={() => onChange(on ? selected.filter((each) => each !== state) : [...selected, state])}
            className={classes('inline-flex h-7 items-center gap-1.5 rounded-md border px-2 select-none', on ? 'border-accent bg-accent-wash text-ink' : 'border-line text-dim hover:border-line-strong hover:text-ink')}
          >
            <Shape tone={meanings[state].tone} className="size-2.5!" />
            {meanings[state].word}
            <span className="text-faint tabular-nums">{counts ? count(counts[state] ?? 0) : ''}</span>
          </button>
        );
      })}
    </div>
  );
}

function statesOf<State extends string>(meanings: Record<State, Meaning>): State[] {
  return Object.keys(meanings).filter((state): state is State => state in meanings);
}
