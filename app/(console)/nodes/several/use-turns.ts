'use client';
import { useEffect, useMemo, useRef, useState } from 'react';
import { failureOf } from '../../../_data/failure.ts';
import { inTurn, type Outcome } from './turns.ts';

/** Outcomes of several nodes as they come; `start` begins anew, and whatever runs stops when the caller leaves the screen. */
export function useTurns<Item extends { id: string }>() {
  const [outcomes, setOutcomes] = useState<ReadonlyMap<string, Outcome>>(new Map());
  const [running, setRunning] = useState(false);
  const controller = useRef<AbortController | null>(null);
  useEffect(() => () => controller.current?.abort(), []);
  const acts = useMemo(
    () => ({
      stop: () => controller.current?.abort(),
      start: async (items: readonly Item[], work: (item: Item) => Promise<Outcome>) => {
        controller.current?.abort();
        const own = new AbortController();
        controller.current = own;
        setOutcomes(new Map());
        setRunning(true);
        const tell = (id: string, outcome: Outcome) => {
          if (controller.current === own) setOutcomes((before) => new Map(before).set(id, outcome));
        };
        await inTurn(items, work, (error) => failureOf(error).message, tell, own.signal);
        if (controller.current === own) setRunning(false);
      },
    }),
    [],
  );
  return { outcomes, running, ...acts };
}
