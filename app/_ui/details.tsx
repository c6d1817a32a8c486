import type { ReactNode } from 'react';
import { classes } from './classes.ts';

/** Names and their values, one a row; a value that is absent shows as a dash. `bounded`: past a dozen they scroll, so each needs a link to be reached by keyboard. */
export function Details({ rows, numeric = false, bounded = false }: { rows: readonly { name: ReactNode; value: ReactNode }[]; numeric?: boolean; bounded?: boolean }) {
  return (
    <dl className={classes('divide-y divide-line', bounded && 'max-h-[440px] overflow-y-auto')}>
      {rows.map((row, index) => (
        <div key={index} className={classes('flex min-h-9 items-baseline gap-4 px-4 py-[9px]', numeric && 'justify-between')}>
          <dt className={classes('text-dim', numeric ? 'min-w-0 truncate' : 'w-32 shrink-0')}>{row.name}</dt>
          <dd className={numeric ? 'shrink-0 text-right tabular-nums' : 'min-w-0 flex-1 break-words'}>{row.value ?? <span className="text-faint">–</span>}</dd>
        </div>
      ))}
    </dl>
  );
}
