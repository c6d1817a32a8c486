import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Order } from './order.ts';
import { sumOf, type TallyView } from './tally.ts';

const program = fileURLToPath(new URL('crew.ts', import.meta.url));

/** Processes that hold the simulated nodes; they end with this one. */
export class Crews {
  readonly #children: readonly ChildProcess[];

  constructor(count: number) {
    this.#children = Array.from({ length: count }, () => fork(program, [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }));
  }

  get pids(): number[] {
    return this.#children.flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
  }

  /** Gives each crew an order and returns what all have seen together. */
  async order(orderOf: (crew: number) => Order): Promise<TallyView> {
    return sumOf(await Promise.all(this.#children.map((child, index) => ask(child, orderOf(index)))));
  }

  look(): Promise<TallyView> {
    return this.order(() => ({ do: 'look' }));
  }

  end(): void {
    for (const child of this.#children) child.kill('SIGKILL');
  }
}

function ask(child: ChildProcess, order: Order): Promise<TallyView> {
  return new Promise((resolve, reject) => {
    const ended = (): void => reject(new Error('a crew of simulated nodes ended by itself'));
    child.once('exit', ended);
    child.once('message', (view: TallyView) => {
      child.off('exit', ended);
      resolve(view);
    });
    child.send(order);
  });
}
