import type { Deps } from '../kernel/deps.ts';
import type { LinkParts } from './link-parts.ts';
import type { Sessions } from './sessions.ts';

/** So many nodes a second begin to fetch: all at once would take the whole line of the control plane. */
const nodesPerSecond = 50;
const secondMs = 1_000;

/** What of a rollout that begins or goes on may be fetched by nodes of its later waves: offered to those that are connected here, a few at a time. */
export class Ahead {
  readonly #deps: Pick<Deps, 'clock' | 'logger'>;
  readonly #parts: Pick<LinkParts, 'offersFor' | 'nodesAhead'>;
  readonly #sessions: Sessions;
  readonly #signal: AbortSignal;
  readonly #waiting = new Set<string>();
  #offering = false;

  constructor(deps: Pick<Deps, 'clock' | 'logger'>, parts: Pick<LinkParts, 'offersFor' | 'nodesAhead'>, sessions: Sessions, signal: AbortSignal) {
    this.#deps = deps;
    this.#parts = parts;
    this.#sessions = sessions;
    this.#signal = signal;
  }

  /** The rollout began, or goes on after a pause. */
  async rolloutMoved(deploymentId: string): Promise<void> {
    try {
      for (const nodeId of await this.#parts.nodesAhead(deploymentId)) this.#wait(nodeId);
      this.#begin();
    } catch (error) {
      this.#deps.logger.warn({ err: error, deployment: deploymentId }, 'nodes were not offered what they may fetch ahead');
    }
  }

  arrived(nodeId: string): void {
    this.#wait(nodeId);
    this.#begin();
  }

  #wait(nodeId: string): void {
    if (this.#sessions.node(nodeId)?.understands.has('ahead') === true) this.#waiting.add(nodeId);
  }

  #begin(): void {
    if (!this.#offering && this.#waiting.size > 0) void this.#offerAll();
  }

  async #offerAll(): Promise<void> {
    this.#offering = true;
    while (this.#waiting.size > 0 && !this.#signal.aborted) {
      const nodeIds = [...this.#waiting].slice(0, nodesPerSecond);
      for (const nodeId of nodeIds) this.#waiting.delete(nodeId);
      try {
        for (const [nodeId, offer] of await this.#parts.offersFor(nodeIds)) this.#sessions.node(nodeId)?.socket.send({ type: 'ahead', ...offer });
      } catch (error) {
        // A node that was not offered anything fetches when it is told.
        this.#deps.logger.warn({ err: error }, 'nodes were not offered what they may fetch ahead');
      }
      if (this.#waiting.size > 0) await this.#deps.clock.sleep(secondMs, this.#signal);
    }
    this.#offering = false;
  }
}
