'use client';
import { useQuery, useQueryClient, skipToken } from '@tanstack/react-query';
import type { PlainEvent } from '@selvedge/edge-runtime/cep/preview';
import { useEffect, useRef, useState } from 'react';
import { useTail } from '../../../_data/tail.ts';
import { useTRPC } from '../../../_data/trpc.tsx';
import { NodeFinder } from '../../../_domain/node-finder.tsx';
import { plural } from '../../../_format/number.ts';
import { useFailureToast } from '../../../_shell/loaded.tsx';
import { Button } from '../../../_ui/button.tsx';
import { Dialog } from '../../../_ui/dialog.tsx';
import { Field, Textarea } from '../../../_ui/field.tsx';
import type { Found } from '../../../_ui/finder.tsx';
import { Segments } from '../../../_ui/segments.tsx';
import { Select } from '../../../_ui/select.tsx';

/** Bytes of one file; a million events of a few values are some thirty million. */
const fileBytesMax = 256 * 1024 ** 2;

/** Where events belong that name no stream, before there is one. */
const streamOfNoName = 'Readings';

/** The three ways to get events: a file, a text, a node. What is uploaded or pasted stays in this browser. */
export function EventSources({ streams, onText, onEvents }: {
  /** The streams that events without a stream of their own may belong to. */
  streams: readonly string[];
  onText: (text: string, stream: string, from: string) => void;
  onEvents: (events: readonly PlainEvent[], from: string) => void;
}) {
  const [open, setOpen] = useState<'paste' | 'capture' | null>(null);
  const file = useRef<HTMLInputElement>(null);
  const failed = useFailureToast();
  const [first = streamOfNoName] = streams;
  const read = async (chosen: File | undefined) => {
    if (chosen === undefined) return;
    if (chosen.size > fileBytesMax) failed('The file was not read', new Error(`${chosen.name} is larger than 256 MB.`));
    else onText(await chosen.text(), first, chosen.name);
  };
  return (
    <>
      <input ref={file} type="file" accept=".csv,.json,.jsonl,.ndjson,.txt" className="hidden" aria-label="File with events" tabIndex={-1} onChange={(event) => void read(event.currentTarget.files?.[0])} />
      <Button size="sm" onClick={() => file.current?.click()}>Upload</Button>
      <Button size="sm" onClick={() => setOpen('paste')}>Paste</Button>
      <Button size="sm" refused={streams.length === 0 ? 'Define a stream first.' : undefined} onClick={() => setOpen('capture')}>Capture</Button>
      <PasteDialog open={open === 'paste'} onOpenChange={(next) => setOpen(next ? 'paste' : null)} streams={streams} onText={onText} />
      {open === 'capture' ? <CaptureDialog onClose={() => setOpen(null)} streams={streams} onEvents={onEvents} /> : null}
    </>
  );
}

function PasteDialog({ open, onOpenChange, streams, onText }: { open: boolean; onOpenChange: (open: boolean) => void; streams: readonly string[]; onText: (text: string, stream: string, from: string) => void }) {
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState<string | null>(null);
  const stream = chosen ?? streams[0] ?? streamOfNoName;
  return (
    <Dialog
      wide
      open={open}
      onOpenChange={onOpenChange}
      title="Paste events"
      description="CSV with a heading, or JSON lines. ‘stream’ and ‘timestamp’ say where and when; what is pasted stays in this browser."
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>Cancel</Button>
          <Button
            tone="primary"
            refused={text.trim() === '' ? 'There is nothing yet' : undefined}
            onClick={() => {
              onText(text, stream, 'pasted');
              onOpenChange(false);
            }}
          >
            Use them
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <Field label="Events">
          <Textarea mono rows={10} value={text} onValue={setText} spellCheck={false} placeholder={'timestamp,device,value\n1700000000000,pump-1,81.5'} />
        </Field>
        {streams.length === 0 ? null : (
          <Field label="Where no stream is named">
            <Select value={stream} onChange={setChosen} options={streams.map((name) => ({ value: name, label: name }))} />
          </Field>
        )}
      </div>
    </Dialog>
  );
}

const spans = { '30s': 30_000, '2m': 120_000, '5m': 300_000, '15m': 900_000 } as const;
type Span = keyof typeof spans;
/** Rows that are taken from a node's store, and live. */
const capturedMax = 20_000;
const pageRows = 1000;

