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

/** A checkpoint to be written. A rule without a snapshot stands where it stood at the last one. */
export interface NextCheckpoint {
  positions: Checkpoint['positions'];
  rules: { name: string; digest: string; snapshot: Uint8Array | undefined }[];
}

const count = z.number().int().min(0);
const headerSchema = z.object({
  /** The first form had the snapshots behind the header; the second keeps each under its rule's name beside it. */
  schema: z.enum(['selvedge.checkpoint/1', 'selvedge.checkpoint/2']),
  step: count,
  at: z.number(),
  positions: z.record(z.string(), z.record(z.string(), z.number().int())),
  rules: z.array(z.object({ name: z.string(), digest: z.string(), bytes: count.optional() })),
  segments: z.array(z.object({ stream: z.string(), segments: z.array(z.object({ end: z.string(), until: z.number(), bytes: count })) })),
});

/** u32 header length · header as JSON; the snapshots are kept beside it. */
export function encodeCheckpoint({ step, at, positions, rules, segments }: Omit<StoredCheckpoint, 'rules'> & NextCheckpoint): Buffer {
  const header = Buffer.from(JSON.stringify({ schema: 'selvedge.checkpoint/2', step, at, positions, rules: rules.map(({ name, digest }) => ({ name, digest })), segments }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  return Buffer.concat([length, header]);
}

/** `snapshots` by rule. Throws when the bytes are not a checkpoint or a snapshot of it is missing. */
export function decodeCheckpoint(bytes: Buffer, snapshots: Readonly<Record<string, Buffer>>): StoredCheckpoint {
  const headerEnd = 4 + bytes.readUInt32LE(0);
  const header = headerSchema.parse(JSON.parse(bytes.subarray(4, headerEnd).toString('utf8')));
  let at = headerEnd;
  const rules = header.rules.map(({ name, digest, bytes: length }) => {
    const snapshot = length === undefined ? snapshots[name] : bytes.subarray(at, at + length);
    at += length ?? 0;
    if (snapshot === undefined || (length !== undefined && snapshot.length !== length)) throw new RangeError(`the snapshot of rule ${name} is missing or cut off`);
    return { name, digest, snapshot: new Uint8Array(snapshot) };
  });
  return { ...header, rules };
}
