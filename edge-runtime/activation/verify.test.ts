import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Envelope, TrustedKey } from '../protocol/index.ts';
import { requireSignature } from './verify.ts';

function aSigner(keyId: string): { trusted: TrustedKey; seal: (payload: string) => Envelope } {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return {
    trusted: { keyId, publicKey: publicKey.export({ format: 'jwk' }).x ?? '' },
    seal: (payload) => ({ payload, signatures: [{ keyId, signature: sign(null, Buffer.from(payload), privateKey).toString('base64url') }] }),
  };
}

describe('a text that a key has signed before the node', () => {
  const refused = /no valid signature/;

  test('is signed whenever it is looked at again, and no other text by the same signature is', () => {
    const { trusted, seal } = aSigner('one');
    const envelope = seal('{"a":1}');
    for (let look = 0; look < 3; look += 1) requireSignature('text', envelope, [trusted]);
    expect(() => requireSignature('text', { ...envelope, payload: '{"a":2}' }, [trusted])).toThrow(refused);
    requireSignature('text', envelope, [trusted]);
  });

  test('is not signed by another key of the same name', () => {
    const [one, other] = [aSigner('same'), aSigner('same')];
    const envelope = one.seal('{}');
    requireSignature('text', envelope, [one.trusted]);
    expect(() => requireSignature('text', envelope, [other.trusted])).toThrow(refused);
    expect(() => requireSignature('text', envelope, [])).toThrow(refused);
  });

  test('is signed still after many others were looked at', () => {
    const { trusted, seal } = aSigner('one');
    const envelopes = Array.from({ length: 40 }, (_, place) => seal(`{"place":${place}}`));
    for (const envelope of [...envelopes, ...envelopes]) requireSignature('text', envelope, [trusted]);
  });
});
