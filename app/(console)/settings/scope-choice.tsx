'use client';
import type { Capability } from '../../../server/identity/capabilities.ts';
import { Button } from '../../_ui/button.tsx';
import { Checkbox } from '../../_ui/checkbox.tsx';

interface ScopeRow {
  noun: string;
  read: Capability;
  write?: Capability;
}

const rows: readonly ScopeRow[] = [
  { noun: 'Nodes and enrolment', read: 'nodes:read', write: 'nodes:write' },
  { noun: 'Fleets', read: 'fleets:read', write: 'fleets:write' },
  { noun: 'Deployments', read: 'deployments:read', write: 'deployments:write' },
  { noun: 'Rules', read: 'rules:read', write: 'rules:write' },
  { noun: 'Models', read: 'models:read', write: 'models:write' },
  { noun: 'Repositories', read: 'repositories:read', write: 'repositories:write' },
  { noun: 'Detections', read: 'detections:read' },
  { noun: 'Alerts', read: 'alerts:read', write: 'alerts:write' },
  { noun: 'Audit', read: 'audit:read' },
  { noun: 'Settings, members, tokens', read: 'settings:read', write: 'settings:write' },
];

/** What a token may do, a noun a row. Only what the person may do can be given away. */
export function ScopeChoice({ own, chosen, onChange }: { own: readonly Capability[]; chosen: ReadonlySet<Capability>; onChange: (chosen: ReadonlySet<Capability>) => void }) {
  const set = (capability: Capability, on: boolean) => {
    const next = new Set(chosen);
    if (on) next.add(capability);
    else next.delete(capability);
    onChange(next);
  };
  const all = rows.map(({ read }) => read).filter((capability) => own.includes(capability));
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1.5 flex w-full items-center font-medium">
        What it may do
        <span className="ml-auto font-normal">
          <Button size="sm" tone="quiet" onClick={() => onChange(new Set([...chosen, ...all]))}>
            Read everything
          </Button>
        </span>
      </legend>
      <div className="divide-y divide-line rounded-lg border border-line">
        {rows.map(({ noun, read, write }) => (
          <div key={read} className="flex min-h-9 flex-wrap items-center gap-x-6 px-3">
            <span className="w-52 text-dim">{noun}</span>
            <span className="w-20">
              <Checkbox label="Read" checked={chosen.has(read)} onChange={(on) => set(read, on)} disabled={!own.includes(read)} />
            </span>
            {write === undefined ? null : <Checkbox label="Change" checked={chosen.has(write)} onChange={(on) => set(write, on)} disabled={!own.includes(write)} />}
          </div>
        ))}
      </div>
    </fieldset>
  );
}
