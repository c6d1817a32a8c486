import { arrayLiteral } from './array-literal.ts';
import type { Prisma, Transaction } from './db.ts';

export interface OutboxAppend {
  organizationId: string;
  /** The noun: one of the topics of live/schema.ts for browsers, or one of ours such as `assignment`. */
  topic: string;
  subjectId: string;
  /** A word for what happened: `created`, `updated`, `removed` … */
  kind: string;
  payload?: Prisma.InputJsonValue;
}

/** Writes what changed in the transaction that changes it, so that nobody hears of what was rolled back, and nobody misses what was not. */
export interface Outbox {
  append(tx: Transaction, events: readonly OutboxAppend[]): Promise<void>;
}

export function createOutbox(): Outbox {
  return {
    append: async (tx, events) => {
      if (events.length === 0) return;
      const each = (of: (event: OutboxAppend) => string): string => arrayLiteral(events.map(of));
      // One statement for one event and for the tens of thousands of a whole fleet; their order is that of their ids.
      await tx.$executeRaw`
        INSERT INTO outbox_events ("organizationId", topic, "subjectId", kind, payload)
        SELECT organization, topic, subject, kind, payload FROM unnest(
          ${each(({ organizationId }) => organizationId)}::text[], ${each(({ topic }) => topic)}::text[], ${each(({ subjectId }) => subjectId)}::text[],
          ${each(({ kind }) => kind)}::text[], ${each(({ payload }) => JSON.stringify(payload ?? {}))}::jsonb[]
        ) WITH ORDINALITY AS events (organization, topic, subject, kind, payload, place) ORDER BY place`;
    },
  };
}

/** A place in the outbox as text, `transaction.id`, both as decimal numbers. */
export interface OutboxPosition {
  transactionId: bigint;
  id: bigint;
}

export function formatCursor(position: OutboxPosition): string {
  return `${position.transactionId}.${position.id}`;
}

/** What a column of these numbers holds. */
const numberMax = 2n ** 63n - 1n;

/** The position that a cursor names, or null when the text is none. */
export function parseCursor(text: string): OutboxPosition | null {
  const match = /^(\d{1,19})\.(\d{1,19})$/.exec(text);
  const [, transactionId = '', id = ''] = match ?? [];
  const position = { transactionId: BigInt(transactionId), id: BigInt(id) };
  return match === null || position.transactionId > numberMax || position.id > numberMax ? null : position;
}
