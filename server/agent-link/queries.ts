import type { FromAgent, ToAgent } from '@selvedge/edge-runtime/protocol';
import { DomainError } from '../kernel/errors.ts';

const answerWithinMs = 10_000;
const inFlightMax = 16;

export type NodeAnswer = Pick<Extract<FromAgent, { type: 'answer' }>, 'ok' | 'body'>;
type Pending = { nodeId: string; resolve: (answer: NodeAnswer) => void; reject: (error: DomainError) => void; timer: NodeJS.Timeout };

/** Reads of nodes' stores that wait for their answers: at most 16 a node, at most ten seconds each. */
export class Queries {
  readonly #pending = new Map<string, Pending>();
  readonly #inFlight = new Map<string, number>();

  /** Sends the query by `send` and waits. Throws Unavailable when no answer comes, TooManyRequests when too many wait already. */
  async ask(nodeId: string, query: Extract<ToAgent, { type: 'query' }>, send: (message: ToAgent) => void): Promise<NodeAnswer> {
    const inFlight = this.#inFlight.get(nodeId) ?? 0;
    if (inFlight >= inFlightMax) throw new DomainError('TooManyRequests', `${inFlightMax} reads of this node are under way already.`, { details: { retryAfterMs: 1000 } });
    this.#inFlight.set(nodeId, inFlight + 1);
    return new Promise<NodeAnswer>((resolve, reject) => {
      const timer = setTimeout(() => this.#settle(query.id)?.reject(new DomainError('Unavailable', `The node did not answer within ${answerWithinMs / 1000} seconds.`)), answerWithinMs);
      this.#pending.set(query.id, { nodeId, resolve, reject, timer });
      send(query);
    });
  }

  /** An answer came. One that is late, or of another node, is dropped. */
  answered(nodeId: string, id: string, answer: NodeAnswer): void {
    if (this.#pending.get(id)?.nodeId === nodeId) this.#settle(id)?.resolve(answer);
  }

  /** The node's connection ended: nobody will answer. */
  nodeLeft(nodeId: string): void {
    for (const [id, pending] of this.#pending) {
      if (pending.nodeId === nodeId) this.#settle(id)?.reject(new DomainError('Unavailable', 'The node lost its connection before it answered.'));
    }
  }

  #settle(id: string): Pending | undefined {
    const pending = this.#pending.get(id);
    if (pending === undefined) return undefined;
    clearTimeout(pending.timer);
    this.#pending.delete(id);
    const left = (this.#inFlight.get(pending.nodeId) ?? 1) - 1;
    if (left > 0) this.#inFlight.set(pending.nodeId, left);
    else this.#inFlight.delete(pending.nodeId);
    return pending;
  }
}
