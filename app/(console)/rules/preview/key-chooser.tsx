'use client';
import type { KeyChoice, QueryLook } from '@selvedge/edge-runtime/cep/preview';
import { count, plural } from '../../../_format/number.ts';
import { classes } from '../../../_ui/classes.ts';
import { FilterInput } from '../../../_ui/filter-input.tsx';

/** For which key of a partition it is shown what a query holds: the one whose event came last, or one that is looked for. */
export function KeyChooser({ partition: { key, keys, named, more }, choice, onChoose }: {
  partition: NonNullable<QueryLook['partition']>;
  choice: KeyChoice;
  onChoose: (choice: Partial<KeyChoice>) => void;
}) {
  if (keys === 0) return <p className="px-4 pb-1.5 text-sm text-dim">No key yet.</p>;
  return (
    <div className="flex flex-col gap-1.5 px-4 pb-2">
      <p className="text-sm text-dim">
        {key === undefined ? <>The key <Key>{choice.key}</Key> is not there now</> : <>For the key {choice.key === null ? 'whose event came last, ' : null}<Key>{key}</Key></>}, of {plural(keys, 'key')}.
      </p>
      <FilterInput first={false} label="Keys with" placeholder="Find a key" value={choice.like} onChange={(like) => onChoose({ like })} />
      <div role="group" aria-label="Key whose state is shown" className="flex max-h-24 flex-wrap gap-1 overflow-y-auto">
        <Choice chosen={choice.key === null} onClick={() => onChoose({ key: null })}>latest</Choice>
        {named.map((one) => <Choice key={one} chosen={choice.key === one} onClick={() => onChoose({ key: one })}><span className="font-mono">{one === '' ? '(empty)' : one}</span></Choice>)}
      </div>
      {named.length === 0 ? <p className="text-sm text-dim">No key has that in it.</p> : null}
      {more ? <p className="text-sm text-dim">The {count(named.length)} whose events came last are named: type a part of another.</p> : null}
    </div>
  );
}

function Key({ children }: { children: string | null }) {
  return <span className="font-mono text-[12px] break-all text-ink">{children}</span>;
}

function Choice({ chosen, onClick, children }: { chosen: boolean; onClick: () => void; children: React.ReactNode }) {
  return (
    <button type="button" aria-pressed={chosen} onClick={onClick} className={classes('inline-flex h-6 max-w-64 items-center truncate rounded-md border px-2 text-sm', chosen ? 'border-accent bg-accent-wash text-ink' : 'border-line text-dim hover:bg-raised hover:text-ink')}>
      {children}
    </button>
  );
}
