import type { Report } from '../protocol/index.ts';

/**
 * Tells the control plane the node's state when it changed, and once after each connection. A report is always whole,
 * so one that could not be sent is replaced by the next; `flush` sends what is still untold.
 */
export class ReportSender {
  readonly #send: (report: Report) => boolean;
  #latest: Report | undefined;
  #told: string | undefined;

  /** `send` says whether the message was taken. */
  constructor(send: (report: Report) => boolean) {
    this.#send = send;
  }

  update(report: Report): void {
    this.#latest = report;
    this.flush();
  }

  /** What the other side knew is forgotten: it may be another process than before. */
  connected(): void {
    this.#told = undefined;
    this.flush();
  }

  flush(): void {
    if (this.#latest === undefined) return;
    // Reports are made in one place, so the same state is the same text.
    const text = JSON.stringify(this.#latest);
    if (text !== this.#told && this.#send(this.#latest)) this.#told = text;
  }
}
