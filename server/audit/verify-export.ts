import { createPublicKey, verify } from 'node:crypto';
import { envelopeSchema } from '@selvedge/edge-runtime/protocol';
import { z } from 'zod';
import { findBreak, genesisHash } from './chain.ts';

const json = z.json();
const actorSchema = z.object({ kind: z.string(), id: z.string(), name: z.string() });
const entrySchema = z.object({
  organizationId: z.string(), sequence: z.number(), at: z.number(), actor: actorSchema, action: z.string(), object: actorSchema,
  outcome: z.enum(['done', 'refused']), reason: z.string().nullable(), before: json, after: json, requestId: z.string(), previousHash: z.string(), hash: z.string(),
});
/** The last line of an export: where the chain ended, signed by the organization's keys, and those keys. */
export const checkpointLineSchema = z.object({ checkpoint: envelopeSchema, keys: z.array(z.object({ keyId: z.string(), publicKey: z.string() })).min(1) });
export const checkpointSchema = z.object({ schema: z.literal('selvedge.audit-checkpoint/1'), organization: z.string(), sequence: z.number(), hash: z.string(), at: z.number() });

export type ExportedEntry = z.infer<typeof entrySchema>;

export type ExportVerdict =
  | { whole: true; entries: number; at: number; keys: string[] }
  | { whole: false; entries: number; line: number; because: string };

/**
 * Whether an export says what the control plane wrote: nothing altered, left out, put in or moved, up to the checkpoint that
 * ends it. Needs no server. `trusted` are public keys, base64url, one of which has to have signed; without it those that the file
 * names are believed, which finds mistakes and careless hands but not somebody who signs anew. `see` is shown each entry that is in its place.
 */
export async function verifyExport(lines: AsyncIterable<string>, trusted?: readonly string[], see: (entry: ExportedEntry) => void = () => undefined): Promise<ExportVerdict> {
  let last = { sequence: 0, hash: genesisHash };
  let organization = '';
  let number = 0;
  let verdict: ExportVerdict | undefined;
  const broken = (because: string): ExportVerdict => ({ whole: false, entries: last.sequence, line: number, because });
  for await (const line of lines) {
    number++;
    if (line === '') continue;
    if (verdict !== undefined) return broken('something follows the checkpoint that ends the chain');
    const value = parsed(line);
    const end = checkpointLineSchema.safeParse(value);
    if (end.success) {
      verdict = judge(end.data, organization, last, trusted, broken);
      if (!verdict.whole) return verdict;
      continue;
    }
    const entry = entrySchema.safeParse(value);
    if (!entry.success) return broken('this line is neither an entry nor a checkpoint');
    organization ||= entry.data.organizationId;
    if (entry.data.organizationId !== organization) return broken('this entry is of another organization');
    if (findBreak(last, [entry.data]) !== null) return broken(`entry ${last.sequence + 1} is altered, missing or out of its place`);
    last = { sequence: entry.data.sequence, hash: entry.data.hash };
    see(entry.data);
  }
  return verdict ?? broken('there is no checkpoint at the end, so entries may be missing there');
}

function judge(end: z.infer<typeof checkpointLineSchema>, organization: string, last: { sequence: number; hash: string }, trusted: readonly string[] | undefined, broken: (because: string) => ExportVerdict): ExportVerdict {
  const checkpoint = checkpointSchema.safeParse(parsed(end.checkpoint.payload));
  if (!checkpoint.success) return broken('the checkpoint cannot be read');
  const { sequence, hash, at } = checkpoint.data;
  if (sequence !== last.sequence || hash !== last.hash) return broken(`the chain ended at entry ${sequence}, and the file at ${last.sequence}: entries are missing or altered`);
  if (sequence > 0 && checkpoint.data.organization !== organization) return broken('the checkpoint is of another organization');
  const signed = end.keys.filter(({ keyId, publicKey }) => {
    const signature = end.checkpoint.signatures.find((one) => one.keyId === keyId)?.signature;
    return signature !== undefined && isSignedBy(publicKey, end.checkpoint.payload, signature);
  });
  const keys = signed.map((one) => one.publicKey).filter((key) => trusted === undefined || trusted.includes(key));
  if (keys.length === 0) return broken(trusted === undefined ? 'the checkpoint is not signed by the keys beside it' : 'the checkpoint is not signed by a key that you trust');
  return { whole: true, entries: sequence, at, keys };
}

export function isSignedBy(publicKey: string, payload: string, signature: string): boolean {
  try {
    return verify(null, Buffer.from(payload), createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' }), Buffer.from(signature, 'base64url'));
  } catch {
    return false;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
