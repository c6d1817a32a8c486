import { canJoin, join, rowsOf, split } from './batching.ts';
import type { NamedTensors } from './tensor.ts';

const waitingMax = 256;
const rowsPerRunMax = 1024;

interface Waiting {
  inputs: NamedTensors;
  rows: number;
  resolve(outputs: NamedTensors): void;
  reject(error: unknown): void;
}

/**
 * Lets calls of one model that arrive while it is busy share the next run. A call to an idle model never waits, so
 * batching costs no latency; it only appears when there is something to gain.
 */
export class RequestBatcher {
  readonly #run: (inputs: NamedTensors) => Promise<NamedTensors>;
  #waiting: Waiting[] = [];
  #isRunning = false;
  /** A model whose answers do not follow its rows cannot share runs. */
  #canShare = true;

  constructor(run: (inputs: NamedTensors) => Promise<NamedTensors>) {
    this.#run = run;
  }

  /** The call's outputs; undefined when too many calls wait already. */
  async run(inputs: NamedTensors): Promise<NamedTensors | undefined> {
    if (this.#waiting.length >= waitingMax) return undefined;
    const answer = new Promise<NamedTensors>((resolve, reject) => {
      this.#waiting.push({ inputs, rows: rowsOf(inputs) ?? 0, resolve, reject });
    });
    if (!this.#isRunning) void this.#drain();
    return await answer;
  }

  async #drain(): Promise<void> {
    this.#isRunning = true;
    while (this.#waiting.length > 0) await this.#runTogether(this.#takeShare());
    this.#isRunning = false;
  }

  #takeShare(): Waiting[] {
    const [first, ...others] = this.#waiting;
    if (first === undefined) return [];
    const share = [first];
    let rows = first.rows;
    for (const other of others) {
      if (!this.#canShare || first.rows === 0 || other.rows === 0 || rows + other.rows > rowsPerRunMax || !canJoin(first.inputs, other.inputs)) break;
      share.push(other);
      rows += other.rows;
    }
    this.#waiting = this.#waiting.slice(share.length);
    return share;
  }

  async #runTogether(share: readonly Waiting[]): Promise<void> {
    const [first] = share;
    if (first === undefined) return;
    try {
      if (share.length === 1) {
        first.resolve(await this.#run(first.inputs));
        return;
      }
      const outputs = await this.#run(join(share.map((call) => call.inputs)));
      const parts = split(outputs, share.map((call) => call.rows));
      if (parts === undefined) {
        this.#canShare = false;
        for (const call of share) await this.#runTogether([call]);
        return;
      }
      share.forEach((call, index) => call.resolve(parts[index] ?? {}));
    } catch (error) {
      if (share.length === 1) first.reject(error);
      // One caller's input must not fail the others': each is asked again alone.
      else for (const call of share) await this.#runTogether([call]);
    }
  }
}
