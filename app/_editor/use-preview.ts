'use client';
import { useMutation } from '@tanstack/react-query';
import type { PlainEvent } from '@selvedge/edge-runtime/cep/preview';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useTRPC } from '../_data/trpc.tsx';
import { failureOf } from '../_data/failure.ts';
import { keepEvents, keptEvents, type LoadedEvents } from './kept-events.ts';
import { PreviewClient, type PredictRows } from './preview-client.ts';
import type { KnownModel, PreviewRun, RecordingSummary } from './preview-protocol.ts';

export interface PreviewState {
  recording: RecordingSummary | undefined;
  /** Where its events are from, for people. */
  from: string;
  /** The last run that ended, and of the text to compare with. */
  run: PreviewRun | undefined;
  other: PreviewRun | { error: string } | null;
  /** The text that `run` is of. */
  text: string;
  error: string | undefined;
  running: boolean;
}

const nothing: PreviewState = { recording: undefined, from: '', run: undefined, other: null, text: '', error: undefined, running: false };

export interface PreviewControls {
  state: PreviewState;
  loadText: (text: string, stream: string, from: string) => Promise<void>;
  loadEvents: (events: readonly PlainEvent[], from: string) => Promise<void>;
  /** Loads again what the rule was tried on before its page was left, if that is still there. */
  loadKept: () => Promise<void>;
  client: () => PreviewClient;
}

/**
 * Runs a text over the loaded events whenever the text, the events or the text to compare with change: the worker drops a
 * run when a newer one begins. `text` is undefined while it does not type-check; the last run then stays. With a `rule` its events
 * are kept for when somebody comes back.
 */
export function usePreview(text: string | undefined, other: string | null, models: readonly KnownModel[], rule?: string): PreviewControls {
  const trpc = useTRPC();
  const [state, setState] = useState(nothing);
  const held = useRef<PreviewClient | undefined>(undefined);
  const { mutateAsync: tryOut } = useMutation(trpc.models.tryOut.mutationOptions());
  const predict: PredictRows = async (reference, columns) => {
    const known = models.find((one) => one.reference === reference);
    const [name = '', alias = ''] = reference.split('@');
    if (known === undefined) return { error: `There is no model ${reference}.` };
    const inputs = Object.fromEntries(known.inputs.map((input, index) => [input.name, (columns[index] ?? []).map(valueOf)]));
    try {
      const answer = await tryOut({ name, ...(/^\d+$/.test(alias) ? { version: Number(alias) } : { alias }), inputs });
      return { outputs: known.outputs.map((output) => answer.outputs[output.name] ?? []) };
    } catch (failure) {
      return { error: failureOf(failure).message };
    }
  };
  // The worker outlives renders; it asks through whatever the latest one knows.
  const predictNow = useRef(predict);
  useEffect(() => {
    predictNow.current = predict;
  });
  const client = useCallback(() => (held.current ??= new PreviewClient((model, inputs) => predictNow.current(model, inputs))), []);
  useEffect(() => () => {
    held.current?.close();
    held.current = undefined;
  }, []);

  const { recording } = state;
  useEffect(() => {
    if (text === undefined || recording === undefined) return undefined;
    let current = true;
    setState((before) => ({ ...before, running: true }));
    client().run(text, other, models).then(
      (done) => {
        if (current && done !== undefined) setState((before) => ({ ...before, run: done.run, other: done.other, text, error: undefined, running: false }));
      },
      (failure: unknown) => {
        if (current) setState((before) => ({ ...before, error: failure instanceof Error ? failure.message : String(failure), running: false }));
      },
    );
    return () => {
      current = false;
    };
  }, [text, other, recording, models, client]);

  const load = async (events: LoadedEvents) => {
    if (rule !== undefined) keepEvents(rule, events);
    setState((before) => ({ ...before, running: true, error: undefined }));
    try {
      const summary = await (events.kind === 'text' ? client().recordText(events.text, events.stream) : client().recordEvents(events.events));
      setState((before) => ({ ...before, recording: summary, from: events.from, run: undefined, other: null, running: false }));
    } catch (failure) {
      setState((before) => ({ ...before, error: failure instanceof Error ? failure.message : String(failure), running: false }));
    }
  };
  return {
    state,
    client,
    loadText: (file, stream, from) => load({ kind: 'text', text: file, stream, from }),
    loadEvents: (events, from) => load({ kind: 'events', events, from }),
    loadKept: async () => {
      const before = rule === undefined ? undefined : keptEvents(rule);
      if (before !== undefined) await load(before);
    },
  };
}

/** A value as the model's try-out takes it; a missing one is not a number. */
function valueOf(value: unknown): number | boolean | string {
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string' ? value : Number.NaN;
}
