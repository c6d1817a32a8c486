import { messageOf } from '../kernel/path-error.ts';
import { DeliveryError, type Delivery, type Sink } from './outgoing.ts';

export interface WebhookOptions {
  id: string;
  url: string;
  method: 'POST' | 'PUT';
  headers: Readonly<Record<string, string>>;
  timeoutMs: number;
}

/** Answers that say that the same request will never do: the caller's own fault, except waiting and too many. */
const retriableStatuses: ReadonlySet<number> = new Set([408, 425, 429]);

/** One request an event. Its id goes along as `Idempotency-Key`, so a receiver can drop what it has seen. */
export class WebhookSink implements Sink {
  readonly id: string;
  readonly attemptsMax = 8;
  readonly #options: WebhookOptions;

  constructor(options: WebhookOptions) {
    this.id = options.id;
    this.#options = options;
  }

  async deliver(deliveries: readonly Delivery[], signal: AbortSignal): Promise<void> {
    for (const delivery of deliveries) await this.#send(delivery, signal);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #send(delivery: Delivery, signal: AbortSignal): Promise<void> {
    const { url, method, headers, timeoutMs } = this.#options;
    let response: Response;
    try {
      response = await fetch(url, {
        method,
        headers: { ...headers, 'content-type': delivery.contentType, 'idempotency-key': delivery.id, 'selvedge-stream': delivery.stream },
        body: delivery.body,
        redirect: 'error',
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      });
    } catch (error) {
      throw new DeliveryError(`no answer: ${causeOf(error)}`, true, error);
    }
    await response.body?.cancel();
    if (response.ok) return;
    throw new DeliveryError(`answered ${response.status}`, response.status >= 500 || retriableStatuses.has(response.status));
  }
}

/** `fetch` hides the reason one level down. */
function causeOf(error: unknown): string {
  return error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : messageOf(error);
}
