import { z } from 'zod';
import type { Positions } from '../kernel/event-batch.ts';

/** A rule's state in its engine: a snapshot, and what changed since in its order. */
export interface RuleState {
  /** Or the increment with which a renewal began, which took the place of all before it. */
  snapshot: Uint8Array;
  increments: Uint8Array[];
}

/** Everything needed to go on as if nothing had happened, as of one step. */
export interface Checkpoint {
  /** The last step it covers. */
  step: number;
  at: number;
  /** By source. */
  positions: Record<string, Positions>;
  /** The state of each rule, and the text it was made by. */
  rules: ({ name: string; digest: string } & RuleState)[];
}

/** A checkpoint as it is kept, with what the store itself remembers. */
export interface StoredCheckpoint extends Omit<Checkpoint, 'rules'> {
  rules: (Checkpoint['rules'][number] & Pick<NextState, 'first'>)[];
  segments: { stream: string; segments: { end: string; until: number; bytes: number }[] }[];
}

/** What is to be written of a rule's state. */
export interface NextState {
  /** With what the state begins in this checkpoint: 0 is the snapshot, else an increment by its number. Nothing before it is kept. */
  first: number;
  /** How many increments there have been upon the snapshot with this checkpoint. */
  increments: number;
  /** The snapshot where there were none, else the last of the increments; undefined for a rule that stands where it stood at the last checkpoint. */
  written: Uint8Array | undefined;
}

/** A checkpoint to be written. */
export interface NextCheckpoint {
  positions: Checkpoint['positions'];
  rules: ({ name: string; digest: string } & NextState)[];
}

const count = z.number().int().min(0);
const headerSchema = z.object({
  /**
   * The first form had the snapshots behind the header; the second kept each under its rule's name beside it; the third has increments
   * too, and in the fourth a state may begin with one.
   */
  schema: z.enum(['selvedge.checkpoint/1', 'selvedge.checkpoint/2', 'selvedge.checkpoint/3', 'selvedge.checkpoint/4']),
  step: count,
  at: z.number(),
  positions: z.record(z.string(), z.record(z.string(), z.number().int())),
  rules: z.array(z.object({ name: z.string(), digest: z.string(), bytes: count.optional(), first: count.optional(), increments: count.optional() })),
  segments: z.array(z.object({ stream: z.string(), segments: z.array(z.object({ end: z.string(), until: z.number(), bytes: count })) })),
});

/** u32 header length · header as JSON; the states are kept beside it. */
export function encodeCheckpoint({ step, at, positions, rules, segments }: Omit<StoredCheckpoint, 'rules'> & NextCheckpoint): Buffer {
  const states = rules.map(({ name, digest, first, increments }) => ({ name, digest, first, increments }));
  const header = Buffer.from(JSON.stringify({ schema: 'selvedge.checkpoint/4', step, at, positions, rules: states, segments }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  return Buffer.concat([length, header]);
}

/** Under which field beside the header a rule's snapshot is kept, or one of its increments, counted from 1. Names of rules have no space. */
export function stateField(rule: string, increment = 0): string {
  return increment === 0 ? rule : `${rule} ${increment}`;
}

/** The form of a checkpoint that has its snapshots behind its header; the others have them beside it. */
const isBehind = (schema: string): boolean => schema === 'selvedge.checkpoint/1';

/** `fields` are those beside the header. Throws when the bytes are not a checkpoint or a state of it is missing. */
export function decodeCheckpoint(bytes: Buffer, fields: Readonly<Record<string, Buffer>>): { checkpoint: StoredCheckpoint; isBeside: boolean } {
  const headerEnd = 4 + bytes.readUInt32LE(0);
  const { schema, ...header } = headerSchema.parse(JSON.parse(bytes.subarray(4, headerEnd).toString('utf8')));
  let at = headerEnd;
  const rules = header.rules.map(({ name, digest, bytes: length = 0, first = 0, increments = 0 }) => {
    const snapshot = isBehind(schema) ? bytes.subarray(at, at + length) : fields[stateField(name, first)];
    at += length;
    if (snapshot === undefined || (isBehind(schema) && snapshot.length !== length)) throw new RangeError(`the snapshot of rule ${name} is missing or cut off`);
    return { name, digest, first, snapshot: new Uint8Array(snapshot), increments: Array.from({ length: increments - first }, (_, index) => incrementOf(fields, name, first + index + 1)) };
  });
  return { checkpoint: { ...header, rules }, isBeside: !isBehind(schema) };
}

function incrementOf(fields: Readonly<Record<string, Buffer>>, rule: string, number: number): Uint8Array {
  const increment = fields[stateField(rule, number)];
  if (increment === undefined) throw new RangeError(`increment ${number} of rule ${rule} is missing`);
  return new Uint8Array(increment);
}
