import { createPublicKey, verify } from 'node:crypto';
import { expect, test } from 'vitest';
import { generateSigningKey, openSigningKey, seal, sealAll } from './signing.ts';

test('every key signs the bytes of the text, and whoever has only the public key can check it', () => {
  const made = [generateSigningKey(), generateSigningKey()];
  const envelope = seal('{"a":"ü"}', made.map((key, index) => openSigningKey(`key-${index}`, key.privateKey)));
  expect(envelope.signatures.map((signature) => signature.keyId)).toEqual(['key-0', 'key-1']);
  for (const [index, { signature }] of envelope.signatures.entries()) {
    const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: made[index]?.publicKey ?? '' }, format: 'jwk' });
    expect(verify(null, Buffer.from(envelope.payload), publicKey, Buffer.from(signature, 'base64url'))).toBe(true);
    expect(verify(null, Buffer.from(`${envelope.payload} `), publicKey, Buffer.from(signature, 'base64url'))).toBe(false);
  }
});

test('many are sealed as each is alone, in their order', async () => {
  const keys = [generateSigningKey(), generateSigningKey()].map((key, index) => openSigningKey(`key-${index}`, key.privateKey));
  const texts = Array.from({ length: 20 }, (_, index) => `{"n":${index}}`);
  expect(await sealAll(texts, keys)).toEqual(texts.map((text) => seal(text, keys)));
});

test('nothing is sealed without a key', async () => {
  expect(() => seal('{}', [])).toThrow(/without a key/);
  await expect(sealAll(['{}'], [])).rejects.toThrow(/without a key/);
});
