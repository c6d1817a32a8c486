'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Capability } from '../../../server/identity/capabilities.ts';
import { fleetCapabilities } from '../../../server/identity/schema.ts';
import { formFailureOf } from '../../_data/failure.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { Button } from '../../_ui/button.tsx';
import { CodeBlock } from '../../_ui/code-block.tsx';
import { Dialog } from '../../_ui/dialog.tsx';
import { DialogForm } from '../../_ui/dialog-form.tsx';
import { Field, Input } from '../../_ui/field.tsx';
import { Select } from '../../_ui/select.tsx';
import { useMe } from '../../_shell/me.tsx';
import { FleetChoice, type FleetLimit } from './fleet-choice.tsx';
import { ScopeChoice } from './scope-choice.tsx';

const day = 86_400_000;
const lifetimes = { '7d': 7 * day, '30d': 30 * day, '90d': 90 * day, '1y': 365 * day } as const;
type Lifetime = keyof typeof lifetimes;

/** Makes an API token and shows it this once. */
export function CreateApiTokenDialog({ open, close }: { open: boolean; close: () => void }) {
  const [token, setToken] = useState<string | null>(null);
  const finish = () => {
    close();
    setToken(null);
  };
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => (next ? undefined : finish())}
      wide
      title={token === null ? 'Create an API token' : 'The token, shown this once'}
      description={token === null ? 'For a program: it can do what its scopes name, until it expires or is revoked.' : 'Only its digest is kept. Whoever has it can do what its scopes name.'}
      footer={
        token === null ? undefined : (
          <Button tone="primary" onClick={finish}>
            Done
          </Button>
        )
      }
    >
      {token !== null ? (
        <div className="flex flex-col gap-3">
          <CodeBlock code={token} label="Copy the token" />
          <p className="text-dim">To try it:</p>
          <CodeBlock code={`curl -H "Authorization: Bearer ${token}" ${window.location.origin}/api/v1/me`} label="Copy the command" />
        </div>
      ) : open ? (
        <TokenForm onMade={setToken} close={finish} />
      ) : null}
    </Dialog>
  );
}

function TokenForm({ onMade, close }: { onMade: (token: string) => void; close: () => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const own = useMe()?.capabilities ?? [];
  const [name, setName] = useState('');
  const [lifetime, setLifetime] = useState<Lifetime>('30d');
  const [scopes, setScopes] = useState<ReadonlySet<Capability>>(new Set());
  const [fleets, setFleets] = useState<FleetLimit>('all');
  const fitting = fleets === 'all' ? own : own.filter((capability) => fleetCapabilities.has(capability));
  const given = [...scopes].filter((scope) => fitting.includes(scope));
  const create = useMutation(
    trpc.identity.tokens.create.mutationOptions({
      onSuccess: async (made) => {
        onMade(made.token);
        await queryClient.invalidateQueries(trpc.identity.tokens.pathFilter());
      },
    }),
  );
  const { fields, general } = formFailureOf(create);
  return (
    <DialogForm
      action="Create"
      cancel={close}
      busy={create.isPending}
      refused={fleets.length === 0 ? 'Choose at least one fleet.' : given.length === 0 ? 'Choose what it may do.' : undefined}
      onSubmit={() => create.mutate({ name: name.trim(), scopes: given, fleets: fleets === 'all' ? 'all' : [...fleets], expiresAt: Date.now() + lifetimes[lifetime] })}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="What it is for" error={fields['name'] ?? general}>
          <Input value={name} onValue={setName} maxLength={100} required placeholder="Nightly export" />
        </Field>
        <Field label="Expires" error={fields['expiresAt']}>
          <Select
            label="Expires"
            value={lifetime}
            onChange={setLifetime}
            className="w-full"
            options={[
              { value: '7d', label: 'In 7 days' },
              { value: '30d', label: 'In 30 days' },
              { value: '90d', label: 'In 90 days' },
              { value: '1y', label: 'In a year' },
            ]}
          />
        </Field>
      </div>
      <FleetChoice value={fleets} onChange={setFleets} error={fields['fleets']} />
      <ScopeChoice own={fitting} chosen={new Set(given)} onChange={setScopes} />
    </DialogForm>
  );
}
