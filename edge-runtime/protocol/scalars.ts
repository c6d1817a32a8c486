import { z } from 'zod';

/** SHA-256 of an artefact's bytes: `sha256:` and 64 lower-case hex digits. */
export const digestSchema = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'a digest is sha256: and 64 hex digits');

/** A raw Ed25519 public key, base64url without padding (32 bytes). */
export const publicKeySchema = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'an Ed25519 public key is 43 base64url characters');

/** An Ed25519 signature, base64url without padding (64 bytes). */
export const signatureSchema = z.string().regex(/^[A-Za-z0-9_-]{86}$/, 'an Ed25519 signature is 86 base64url characters');

/** Names of rules, models, nodes and fleets: what fits in a URL, a Redis key and a label without quoting. */
export const nameSchema = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9._/-]{0,61}[a-z0-9])?$/, 'a name has 1 to 63 of a-z 0-9 . _ / - and starts and ends with a letter or digit');

/** A label's key or value, after Kubernetes: up to 63 characters. */
export const labelTextSchema = z.string().regex(/^[A-Za-z0-9](?:[A-Za-z0-9._/-]{0,61}[A-Za-z0-9])?$/, 'It has to be 1 to 63 of A-Z a-z 0-9 . _ / -, beginning and ending with a letter or digit.');
export const labelsSchema = z.record(labelTextSchema, labelTextSchema).refine((labels) => Object.keys(labels).length <= 64, 'at most 64 labels');

/** Where an option of a connector takes the label of the node that it runs on: `${label:site}`. */
export const labelReference = /\$\{label:([^{}\s]+)\}/g;

/** The labels that a text asks of a node, each once, in order of name. */
export function labelsIn(text: string): string[] {
  return [...new Set(Array.from(text.matchAll(labelReference), ([, name = '']) => name))].sort();
}

/** Milliseconds since 1970-01-01T00:00Z. */
export const timeSchema = z.number().int().min(0).max(8.64e15);

/** Versions count from 1. The bound is that of the column that keeps them. */
export const versionSchema = z.number().int().min(1).max(2_147_483_647);

export const generationSchema = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

export type Digest = z.infer<typeof digestSchema>;
export type Labels = z.infer<typeof labelsSchema>;
