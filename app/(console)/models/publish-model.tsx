'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useEffect, useEffectEvent, useId, useState } from 'react';
import { nameSchema } from '../../../edge-runtime/protocol/scalars.ts';
import type { Inspection } from '../../../server/models/schema.ts';
import { failureOf } from '../../_data/failure.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { bytes } from '../../_format/number.ts';
import { paths } from '../../paths.ts';
import { Button } from '../../_ui/button.tsx';
import { Dialog } from '../../_ui/dialog.tsx';
import { EmptyState } from '../../_ui/empty-state.tsx';
import { Field, Input, Textarea } from '../../_ui/field.tsx';
import { Progress } from '../../_ui/progress.tsx';
import { Status } from '../../_ui/status.tsx';
import { useToast } from '../../_ui/toast.tsx';
import { FileDrop } from './file-drop.tsx';
import { SignatureTable } from './signature-table.tsx';
import { useUpload } from './use-upload.ts';

/** From a file to a version: sent, read as a node would read it, named, published. `name` is fixed for a new version of a model. */
export function PublishModel({ file, name, close }: { file: File | null; name?: string; close: () => void }) {
  const trpc = useTRPC();
  const { state, start, cancel } = useUpload();
  const inspect = useMutation(trpc.models.inspect.mutationOptions());
  const upload = state.kind === 'sent' ? state.id : null;

  const begin = (chosen: File) => {
    inspect.reset();
    start(chosen);
  };
  const beginWith = useEffectEvent(begin);
  useEffect(() => {
    if (file !== null) beginWith(file);
  }, [file]);
  const read = useEffectEvent((id: string) => inspect.mutate({ upload: id }));
  useEffect(() => {
    if (upload !== null) read(upload);
  }, [upload]);

  const problem = state.kind === 'failed' ? state.message : inspect.isError ? failureOf(inspect.error).message : undefined;
  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (open) return;
        cancel();
        close();
      }}
      title={name === undefined ? 'Publish a model' : `Publish a version of ${name}`}
      description="An ONNX file, read and tried here before anything is published."
    >
      {state.kind === 'idle' ? <Choose onFile={begin} /> : null}
      {state.kind === 'sending' ? (
        <div className="flex items-end gap-4">
          <div className="flex-1">
            <Progress value={state.progress.sent / state.progress.total} label={`Sending ${state.file.name}`} detail={`${bytes(state.progress.sent)} of ${bytes(state.progress.total)}`} />
          </div>
          <Button onClick={cancel}>Cancel</Button>
        </div>
      ) : null}
      {inspect.isPending ? <Progress value={null} label="Reading the file and making one prediction" /> : null}
      {problem === undefined ? null : (
        <EmptyState kind="failed" title="This file cannot be published" action={<><Button onClick={cancel}>Choose another file</Button>{state.kind === 'failed' ? <Button onClick={() => begin(state.file)}>Try again</Button> : null}</>}>
          {problem}
        </EmptyState>
      )}
      {upload !== null && inspect.data !== undefined && state.kind === 'sent' ? (
        <Describe upload={upload} inspection={inspect.data} suggested={name ?? suggestName(state.file.name)} fixedName={name !== undefined} close={close} />
      ) : null}
    </Dialog>
  );
}

function Choose({ onFile }: { onFile: (file: File) => void }) {
  const id = useId();
  return (
    <FileDrop onFile={onFile}>
      <div className="flex flex-col items-center gap-3 rounded-lg border border-dashed border-line-strong px-6 py-10 text-center">
        <p className="text-dim">Drop an ONNX file here, or</p>
        <label htmlFor={id} className="inline-flex h-[30px] cursor-pointer items-center rounded-md border border-line-strong bg-panel px-[11px] font-medium focus-within:outline-2 focus-within:outline-accent hover:bg-raised">
          Choose a file
          <input
            id={id}
            type="file"
            accept=".onnx,application/octet-stream"
            className="sr-only"
            onChange={(event) => {
              const file = event.currentTarget.files?.[0];
              if (file) onFile(file);
            }}
          />
        </label>
      </div>
    </FileDrop>
  );
}

/** What was found in the file, and what only a person can add: its name and the names of its columns. */
function Describe({ upload, inspection, suggested, fixedName, close }: { upload: string; inspection: Inspection; suggested: string; fixedName: boolean; close: () => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const router = useRouter();
  const toast = useToast();
  const [name, setName] = useState(suggested);
  const [columns, setColumns] = useState(inspection.signature.columns?.join(', ') ?? '');
  const [note, setNote] = useState('');
  const width = inspection.signature.inputs.length === 1 ? inspection.call.inputs.length : 1;
  const columnNames = columns.split(/[,\s]+/).filter((column) => column !== '');
  const nameProblem = nameSchema.safeParse(name).error?.issues[0]?.message;
  const columnProblem = columnNames.length > 0 && columnNames.length !== width ? `The input takes ${width} values, and these are ${columnNames.length} names.` : undefined;
  const publish = useMutation(
    trpc.models.publish.mutationOptions({
      onSuccess: async (result) => {
        close();
        await queryClient.invalidateQueries(trpc.models.pathFilter());
        toast({ tone: 'positive', title: `${result.name} ${result.version} is published`, description: 'Point an alias at it to let rules use it by that name.' });
        router.push(paths.model(result.name));
      },
    }),
  );
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        publish.mutate({ name, upload, note, ...(columnNames.length > 0 ? { columns: columnNames } : {}) });
      }}
    >
      <div className="flex flex-wrap gap-x-4 gap-y-1 text-dim">
        <Status tone="positive" word="Can be served" />
        <span>{bytes(inspection.bytes)}</span>
        <span>one prediction in {inspection.selfTestMs.toFixed(2)} ms</span>
        {inspection.producer === null ? null : <span>{inspection.producer}</span>}
      </div>
      {inspection.warnings.map((warning) => <Status key={warning} tone="notice" word={warning} />)}
      {fixedName ? null : (
        <Field label="Name" description="Rules write it, followed by an alias or a version: pump-anomaly@champion." error={nameProblem}>
          <Input mono value={name} onValue={setName} autoComplete="off" spellCheck={false} />
        </Field>
      )}
      {width > 1 ? (
        <Field label="Columns" optional description={`The input is one tensor of ${width} values; give them names in order, so that rules and people can tell them apart.`} error={columnProblem}>
          <Input mono value={columns} onValue={setColumns} placeholder={inspection.call.inputs.map((input) => input.name).join(', ')} spellCheck={false} />
        </Field>
      ) : null}
      <div className="max-h-56 overflow-y-auto rounded-md border border-line">
        <SignatureTable call={{ inputs: inspection.call.inputs.map((input, index) => ({ ...input, name: columnProblem === undefined ? (columnNames[index] ?? input.name) : input.name })), outputs: inspection.call.outputs }} />
      </div>
      <Field label="Note" optional error={publish.isError ? failureOf(publish.error).message : undefined}>
        <Textarea value={note} onValue={setNote} maxLength={1000} placeholder="Trained on 14 days of loop-2" />
      </Field>
      <div className="flex justify-end gap-2">
        <Button onClick={close}>Cancel</Button>
        <Button tone="primary" type="submit" busy={publish.isPending} refused={nameProblem ?? columnProblem}>
          Publish
        </Button>
      </div>
    </form>
  );
}

function suggestName(fileName: string): string {
  return fileName.replace(/\.onnx$/i, '').toLowerCase().replaceAll(/[^a-z0-9._-]+/g, '-').replaceAll(/^[^a-z0-9]+|[^a-z0-9]+$/g, '').slice(0, 63);
}
