import { z } from 'zod';
import type { Attribute, Row } from '../cep/index.ts';

/**
 * What the engine was given, in the order it was given. A step's operations and everything they brought about are
 * written together, so a step is in the store whole or not at all; after a crash the logged steps are done again
 * from the checkpoint to bring the engine where it was, and their output is thrown away because the store has it.
 */
export type Operation =
  /** A batch of a source: positions inclusive; `to` below `from` moves the position alone. */
  | { kind: 'input'; source: string; partition: string; from: number; to: number }
  | { kind: 'tick'; rule: string; time: number }
  /** A prediction came. Made again in a replay, unless it had failed. */
  | { kind: 'complete'; rule: string; call: number; error?: string };

const operationSchema = z.union([
  z.tuple([z.literal('i'), z.string(), z.string(), z.number(), z.number()]),
  z.tuple([z.literal('t'), z.string(), z.number()]),
  z.tuple([z.literal('c'), z.string(), z.number()]),
  z.tuple([z.literal('c'), z.string(), z.number(), z.string()]),
]);
const operationsSchema = z.array(operationSchema);

export function encodeOperations(operations: readonly Operation[]): string {
  return JSON.stringify(
    operations.map((operation) => {
      switch (operation.kind) {
        case 'input':
          return ['i', operation.source, operation.partition, operation.from, operation.to];
        case 'tick':
          return ['t', operation.rule, operation.time];
        case 'complete':
          return operation.error === undefined ? ['c', operation.rule, operation.call] : ['c', operation.rule, operation.call, operation.error];
      }
    }),
  );
}

/** Throws when the text is not what `encodeOperations` wrote. */
export function decodeOperations(text: string): Operation[] {
  return operationsSchema.parse(JSON.parse(text)).map((tuple): Operation => {
    switch (tuple[0]) {
      case 'i':
        return { kind: 'input', source: tuple[1], partition: tuple[2], from: tuple[3], to: tuple[4] };
      case 't':
        return { kind: 'tick', rule: tuple[1], time: tuple[2] };
      case 'c':
        return { kind: 'complete', rule: tuple[1], call: tuple[2], ...(tuple[3] !== undefined && { error: tuple[3] }) };
    }
  });
}

/** A stream that is kept. */
export interface StoredStream {
  /** `rule/Stream`. */
  name: string;
  attributes: readonly Attribute[];
}

/** What one step brought about. */
export interface StepOutput {
  rows: { stream: StoredStream; times: number[]; rows: Row[] }[];
  /** Events for a sink, already in the form they leave in. */
  outgoing: { sink: string; payload: string }[];
  /** Detections that wait for what their sinks will say. */
  pending: { id: string; record: string }[];
  /** Records that are complete. */
  records: string[];
}
