import type { Typed } from '../../plan/types.ts';

/** What the rest of a query makes of its window. */
export interface WindowUse {
  /** The query puts out what leaves. */
  expired: boolean;
  /** Someone looks into the window. */
  searched: boolean;
  /** Someone knows rows by their identity, so that the window has to give back the objects that it was given. */
  keepsRows: boolean;
  /** What the query selects, undefined where it is no attribute taken over as it is: `frequent` looks at these. */
  taken: readonly (Typed | undefined)[];
}

/** The same of a window that lets go in batches. */
export interface BatchUse extends Pick<WindowUse, 'expired' | 'searched'> {
  /** Events go on at once and only their end is batched. */
  streaming: boolean;
}
