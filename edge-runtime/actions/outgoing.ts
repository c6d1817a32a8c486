import { z } from 'zod';

/** Events of one step on their way out through one sink, in the form they wait in. */
export interface OutgoingEvents {
  stream: string;
  /** Each event's own time. */
  times: number[];
  /** Attribute values by name, as they travel. */
  events: Record<string, unknown>[];
  /** The pending detections that these events are, where they are. */
  detections: string[];
}

const outgoingSchema = z.object({ stream: z.string(), times: z.array(z.number()), events: z.array(z.record(z.string(), z.unknown())), detections: z.array(z.string()) });

export function encodeOutgoing(outgoing: OutgoingEvents): string {
  return JSON.stringify(outgoing);
}

/** Throws when the text is not what `encodeOutgoing` wrote. */
export function decodeOutgoing(text: string): OutgoingEvents {
  return outgoingSchema.parse(JSON.parse(text));
}

/** One event ready to be delivered. `id` is the same however often it is tried: receivers can tell a repetition by it. */
export interface Delivery {
  id: string;
  stream: string;
  at: number;
  body: string;
  contentType: string;
}

/** Something that takes events out of the node. */
export interface Sink {
  readonly id: string;
  /** How often one entry is tried while the queue is not overflowing. */
  readonly attemptsMax: number;
  /** Resolves when the far side has all of them. Rejects with a `DeliveryError`. */
  deliver(deliveries: readonly Delivery[], signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** The far side did not take events. `retriable` is false where trying the same again cannot help. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError';
  readonly retriable: boolean;
  constructor(message: string, retriable: boolean, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.retriable = retriable;
  }
}
