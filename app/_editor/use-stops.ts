'use client';
import type { Breakpoint, KeyChoice, QueryLook } from '@selvedge/edge-runtime/cep/preview';
import { useEffect, useEffectEvent, useMemo, useRef, useState } from 'react';
import type { KnownModel, RecordingSummary, ShownStop } from './preview-protocol.ts';
import type { PreviewControls } from './use-preview.ts';

interface StopsState {
  stop: ShownStop | null;
  /** What the query at hand holds at the stop. */
  look: QueryLook | null;
  /** In a partition, for which key, and which keys are named. */
  choice: KeyChoice;
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
  /** Another key of the query that is looked at, or other keys to choose from. */
  choose: (choice: Partial<KeyChoice>) => void;
  leave: () => void;
}

const latest: KeyChoice = { key: null, like: '' };
const nowhere: StopsState = { stop: null, look: null, choice: latest, running: false, error: undefined };

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
        // What is shown stays the query that one looked at, where the stop is at none, and its key.
        const query = look?.query ?? state.look?.query ?? breakpoints[0]?.query ?? queries[0] ?? '';
        const choice = query === state.look?.query ? state.choice : latest;
        setState({ stop: stop ?? state.stop, look, choice, running: false, error: undefined });
        if (stop !== null && (look === null || choice !== latest)) ask(query, choice);
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
  const ask = (query: string, choice: KeyChoice) => {
    if (query === '') return;
    const mine = turn.current;
    client().look(query, choice).then((look) => setState((before) => (turn.current === mine ? { ...before, look, choice } : before)), (failure: unknown) => setState((before) => ({ ...before, error: messageOf(failure) })));
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
    lookAt: (query) => ask(query, latest),
    choose: (next) => ask(state.look?.query ?? '', { ...state.choice, ...next }),
    leave,
  };
}

function messageOf(failure: unknown): string {
  return failure instanceof Error ? failure.message : String(failure);
}