/** Takes events of a stream from a node: what its store holds of the last while, or what comes from now on. */
function CaptureDialog({ onClose, streams, onEvents }: { onClose: () => void; streams: readonly string[]; onEvents: (events: readonly PlainEvent[], from: string) => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const failed = useFailureToast();
  const first = useQuery(trpc.nodes.list.queryOptions({ limit: 1 })).data?.items[0];
  const [picked, pick] = useState<Found | null>(null);
  const node = picked ?? (first === undefined ? null : { value: first.id, label: first.name });
  const chosen = node?.value ?? null;
  const held = useQuery(trpc.nodes.streams.queryOptions(chosen === null ? skipToken : { id: chosen }));
  const offered = [...new Set([...(held.data ?? []).map((one) => one.stream).filter((one) => streams.includes(one)), ...streams])];
  const [stream, setStream] = useState<string | null>(null);
  const source = stream ?? offered[0] ?? '';
  const [way, setWay] = useState<'store' | 'live'>('store');
  const [span, setSpan] = useState<Span>('5m');
  const [busy, setBusy] = useState(false);
  const [until, setUntil] = useState<number | null>(null);
  const name = node?.label ?? '';
  const finish = (events: readonly PlainEvent[], from: string) => {
    onEvents(events, from);
    onClose();
  };
  const fromStore = async () => {
    if (chosen === null) return;
    setBusy(true);
    try {
      const to = Date.now();
      const events: PlainEvent[] = [];
      let cursor: string | null | undefined;
      while (cursor !== null && events.length < capturedMax) {
        const page = await queryClient.fetchQuery({ ...trpc.nodes.query.queryOptions({ id: chosen, stream: source, from: to - spans[span], to, limit: pageRows, ...(cursor === undefined ? {} : { cursor }) }), staleTime: 0 });
        for (const row of page.rows) events.push({ stream: source, at: row.at, data: Object.fromEntries(page.attributes.map((attribute, index) => [attribute, row.values[index] ?? null])) });
        cursor = page.nextCursor;
      }
      finish(events.sort((left, right) => left.at - right.at), `${name}, ${source}, the last ${span}`);
    } catch (error) {
      failed('Nothing was captured', error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title="Capture from a node"
      description="The node answers over its link; what it sends is kept in this browser alone."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button tone="primary" busy={busy || until !== null} refused={chosen === null ? 'There is no node yet' : undefined} onClick={() => (way === 'store' ? void fromStore() : setUntil(Date.now() + spans[span]))}>
            Capture
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <Field label="Node">
          <NodeFinder label="Node" chosen={node} onChange={pick} />
        </Field>
        <Field label="Stream">
          <Select value={source} onChange={setStream} options={offered.map((one) => ({ value: one, label: one }))} />
        </Field>
        <div className="flex flex-wrap items-center gap-3">
          <Segments label="Which events" value={way} onChange={setWay} options={[{ value: 'store', label: 'from its store' }, { value: 'live', label: 'as they come' }]} />
          <Segments label="How long" value={span} onChange={setSpan} options={[{ value: '30s', label: '30 s' }, { value: '2m', label: '2 min' }, { value: '5m', label: '5 min' }, { value: '15m', label: '15 min' }]} />
        </div>
        {until !== null && chosen !== null ? <LiveCapture node={chosen} stream={source} until={until} onDone={(events) => finish(events, `${name}, ${source}, live`)} /> : null}
      </div>
    </Dialog>
  );
}

/** Collects what a node sends until a moment, or until it is stopped. */
function LiveCapture({ node, stream, until, onDone }: { node: string; stream: string; until: number; onDone: (events: readonly PlainEvent[]) => void }) {
  const events = useRef<PlainEvent[]>([]);
  const [count, setCount] = useState(0);
  // Batch by batch as they come: two equal events of one millisecond are two.
  const tail = useTail(node, stream, ({ attributes, rows }) => {
    for (const row of rows.slice(0, capturedMax - events.current.length)) events.current.push({ stream, at: row.at, data: Object.fromEntries(attributes.map((attribute, index) => [attribute, row.values[index] ?? null])) });
    setCount(events.current.length);
  });
  const done = useRef(onDone);
  done.current = onDone;
  const finish = () => done.current(events.current.toSorted((left, right) => left.at - right.at));
  useEffect(() => {
    const timer = setTimeout(() => done.current(events.current.toSorted((left, right) => left.at - right.at)), Math.max(0, until - Date.now()));
    return () => clearTimeout(timer);
  }, [until]);
  return (
    <p role="status" className="flex items-center gap-3 text-dim">
      {plural(count, 'event')} so far{tail.skipped > 0 ? `; the node left out ${tail.skipped}` : ''}
      <Button size="sm" onClick={finish}>Stop here</Button>
    </p>
  );
}
