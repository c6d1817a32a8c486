import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { artefactsOf, assignmentSchema, bundleManifestSchema } from './bundle.ts';
import { canonicalJson } from './canonical-json.ts';
import { offlineHeaderSchema, receiptSchema, receiptText, signedReceiptSchema } from './offline.ts';

/* Files that nodes in the field read and have written: they stay readable, byte for byte. */

const read = (file: string): Buffer => readFileSync(new URL(`./fixtures/files-v1/${file}`, import.meta.url));
const keys = z.object({ signing: z.string(), node: z.string() }).parse(JSON.parse(read('keys.json').toString()));

function verified(publicKey: string, text: string, signature: string): boolean {
  return verify(null, Buffer.from(text), createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' }), Buffer.from(signature, 'base64url'));
}

test('an offline bundle is a line and its artefacts, in the order of the manifest', () => {
  const file = read('bundle.selvedge');
  const end = file.indexOf(10);
  const line = JSON.parse(file.subarray(0, end).toString());
  const header = offlineHeaderSchema.parse(line);
  expect(header).toEqual(line);
  for (const { payload, signatures } of [header.assignment, header.bundle]) expect(signatures.every(({ signature }) => verified(keys.signing, payload, signature))).toBe(true);
  expect(assignmentSchema.parse(JSON.parse(header.assignment.payload))).toMatchObject({ node: 'node_1', generation: 7 });
  let at = end + 1;
  for (const { digest, bytes } of artefactsOf(bundleManifestSchema.parse(JSON.parse(header.bundle.payload)))) {
    expect(`sha256:${createHash('sha256').update(file.subarray(at, at + bytes)).digest('hex')}`).toBe(digest);
    at += bytes;
  }
  expect(at).toBe(file.length);
});

test('a receipt is canonical, and signed by its node for this purpose alone', () => {
  const { payload, signature } = signedReceiptSchema.parse(JSON.parse(read('receipt.json').toString()));
  expect(canonicalJson(JSON.parse(payload))).toBe(payload);
  expect(receiptSchema.parse(JSON.parse(payload))).toEqual(JSON.parse(payload));
  expect(verified(keys.node, receiptText(payload), signature)).toBe(true);
  expect(verified(keys.node, payload, signature)).toBe(false);
});
