import { createLoader, parseAsIsoDateTime } from 'nuqs/server';

/** The moment of the past that the pages of nodes and fleets show, in the address as `?at=`; without one they show now. */
export const thenParser = { at: parseAsIsoDateTime };

export const loadThen = createLoader(thenParser);

/** The same as part of a question to the control plane. */
export function thenInput(at: Date | null): { at?: number } {
  return at === null ? {} : { at: at.getTime() };
}
