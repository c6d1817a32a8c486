import type { ReactNode } from 'react';
import { classes } from './classes.ts';

/** Names and their values, one a row; a value that is absent shows as a dash. */
export function Details({ rows, numeric = false }: { rows: readonly { name: ReactNode; value: ReactNode }[]; numeric?: boolean }) {
  return (
    <dl className="divide-y divide-line">
      {rows.map((row, index) => (
        <div key={index} className={classes('flex min-h-9 items-baseline gap-4 px-4 py-[9px]', numeric && 'justify-between')}>
          <dt className={classes('shrink-0 text-dim', !numeric && 'w-32')}>{row.name}</dt>
          <dd className={classes('min-w-0 break-words', numeric ? 'text-right tabular-nums' : 'flex-1')}>{row.value ?? <span className="text-faint">–</span>}</dd>
        </div>
      ))}
    </dl>
  );
}
