import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Envelope } from '@selvedge/edge-runtime/protocol';

/** A key in memory, opened from the vault. */
export interface OpenSigningKey {
  keyId: string;
  privateKey: KeyObject;
}

export interface NewSigningKey {
  /** Raw public key, base64url. */
  publicKey: string;
  /** PKCS #8, DER. */
  privateKey: Uint8Array;
}

export function generateSigningKey(): NewSigningKey {
  const pair = generateKeyPairSync('ed25519');
  const { x } = pair.publicKey.export({ format: 'jwk' });
  if (x === undefined) throw new Error('an Ed25519 key has no x coordinate');
  return { publicKey: x, privateKey: pair.privateKey.export({ format: 'der', type: 'pkcs8' }) };
}

export function openSigningKey(keyId: string, privateKey: Uint8Array): OpenSigningKey {
  return { keyId, privateKey: createPrivateKey({ key: Buffer.from(privateKey), format: 'der', type: 'pkcs8' }) };
}

/** The text with one signature of each key, in the order of key ids. Ed25519 is deterministic: the same text gives the same envelope. */
export function seal(payload: string, keys: readonly OpenSigningKey[]): Envelope {
  if (keys.length === 0) throw new Error('nothing can be signed without a key');
  const bytes = Buffer.from(payload);
  const sorted = [...keys].sort((a, b) => (a.keyId < b.keyId ? -1 : 1));
  return { payload, signatures: sorted.map(({ keyId, privateKey }) => ({ keyId, signature: sign(null, bytes, privateKey).toString('base64url') })) };
}
