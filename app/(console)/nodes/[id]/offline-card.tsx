'use client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import type { NodeDetail } from '../../../../server/nodes/schema.ts';
import { failureOf } from '../../../_data/failure.ts';
import { useTRPC } from '../../../_data/trpc.tsx';
import { bytes, count } from '../../../_format/number.ts';
import { useFailureToast } from '../../../_shell/loaded.tsx';
import { Button } from '../../../_ui/button.tsx';
import { Card } from '../../../_ui/card.tsx';
import { Field, Input } from '../../../_ui/field.tsx';
import { useToast } from '../../../_ui/toast.tsx';

const receiptBytesMax = 2 * 1_048_576;

/** Where no link reaches: a bundle to the node in a file, and its receipt back. */
export function OfflineCard({ node }: { node: NodeDetail }) {
  return (
    <Card title="Without a link" subtitle="a bundle there in a file, a receipt back">
      <div className="grid gap-6 px-4 py-4 md:grid-cols-2">
        <ExportBundle node={node} />
        <ImportReceipt node={node} />
      </div>
    </Card>
  );
}

function ExportBundle({ node }: { node: NodeDetail }) {
  const trpc = useTRPC();
  const [days, setDays] = useState('14');
  const newest = useQuery({ ...trpc.deployments.list.queryOptions({ fleet: node.fleet?.id ?? '', limit: 1 }), enabled: node.fleet !== null });
  const deployment = newest.data?.items[0];
  const brings = deployment !== undefined && (deployment.state === 'Progressing' || deployment.state === 'Succeeded') && deployment.bundle !== node.desired?.bundle ? deployment.id : undefined;
  const prepare = useMutation(trpc.offline.prepare.mutationOptions());
  const valid = /^\d{1,2}$/.test(days) && Number(days) >= 1 && Number(days) <= 90;
  const refused = node.can.exportBundle.allowed ? (valid ? undefined : 'Say for how many days it may be taken on, 1 to 90.') : (node.can.exportBundle.reason ?? 'Not now.');
  return (
    <div className="flex flex-col gap-3">
      <p className="text-dim">
        One file with the signed bundle, the keys and all artefacts. At the node: <code>apply FILE</code>. It verifies everything as over the link.
        {brings === undefined ? '' : ' The node was not told the newest deployment of its fleet yet; making the file tells it.'}
      </p>
      <Field label="May be taken on for, days" error={prepare.isError ? failureOf(prepare.error).message : undefined}>
        <Input value={days} onValue={setDays} inputMode="numeric" />
      </Field>
      <div className="flex items-center gap-3">
        <Button onClick={() => prepare.mutate({ id: node.id, ...(brings !== undefined && { deployment: brings }) })} refused={refused} busy={prepare.isPending}>
          Make the file
        </Button>
        {prepare.data && refused === undefined ? (
          <a href={`/api/v1/nodes/${encodeURIComponent(node.id)}/offline-bundle?days=${days}`} download className="text-accent hover:underline">
            Download generation {count(prepare.data.generation)}, {bytes(prepare.data.bytes)}
          </a>
        ) : null}
      </div>
    </div>
  );
}

function ImportReceipt({ node }: { node: NodeDetail }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const toast = useToast();
  const failed = useFailureToast();
  const id = useId();
  const [problem, setProblem] = useState<string>();
  const bring = useMutation(
    trpc.offline.importReceipt.mutationOptions({
      onSuccess: (receipt) => {
        toast({ tone: receipt.sync === 'Failed' ? 'critical' : 'info', title: `Receipt ${receipt.number} of ${receipt.name} counts as its report`, description: receipt.message });
        return queryClient.invalidateQueries();
      },
      onError: (error) => failed('The receipt was not taken', error),
    }),
  );
  const read = async (file: File): Promise<void> => {
    setProblem(undefined);
    const receipt = file.size > receiptBytesMax ? undefined : receiptIn(await file.text());
    if (receipt === undefined) setProblem(`${file.name} is no receipt.`);
    else bring.mutate(receipt);
  };
  const refused = node.can.importReceipt.allowed ? undefined : (node.can.importReceipt.reason ?? 'Not now.');
  return (
    <div className="flex flex-col gap-3">
      <p className="text-dim">What the node says of itself, signed with its key. It counts once, and only while the node has not reported since.</p>
      {refused === undefined ? (
        <label htmlFor={id} className="inline-flex h-[30px] w-fit cursor-pointer items-center rounded-md border border-line-strong bg-panel px-[11px] font-medium focus-within:outline-2 focus-within:outline-accent hover:bg-raised">
          Bring a receipt
          <input
            id={id}
            type="file"
            accept=".receipt,application/json"
            className="sr-only"
            onChange={(event) => {
              const file = event.currentTarget.files?.[0];
              event.currentTarget.value = '';
              if (file) void read(file);
            }}
          />
        </label>
      ) : (
        <div className="flex">
          <Button refused={refused}>Bring a receipt</Button>
        </div>
      )}
      {problem === undefined ? null : (
        <p role="alert" className="text-sm text-critical">
          {problem}
        </p>
      )}
    </div>
  );
}

function receiptIn(text: string): { payload: string; signature: string } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && 'payload' in value && 'signature' in value && typeof value.payload === 'string' && typeof value.signature === 'string') return { payload: value.payload, signature: value.signature };
  } catch {
    return undefined;
  }
  return undefined;
}
