import type { Actor } from '../kernel/actor.ts';
import type { Deps } from '../kernel/deps.ts';

/** What every procedure is given. `actor` is null while nobody has signed in. */
export interface RequestContext {
  deps: Deps;
  actor: Actor | null;
  requestId: string;
  /** The address that the request came from, for limits. */
  remoteAddress: string;
}
