'use client';
import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '../../_data/trpc.tsx';
import { Field } from '../../_ui/field.tsx';
import { Select } from '../../_ui/select.tsx';
import { rightsInWords, roleLabel, roleMeaning } from './roles.ts';

/** One of the roles that the person may give, and the one that is given already. */
export function RoleChoice({ value, onChange, error }: { value: string; onChange: (role: string) => void; error?: string | undefined }) {
  const trpc = useTRPC();
  const roles = useQuery(trpc.identity.roles.list.queryOptions()).data?.items ?? [];
  const chosen = roles.find(({ name }) => name === value);
  const meaning = roleMeaning(value) ?? (chosen === undefined ? undefined : rightsInWords(chosen.capabilities));
  const offered = roles.filter(({ name, can }) => can.give.allowed || name === value);
  return (
    <Field label="Role" description={meaning === undefined ? undefined : `May do: ${meaning}.`} error={error}>
      <Select label="Role" value={value} onChange={onChange} className="w-full" options={(offered.length > 0 ? offered.map(({ name }) => name) : [value]).map((name) => ({ value: name, label: roleLabel(name) }))} />
    </Field>
  );
}
