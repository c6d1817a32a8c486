import { generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../tools/testing/index.ts';
import { canonicalJson, type Envelope, type KeySet, type TrustedKey, type Welcome } from '../protocol/index.ts';
import { TrustAnchor } from './trust.ts';
import { digestOf, verifyDesired } from './verify.ts';

interface Key extends TrustedKey {
  privateKey: KeyObject;
}

function aKey(keyId: string): Key {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { keyId, privateKey, publicKey: publicKey.export({ format: 'jwk' }).x ?? '' };
}

const [a, b, c, stranger] = ['a', 'b', 'c', 'stranger'].map(aKey) as [Key, Key, Key, Key];
const publicOf = ({ keyId, publicKey }: Key): TrustedKey => ({ keyId, publicKey });
const seal = (value: Parameters<typeof canonicalJson>[0], ...keys: Key[]): Envelope => {
  const payload = canonicalJson(value);
  return { payload, signatures: keys.map(({ keyId, privateKey }) => ({ keyId, signature: sign(null, Buffer.from(payload), privateKey).toString('base64url') })) };
};
const keySet = (version: number, keys: readonly Key[], signers: readonly Key[], organization = 'org'): Envelope => seal({ schema: 'selvedge.keys/1', organization, version, keys: keys.map(publicOf), issuedAt: version } satisfies KeySet, ...signers);
const welcome = (keys: readonly Key[], keySets: Envelope[] = []): Welcome => ({ type: 'welcome', node: 'n', organization: 'org', artefactToken: 't', artefactUrl: 'http://x', signingKeys: keys.map(publicOf), keySets, recordsThrough: 0 });

/** From {a} to {a, b}, {b}, {b, c} and {c}: each signed by its keys and by those before. */
const course = [keySet(2, [a, b], [a, b]), keySet(3, [b], [a, b]), keySet(4, [b, c], [b, c]), keySet(5, [c], [b, c])];

let folder: string;
let anchor: TrustAnchor;
const trusted = (): string[] => anchor.trust?.signingKeys.map(({ keyId }) => keyId) ?? [];

beforeEach(async () => {
  folder = await temporaryFolder();
  anchor = await TrustAnchor.load(folder);
  await anchor.pin(welcome([a]), 1);
});

describe('a node that trusts key a', () => {
  test('goes with each change, and keeps where it is over a restart', async () => {
    for (const [index, expected] of [['a', 'b'], ['b'], ['b', 'c'], ['c']].entries()) {
      expect(await anchor.follow(course.slice(0, index + 1))).toBe(1);
      anchor = await TrustAnchor.load(folder);
      expect(trusted()).toEqual(expected);
      expect(await anchor.follow(course.slice(0, index + 1))).toBe(0);
    }
    expect(await anchor.pin(welcome([c]), 2)).toBe('same');
  });

  test('goes all the way when it was away through all of them', async () => {
    expect(await anchor.follow(course)).toBe(4);
    expect(trusted()).toEqual(['c']);
  });

  test('does not go where no key that it trusts leads', async () => {
    await expect(anchor.follow([keySet(2, [stranger], [stranger])])).rejects.toMatchObject({ code: 'SignatureInvalid' });
    await expect(anchor.follow([course[3] as Envelope])).rejects.toMatchObject({ code: 'SignatureInvalid' });
    await expect(anchor.follow([keySet(2, [a], [a], 'other')])).rejects.toMatchObject({ code: 'WrongOrganization' });
    const forged = { ...keySet(2, [a, b], [a]), payload: keySet(2, [stranger], [stranger]).payload };
    await expect(anchor.follow([forged])).rejects.toMatchObject({ code: 'SignatureInvalid' });
    expect(trusted()).toEqual(['a']);
  });

  test('is not led back to a key that was retired', async () => {
    await anchor.follow(course.slice(0, 2));
    expect(await anchor.follow([keySet(3, [a], [a]), keySet(2, [a], [a])])).toBe(0);
    await expect(anchor.follow([keySet(4, [a], [a])])).rejects.toMatchObject({ code: 'SignatureInvalid' });
    expect(trusted()).toEqual(['b']);
  });

  test('runs on with what a retired key signed, and takes nothing new by it', async () => {
    const manifest = { schema: 'selvedge.bundle/1', organization: 'org', rules: [], models: [], references: {}, settings: { connectors: {}, store: { retentionSeconds: 1, maxBytes: 1_048_576 }, telemetryIntervalMs: 2000, checkpointIntervalMs: 1000 } };
    const bundle = seal(manifest, a);
    const desired = { bundle, assignment: seal({ schema: 'selvedge.assignment/1', organization: 'org', node: 'n', generation: 1, bundle: digestOf(bundle.payload), settings: {}, issuedAt: 1 }, a) };
    expect(verifyDesired(desired, anchor.trust).generation).toBe(1);
    await anchor.follow(course.slice(0, 2));
    expect(verifyDesired(desired, anchor.forWhatRuns).generation).toBe(1);
    expect(() => verifyDesired(desired, anchor.trust)).toThrow('no valid signature by a key that this node has pinned');
  });
});

test('a node that joins later begins with the keys of that time', async () => {
  const late = await TrustAnchor.load(await temporaryFolder());
  expect(await late.pin(welcome([b], course.slice(0, 2)), 1)).toBe('pinned');
  expect(late.trust).toMatchObject({ keysVersion: 3 });
  expect(await late.follow(course)).toBe(2);
});
