'use client';
import type { Breakpoint, QueryLook } from '@selvedge/edge-runtime/cep/preview';
import { useEffect, useEffectEvent, useMemo, useRef, useState } from 'react';
import type { KnownModel, RecordingSummary, ShownStop } from './preview-protocol.ts';
import type { PreviewControls } from './use-preview.ts';

interface StopsState {
  stop: ShownStop | null;
  /** What the query at hand holds at the stop. */
  look: QueryLook | null;
  /** Going on to the next stop. */
  running: boolean;
  error: string | undefined;
}

export interface Stops extends StopsState {
  /** Of the queries that the text has now. */
  breakpoints: readonly Breakpoint[];
  /** Sets a breakpoint at every match of a query, or takes the query's breakpoint away. */
  toggle: (query: string) => void;
  change: (query: string, next: Partial<Omit<Breakpoint, 'query'>>) => void;
  goOn: () => void;
  step: () => void;
  /** From the beginning to the first stop. */
  again: () => void;
  /** To the last event before a moment, milliseconds since 1970. */
  stopAt: (until: number) => void;
  lookAt: (query: string) => void;
  leave: () => void;
}

const nowhere: StopsState = { stop: null, look: null, running: false, error: undefined };

/** Breakpoints at the queries of the previewed text. With one set, a second run beside the preview goes from stop to stop; without, there is none. */
export function useStops({ state: { text, recording }, client }: PreviewControls, queries: readonly string[], models: readonly KnownModel[]): Stops {
  const [set, setSet] = useState<readonly Breakpoint[]>([]);
  const [state, setState] = useState(nowhere);
  /** Counts the runs begun, so that an answer to an earlier one is not taken for one to this. */
  const turn = useRef(0);
  /** What the run at hand is of. */
  const of = useRef<{ text: string; recording: RecordingSummary | undefined }>({ text: '', recording: undefined });
  const breakpoints = useMemo(() => set.filter((one) => queries.includes(one.query)), [set, queries]);

  const follow = (answer: Promise<{ stop: ShownStop | null; look: QueryLook | null }>) => {
    const mine = ++turn.current;
    setState((before) => ({ ...before, running: true, error: undefined }));
    answer.then(
      ({ stop, look }) => {
        if (turn.current !== mine) return;
        setState((before) => ({ stop: stop ?? before.stop, look, running: false, error: undefined }));
        // What is shown stays the query that one looked at, where the stop is at none.
        if (stop !== null && look === null) lookAt(state.look?.query ?? breakpoints[0]?.query ?? queries[0] ?? '');
      },
      (failure: unknown) => {
        if (turn.current === mine) setState({ ...nowhere, error: messageOf(failure) });
      },
    );
  };
  const begin = (until: number | null) => {
    if (recording === undefined || text === '') return;
    of.current = { text, recording };
    follow(client().begin(text, breakpoints, until, models));
  };
  const lookAt = (query: string) => {
    if (query === '') return;
    const mine = turn.current;
    client().look(query).then((look) => setState((before) => (turn.current === mine ? { ...before, look } : before)), (failure: unknown) => setState((before) => ({ ...before, error: messageOf(failure) })));
  };
  const leave = () => {
    turn.current++;
    of.current = { text: '', recording: undefined };
    setState(nowhere);
  };

  const changed = useEffectEvent(() => {
    const same = of.current.text === text && of.current.recording === recording;
    const standing = state.stop !== null && state.stop.reason.kind !== 'end';
    if (same && standing) return;
    if (breakpoints.length > 0) begin(null);
    else if (!same || state.stop?.reason.kind === 'end') leave();
  });
  // A run that stands somewhere stays there when breakpoints change; one of another text or recording begins again.
  useEffect(() => changed(), [text, recording, breakpoints]);

  return {
    ...state,
    breakpoints,
    toggle: (query) => setSet((before) => (before.some((one) => one.query === query) ? before.filter((one) => one.query !== query) : [...before, { query, on: 'match', from: 1 }])),
    change: (query, next) => setSet((before) => before.map((one) => (one.query === query ? { ...one, ...next } : one))),
    goOn: () => follow(client().go('on', breakpoints)),
    step: () => follow(client().go('step', breakpoints)),
    again: () => begin(null),
    stopAt: (until) => begin(until),
    lookAt,
    leave,
  };
}

function messageOf(failure: unknown): string {
  return failure instanceof Error ? failure.message : String(failure);
}
