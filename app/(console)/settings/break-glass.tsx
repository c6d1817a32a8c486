'use client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { BreakGlassCode } from '../../../server/identity/break-glass/schema.ts';
import { formFailureOf } from '../../_data/failure.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { absolute } from '../../_format/time.ts';
import { Loaded, useFailureToast } from '../../_shell/loaded.tsx';
import { AskDialog } from '../../_ui/ask-dialog.tsx';
import { Button } from '../../_ui/button.tsx';
import { Card } from '../../_ui/card.tsx';
import { CodeBlock } from '../../_ui/code-block.tsx';
import { DataTable, type Column } from '../../_ui/data-table.tsx';
import { Dialog } from '../../_ui/dialog.tsx';
import { DialogForm } from '../../_ui/dialog-form.tsx';
import { EmptyState } from '../../_ui/empty-state.tsx';
import { Field, Input } from '../../_ui/field.tsx';
import { useZone } from '../../_ui/moment.tsx';
import { RelativeTime } from '../../_ui/relative-time.tsx';
import { SkeletonRows } from '../../_ui/skeleton.tsx';
import { Status, type Tone } from '../../_ui/status.tsx';

const states: Record<BreakGlassCode['state'], { tone: Tone; word: string; means: string }> = {
  Sealed: { tone: 'positive', word: 'Sealed', means: 'It opens everything, once.' },
  InUse: { tone: 'critical', word: 'In use', means: 'Somebody is in by it, and may do everything.' },
  Used: { tone: 'notice', word: 'Used', means: 'Its hour is over.' },
  Expired: { tone: 'neutral', word: 'Expired', means: 'A year went by without its being used.' },
  Revoked: { tone: 'neutral', word: 'Revoked', means: 'A person took it back.' },
};

const columns: readonly Column<BreakGlassCode>[] = [
  { id: 'label', header: 'Kept', cell: (code) => <span className="font-medium">{code.label}</span> },
  { id: 'state', header: 'State', cell: (code) => <Status tone={states[code.state].tone} word={states[code.state].word} detail={states[code.state].means} /> },
  {
    id: 'used', header: 'Used', from: 'sm', cell: (code) =>
      code.used === null ? (
        <span className="text-faint">never</span>
      ) : (
        <Used {...code.used} />
      ),
  },
  { id: 'by', header: 'Made by', from: 'lg', cell: (code) => code.createdBy },
  { id: 'expires', header: 'Expires', numeric: true, from: 'md', cell: (code) => (code.state === 'Sealed' ? <RelativeTime at={code.expiresAt} /> : '') },
  { id: 'act', header: '', numeric: true, cell: (code) => (code.state === 'Sealed' || code.state === 'InUse' ? <Revoke code={code} /> : null) },
];

function Used({ at, by, reason, address, until }: NonNullable<BreakGlassCode['used']>) {
  const zone = useZone();
  return (
    <span title={`${reason} (from ${address ?? 'an unknown address'}, until ${absolute(until, zone)})`}>
      <RelativeTime at={at} /> by {by}: <span className="text-dim">{reason}</span>
    </span>
  );
}

/** Sealed codes for the day when nobody can sign in otherwise, and who used which, when and why. */
export function BreakGlass() {
  const trpc = useTRPC();
  const list = useQuery(trpc.identity.breakGlass.list.queryOptions());
  const [making, setMaking] = useState(false);
  const may = list.data?.can.create;
  const make = (
    <Button size="sm" onClick={() => setMaking(true)} refused={may === undefined || may.allowed ? undefined : (may.reason ?? 'Not now.')}>
      Make a code
    </Button>
  );
  return (
    <Card title="Break-glass" subtitle="for the day when nobody can sign in otherwise" actions={list.data === undefined || list.data.items.length === 0 ? undefined : make}>
      <Loaded query={list} what="the break-glass codes" skeleton={<SkeletonRows rows={2} columns={4} />}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState kind="nothing-yet" title="No code is sealed" action={make}>
              A code opens everything once, for an hour, to whoever has it and says why. Print it, seal it, and put it where two people have to go together.
            </EmptyState>
          ) : (
            <DataTable columns={columns} rows={items} rowKey={(code) => code.id} label="Break-glass codes" />
          )
        }
      </Loaded>
      <MakeDialog open={making} close={() => setMaking(false)} />
    </Card>
  );
}

function MakeDialog({ open, close }: { open: boolean; close: () => void }) {
  const [code, setCode] = useState<string | null>(null);
  const finish = () => {
    close();
    setCode(null);
  };
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => (next ? undefined : finish())}
      wide={code !== null}
      title={code === null ? 'Make a break-glass code' : 'The code, shown this once'}
      description={code === null ? 'It opens everything, once, for an hour. Its use is told by every notification channel.' : 'Only its digest is kept. It is used at the foot of the sign-in page.'}
      footer={
        code === null ? undefined : (
          <Button tone="primary" onClick={finish}>
            It is put away
          </Button>
        )
      }
    >
      {code !== null ? <CodeBlock code={code} label="Copy the code" /> : open ? <MakeForm onMade={setCode} close={finish} /> : null}
    </Dialog>
  );
}

function MakeForm({ onMade, close }: { onMade: (code: string) => void; close: () => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [label, setLabel] = useState('');
  const create = useMutation(
    trpc.identity.breakGlass.create.mutationOptions({
      onSuccess: async ({ code }) => {
        onMade(code);
        await queryClient.invalidateQueries(trpc.identity.breakGlass.pathFilter());
      },
    }),
  );
  const { fields, general } = formFailureOf(create);
  return (
    <DialogForm action="Make it" cancel={close} busy={create.isPending} onSubmit={() => create.mutate({ label: label.trim() })}>
      <Field label="Where it is kept" error={fields['label'] ?? general}>
        <Input value={label} onValue={setLabel} maxLength={100} required placeholder="The safe in the office" />
      </Field>
    </DialogForm>
  );
}

function Revoke({ code }: { code: BreakGlassCode }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const failed = useFailureToast();
  const [asking, setAsking] = useState(false);
  const revoke = useMutation(
    trpc.identity.breakGlass.revoke.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries(trpc.identity.breakGlass.pathFilter()),
      onError: (error) => failed('The code stays', error),
      onSettled: () => setAsking(false),
    }),
  );
  return (
    <>
      <Button size="sm" tone="critical" label={`Revoke the code kept at ${code.label}`} onClick={() => setAsking(true)} refused={code.can.revoke.allowed ? undefined : (code.can.revoke.reason ?? 'Not now.')}>
        Revoke
      </Button>
      <AskDialog
        open={asking}
        onOpenChange={setAsking}
        title={`Revoke the code kept at ${code.label}?`}
        description={code.state === 'InUse' ? 'Whoever is in by it is out at once. What they did stays.' : 'It opens nothing any more. Make another before the day that needs it.'}
        action="Revoke it"
        busy={revoke.isPending}
        onConfirm={() => revoke.mutate({ id: code.id })}
      />
    </>
  );
}
