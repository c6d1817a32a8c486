import type { Clock } from '../kernel/clock.ts';
import { type FromAgent, type TelemetryBudgetState, telemetryBudgetPeriodMs } from '../protocol/index.ts';

/** Rows that somebody looks at leave so much of the budget to figures, which everything else on the node is judged by. */
const FIGURES_SHARE = 0.25;

type Message = Extract<FromAgent, { type: 'telemetry' | 'tail' }>;
type Spent = TelemetryBudgetState['current'];

const nothing: Spent = { bytes: 0, rowsLeftOut: 0, messagesDelayed: 0 };

/**
 * What telemetry may take of the link: so many bytes in each minute of the node's clock, as they stand on the wire, and never more. Figures that
 * have no room wait and are added to the next; rows that have none are left out. Both are counted, and told with the figures.
 * Records, reports and answers are no telemetry: nothing of them is ever left out.
 */
export class TelemetryBudget {
  readonly #clock: Clock;
  readonly #limit: () => number;
  readonly #deliver: (message: Message) => boolean;
  #minute = Number.NaN;
  #current = nothing;
  #previous: Spent | undefined;

  /** `limit` is in bytes and may change at any time; `deliver` says whether the link took the message. */
  constructor(clock: Clock, limit: () => number, deliver: (message: Message) => boolean) {
    this.#clock = clock;
    this.#limit = limit;
    this.#deliver = deliver;
  }

  get state(): TelemetryBudgetState {
    this.#turn();
    return { limit: this.#limit(), current: this.#current, ...(this.#previous === undefined ? {} : { previous: this.#previous }) };
  }

  /** Whether the message left. Where it did not for want of room, that is counted. */
  send(message: Message): boolean {
    this.#turn();
    const bytes = Buffer.byteLength(JSON.stringify(message));
    const room = (message.type === 'tail' ? 1 - FIGURES_SHARE : 1) * this.#limit();
    const { bytes: spent, rowsLeftOut, messagesDelayed } = this.#current;
    if (spent + bytes > room) {
      this.#current = message.type === 'tail' ? { ...this.#current, rowsLeftOut: rowsLeftOut + message.rows.length } : { ...this.#current, messagesDelayed: messagesDelayed + 1 };
      return false;
    }
    if (!this.#deliver(message)) return false;
    this.#current = { ...this.#current, bytes: spent + bytes };
    return true;
  }

  #turn(): void {
    const minute = Math.floor(this.#clock.now() / telemetryBudgetPeriodMs);
    if (minute === this.#minute) return;
    // Of the minute before, where there was one: after a silence of more, nothing was sent in it.
    this.#previous = minute === this.#minute + 1 ? this.#current : undefined;
    this.#minute = minute;
    this.#current = nothing;
  }
}
