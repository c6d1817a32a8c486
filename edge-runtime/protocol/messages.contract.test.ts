import { createHash, createPublicKey, verify } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { assignmentSchema, bundleManifestSchema } from './bundle.ts';
import { canonicalJson } from './canonical-json.ts';
import { fingerprint } from './fingerprint.ts';
import { challengeSchema, challengeText, desiredSchema, fromAgentSchema, helloSchema, keyTakenSchema, newKeySchema, pendingSchema, PROTOCOL_VERSION, proofSchema, toAgentSchema, welcomeSchema } from './messages.ts';
import { newKeyText, nodeKeySchema } from './node-key.ts';

const folder = new URL(`./fixtures/v${PROTOCOL_VERSION}/`, import.meta.url);
const fromAgentTypes = fromAgentSchema.options.map((option) => option.shape.type.value);
const toAgentTypes = toAgentSchema.options.map((option) => option.shape.type.value);

function read(file: string): unknown {
  return JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
}
function messages(type: string): unknown[] {
  return z.array(z.unknown()).min(1).parse(read(`${type}.json`));
}
function first<Schema extends z.ZodType>(type: string, schema: Schema): z.output<Schema> {
  return schema.parse(messages(type)[0]);
}
function verified(publicKey: string, text: string, signature: string): boolean {
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' });
  return verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64url'));
}

describe(`agent link, version ${PROTOCOL_VERSION}`, () => {
  test('every message has a fixture, and every fixture a message', () => {
    const files = readdirSync(folder).map((file) => file.replace('.json', ''));
    expect(files.sort()).toEqual([...fromAgentTypes, ...toAgentTypes, 'rejected'].sort());
  });

  test.each(fromAgentTypes)('%s from the agent is read as it was written', (type) => {
    for (const message of messages(type)) expect(fromAgentSchema.parse(message)).toEqual(message);
  });

  test.each(toAgentTypes)('%s from the control plane is read as it was written', (type) => {
    for (const message of messages(type)) expect(toAgentSchema.parse(message)).toEqual(message);
  });

  const rejected = z.array(z.object({ from: z.enum(['agent', 'control-plane']), why: z.string(), message: z.unknown() })).parse(read('rejected.json'));
  test.each(rejected)('refuses, from the $from, $why', ({ from, message }) => {
    expect((from === 'agent' ? fromAgentSchema : toAgentSchema).safeParse(message).success).toBe(false);
  });

  test('a member that a later version adds is passed over', () => {
    expect(toAgentSchema.parse({ type: 'ack', through: 1, later: true })).toEqual({ type: 'ack', through: 1 });
  });

  test('the proof answers the challenge with the key of the hello', async () => {
    const hello = first('hello', helloSchema);
    const text = challengeText(first('challenge', challengeSchema).nonce, hello.publicKey, hello.instance);
    expect(verified(hello.publicKey, text, first('proof', proofSchema).signature)).toBe(true);
    expect(first('pending', pendingSchema).fingerprint).toBe(await fingerprint(hello.publicKey));
  });

  test('a new key is signed by the one before and by itself, and the word that it was taken by a key of a welcome', () => {
    const { publicKey, byOld, byNew } = first('newKey', newKeySchema);
    const keys = new Map(messages('welcome').flatMap((welcome) => welcomeSchema.parse(welcome).signingKeys).map((key) => [key.keyId, key.publicKey]));
    for (const { change: { payload, signatures } } of messages('keyTaken').map((message) => keyTakenSchema.parse(message))) {
      const change = nodeKeySchema.parse(JSON.parse(payload));
      expect(canonicalJson(change)).toBe(payload);
      expect(signatures.every(({ keyId, signature }) => verified(keys.get(keyId) ?? '', payload, signature))).toBe(true);
      expect(change.publicKey).toBe(publicKey);
      const text = newKeyText(change);
      expect([verified(change.replaces, text, byOld), verified(publicKey, text, byNew)]).toEqual([true, true]);
    }
  });

  test('what is desired is canonical, names its manifest by digest and is signed by a key of the welcome', () => {
    const keys = new Map(messages('welcome').flatMap((welcome) => welcomeSchema.parse(welcome).signingKeys).map(({ keyId, publicKey }) => [keyId, publicKey]));
    const signed = messages('desired').map((message) => desiredSchema.parse(message)).filter(({ keySets }) => keySets === undefined);
    for (const { assignment, bundle } of signed) {
      for (const { payload, signatures } of [assignment, bundle]) {
        expect(canonicalJson(JSON.parse(payload))).toBe(payload);
        expect(signatures.every(({ keyId, signature }) => verified(keys.get(keyId) ?? '', payload, signature))).toBe(true);
      }
      expect(JSON.parse(assignment.payload)).toEqual(expect.objectContaining(assignmentSchema.parse(JSON.parse(assignment.payload))));
      bundleManifestSchema.parse(JSON.parse(bundle.payload));
      expect(JSON.parse(assignment.payload).bundle).toBe(`sha256:${createHash('sha256').update(bundle.payload).digest('hex')}`);
    }
  });
});
