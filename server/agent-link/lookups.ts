import type { Desired } from '../bundles/index.ts';
import { Batcher } from '../kernel/batcher.ts';
import type { Deps } from '../kernel/deps.ts';
import { findFormerKeys } from '../node-keys/index.ts';
import type { FormerKeyRow } from '../node-keys/index.ts';
import { findNodesByKey } from '../nodes/index.ts';
import type { NodeRow } from '../nodes/index.ts';
import type { LinkParts, Signers } from './link-parts.ts';

/** So many are read at one time; of desired states that is some twenty milliseconds of signing. */
const batchMax = 500;

/**
 * What every connection has to know of its node. A rollout tells thousands at a time, and after an outage as many come back at
 * once: what they ask is read together.
 */
export class Lookups {
  readonly #nodes: Batcher<string, NodeRow | null>;
  readonly #formerKeys: Batcher<string, FormerKeyRow | null>;
  readonly #desired: Batcher<string, Desired | null>;
  readonly #signers: Batcher<string, Signers>;

  constructor(deps: Deps, parts: LinkParts) {
    this.#nodes = new Batcher(batchMax, async (publicKeys) => {
      const byKey = new Map((await findNodesByKey(deps.db, publicKeys)).map((row) => [row.publicKey, row]));
      return publicKeys.map((publicKey) => byKey.get(publicKey) ?? null);
    });
    this.#formerKeys = new Batcher(batchMax, async (publicKeys) => {
      const byKey = new Map((await findFormerKeys(deps.db, publicKeys)).map((row) => [row.publicKey, row]));
      return publicKeys.map((publicKey) => byKey.get(publicKey) ?? null);
    });
    this.#desired = new Batcher(batchMax, (nodeIds) => parts.desiredFor(nodeIds));
    this.#signers = new Batcher(batchMax, (organizationIds) => {
      const asked = new Map([...new Set(organizationIds)].map((id) => [id, parts.signersOf(id)]));
      return Promise.all(organizationIds.map((id) => asked.get(id) ?? parts.signersOf(id)));
    });
  }

  /** Null when no node has this key. */
  nodeByKey(publicKey: string): Promise<NodeRow | null> {
    return this.#nodes.add(publicKey);
  }

  /** Null when no node had this key once. */
  formerKey(publicKey: string): Promise<FormerKeyRow | null> {
    return this.#formerKeys.add(publicKey);
  }

  /** Null while nothing was assigned to the node. */
  desiredFor(nodeId: string): Promise<Desired | null> {
    return this.#desired.add(nodeId);
  }

  signersOf(organizationId: string): Promise<Signers> {
    return this.#signers.add(organizationId);
  }
}
