'use client';
import { useState } from 'react';

/**
 * Rows that came while somebody reads are held back and counted, so that nothing moves under the pointer. `identity` names what
 * the list is of; another list begins afresh.
 */
export function useHeldRows<Row>(rows: readonly Row[], keyOf: (row: Row) => string, identity: string): { shown: readonly Row[]; held: number; release: () => void } {
  const first = rows[0] ? keyOf(rows[0]) : null;
  const [state, setState] = useState({ identity, top: first });
  if (state.identity !== identity || (state.top === null && first !== null)) {
    setState({ identity, top: first });
    return { shown: rows, held: 0, release: () => undefined };
  }
  const held = rows.findIndex((row) => keyOf(row) === state.top);
  const release = () => setState({ identity, top: first });
  // The row that was on top may be out of the window by now; then all are shown.
  return held <= 0 ? { shown: rows, held: 0, release } : { shown: rows.slice(held), held, release };
}
