import type { Deps } from '../kernel/deps.ts';
import { writeHeartbeats } from '../nodes/index.ts';

const flushMs = 3_000;
/** A node's row is written at most this often, however much it says. */
const writtenEveryMs = 10_000;

/** When each connected node was last heard of, written for many nodes in one statement every few seconds. */
export class Heartbeats {
  readonly #deps: Deps;
  #heard = new Map<string, number>();
  readonly #written = new Map<string, number>();
  readonly finished: Promise<void>;

  constructor(deps: Deps, signal: AbortSignal) {
    this.#deps = deps;
    this.finished = this.#run(signal);
  }

  heard(nodeId: string, at: number): void {
    if (at - (this.#written.get(nodeId) ?? 0) >= writtenEveryMs) this.#heard.set(nodeId, at);
  }

  forget(nodeId: string): void {
    this.#heard.delete(nodeId);
    this.#written.delete(nodeId);
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#deps.clock.sleep(flushMs, signal);
      const heard = this.#heard;
      this.#heard = new Map();
      if (heard.size === 0) continue;
      try {
        await writeHeartbeats(this.#deps.db, heard);
        for (const [nodeId, at] of heard) this.#written.set(nodeId, at);
      } catch (error) {
        this.#deps.logger.warn({ err: error, nodes: heard.size }, 'heartbeats were not written');
      }
    }
  }
}
