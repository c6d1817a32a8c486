import type { Actor } from '../kernel/actor.ts';
import type { Breadth, Capability } from '../identity/index.ts';
import type { Deps } from '../kernel/deps.ts';
import type { RestMeta } from '../trpc/init.ts';
import type { Exchange } from './exchange.ts';

/**
 * A route below `/api/v1` that takes or gives bytes instead of JSON, and is therefore no procedure: uploads, exports. The edge has
 * authenticated, checked origin, capability and rate; refusals are on record. What `handle` throws is answered as a problem.
 */
export interface RawRoute extends Omit<RestMeta, 'method'> {
  method: RestMeta['method'] | 'HEAD';
  access: Capability;
  /** Whom it concerns: what belongs to a fleet, unless it says otherwise. */
  breadth?: Breadth;
  /** The rest of its OpenAPI operation: `parameters`, `requestBody`, `responses`. */
  operation: Readonly<Record<string, unknown>>;
  handle(call: { deps: Deps; actor: Actor; parameters: Readonly<Record<string, string>>; exchange: Exchange }): Promise<void>;
}
