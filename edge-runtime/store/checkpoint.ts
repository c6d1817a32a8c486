import { z } from 'zod';
import type { Positions } from '../kernel/event-batch.ts';

/** Everything needed to go on as if nothing had happened, as of one step. */
export interface Checkpoint {
  /** The last step it covers. */
  step: number;
  at: number;
  /** By source. */
  positions: Record<string, Positions>;
  /** The engine's state of each rule, and the text it was made by. */
  rules: { name: string; digest: string; snapshot: Uint8Array }[];
}

/** A checkpoint as it is kept, with what the store itself remembers. */
export interface StoredCheckpoint extends Checkpoint {
  segments: { stream: string; segments: { end: string; until: number; bytes: number }[] }[];
}

const count = z.number().int().min(0);
const headerSchema = z.object({
  schema: z.literal('selvedge.checkpoint/1'),
  step: count,
  at: z.number(),
  positions: z.record(z.string(), z.record(z.string(), z.number().int())),
  rules: z.array(z.object({ name: z.string(), digest: z.string(), bytes: count })),
  segments: z.array(z.object({ stream: z.string(), segments: z.array(z.object({ end: z.string(), until: z.number(), bytes: count })) })),
});

/** u32 header length · header as JSON · snapshots one after the other. */
export function encodeCheckpoint(checkpoint: StoredCheckpoint): Buffer {
  const { step, at, positions, segments } = checkpoint;
  const rules = checkpoint.rules.map(({ name, digest, snapshot }) => ({ name, digest, bytes: snapshot.length }));
  const header = Buffer.from(JSON.stringify({ schema: 'selvedge.checkpoint/1', step, at, positions, rules, segments }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  return Buffer.concat([length, header, ...checkpoint.rules.map((rule) => rule.snapshot)]);
}

/** Throws when the bytes are not a checkpoint. */
export function decodeCheckpoint(bytes: Buffer): StoredCheckpoint {
  const headerEnd = 4 + bytes.readUInt32LE(0);
  const header = headerSchema.parse(JSON.parse(bytes.subarray(4, headerEnd).toString('utf8')));
  let at = headerEnd;
  const rules = header.rules.map(({ name, digest, bytes: length }) => {
    const snapshot = new Uint8Array(bytes.subarray(at, at + length));
    if (snapshot.length !== length) throw new RangeError(`the snapshot of rule ${name} is cut off`);
    at += length;
    return { name, digest, snapshot };
  });
  return { ...header, rules };
}
