'use client';
import { Button } from '../../_ui/button.tsx';
import { FleetChoice, type FleetLimit } from './fleet-choice.tsx';
import { RoleChoice } from './role-choice.tsx';

/** A role beside the first, and where it holds. `key` tells rows apart while they are edited. */
export interface FurtherRole {
  key: number;
  role: string;
  fleets: FleetLimit;
}

const most = 20;

/** Further roles of a person, for who operates one fleet and looks at another. */
export function FurtherRoles({ value, onChange, error }: { value: readonly FurtherRole[]; onChange: (value: readonly FurtherRole[]) => void; error?: string | undefined }) {
  const change = (key: number, to: Partial<FurtherRole>): void => onChange(value.map((grant) => (grant.key === key ? { ...grant, ...to } : grant)));
  return (
    <div className="flex flex-col gap-4">
      {value.map(({ key, role, fleets }, index) => (
        <fieldset key={key} className="flex min-w-0 flex-col gap-3 border-t border-line pt-4">
          <legend className="sr-only">Further role {index + 1}</legend>
          <RoleChoice value={role} onChange={(next) => change(key, { role: next })} />
          <FleetChoice value={fleets} onChange={(next) => change(key, { fleets: next })} />
          <div>
            <Button size="sm" label={`Take the role ${role} away again`} onClick={() => onChange(value.filter((grant) => grant.key !== key))}>
              Take away
            </Button>
          </div>
        </fieldset>
      ))}
      {error === undefined ? null : <p role="alert" className="text-sm text-critical">{error}</p>}
      <div>
        <Button
          size="sm"
          refused={value.length >= most ? `A person has at most ${most} further roles.` : undefined}
          onClick={() => onChange([...value, { key: Math.max(0, ...value.map(({ key }) => key + 1)), role: 'viewer', fleets: [] }])}
        >
          Another role elsewhere
        </Button>
      </div>
    </div>
  );
}
