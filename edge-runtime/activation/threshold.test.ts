import { generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../tools/testing/index.ts';
import { type Assignment, canonicalJson, type Envelope, type KeySet, type TrustedKey, type Welcome } from '../protocol/index.ts';
import type { Trust } from './pinned-trust.ts';
import { TrustAnchor } from './trust.ts';
import { digestOf, type SignedDesired, verifyDesired } from './verify.ts';

interface Key extends TrustedKey {
  privateKey: KeyObject;
}

function aKey(keyId: string, holder?: string): Key {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { keyId, privateKey, publicKey: publicKey.export({ format: 'jwk' }).x ?? '', ...(holder !== undefined && { holder }) };
}

const [own, second] = [aKey('own'), aKey('second')];
const [ada, ben, eve] = [aKey('ada-1', 'Ada'), aKey('ben-1', 'Ben'), aKey('eve-1', 'Eve')];
const publicOf = ({ keyId, publicKey, holder }: Key): TrustedKey => ({ keyId, publicKey, ...(holder !== undefined && { holder }) });
const seal = (value: Parameters<typeof canonicalJson>[0], ...keys: Key[]): Envelope => {
  const payload = canonicalJson(value);
  return { payload, signatures: keys.map(({ keyId, privateKey }) => ({ keyId, signature: sign(null, Buffer.from(payload), privateKey).toString('base64url') })) };
};
const keySet = (version: number, keys: readonly Key[], threshold: number, ...signers: Key[]): Envelope => seal({ schema: 'selvedge.keys/1', organization: 'org', version, keys: keys.map(publicOf), threshold, issuedAt: version } satisfies KeySet, ...signers);
const welcome = (keys: readonly Key[], threshold?: number): Welcome => ({ type: 'welcome', node: 'n', organization: 'org', artefactToken: 't', artefactUrl: 'http://x', signingKeys: keys.map(publicOf), ...(threshold !== undefined && { threshold }), recordsThrough: 0 });
const manifest = { schema: 'selvedge.bundle/1', organization: 'org', rules: [], models: [], references: {}, settings: { connectors: {}, store: { retentionSeconds: 1, maxBytes: 1_048_576 }, telemetryIntervalMs: 2000, checkpointIntervalMs: 1000 } };

function desired(signers: readonly Key[], assignedBy: Key = own, settings: Assignment['settings'] = {}): SignedDesired {
  const bundle = seal(manifest, ...signers);
  return { bundle, assignment: seal({ schema: 'selvedge.assignment/1', organization: 'org', node: 'n', generation: 1, bundle: digestOf(bundle.payload), settings, issuedAt: 1 }, assignedBy) };
}

let folder: string;
let anchor: TrustAnchor;
const trust = (): Trust | undefined => anchor.trust;
beforeEach(async () => {
  folder = await temporaryFolder();
  anchor = await TrustAnchor.load(folder);
  await anchor.pin(welcome([own, second, ada, ben], 2), 1);
});

describe('a node that wants two signatures', () => {
  test('takes what the control plane and one who holds a key have signed', () => {
    for (const holder of [ada, ben]) expect(verifyDesired(desired([own, holder]), trust()).generation).toBe(1);
  });

  test.each<[string, () => SignedDesired]>([
    ['the control plane alone', () => desired([own])],
    ['the control plane by two of its keys', () => desired([own, second])],
    ['the control plane and who holds no key of its own', () => desired([own, eve])],
    ['the control plane, and a holder of something else', () => ({ ...desired([own]), bundle: { ...desired([own]).bundle, signatures: [...desired([own]).bundle.signatures, ...seal({ other: 1 }, ada).signatures] } })],
    ['one holder twice', () => desired([ada, ada])],
    ['those who hold keys without the control plane', () => desired([ada, ben])],
  ])('refuses what is signed by %s', (_, make) => {
    expect(() => verifyDesired(make(), trust())).toThrow(/is signed by the control plane and 0 of the people|no valid signature/);
  });

  test('is not told which bundle to run by who holds a key, nor has settings changed that nobody signed', () => {
    expect(() => verifyDesired(desired([own, ada], ada), trust())).toThrow('The assignment carries no valid signature');
    expect(() => verifyDesired(desired([own, ada], own, { telemetryIntervalMs: 500 }), trust())).toThrow('changes settings for this node alone');
  });

  test('counts a key once that goes by two names', async () => {
    const wary = await TrustAnchor.load(await temporaryFolder());
    const again = { ...ada, keyId: 'ada-2' };
    await wary.pin(welcome([own, ada, again], 3), 1);
    expect(() => verifyDesired(desired([own, ada, again]), wary.trust)).toThrow('1 of the people who hold keys; this node wants 2');
  });

  test('goes on with what it took, also when it comes up again, and under another generation', () => {
    const signed = desired([own]);
    expect(verifyDesired(signed, anchor.forWhatRuns).generation).toBe(1);
    expect(verifyDesired(signed, trust(), [digestOf(signed.bundle.payload)]).generation).toBe(1);
  });
});

describe('its keys', () => {
  test('change, and the number with them, where as many have signed as had to before, and have to from then on', async () => {
    expect(await anchor.follow([keySet(2, [own, ada, ben], 2, own, ben)])).toBe(1);
    expect(await anchor.follow([keySet(3, [own, ada, eve], 3, own, ada, eve)])).toBe(1);
    expect(await anchor.follow([keySet(4, [own], 1, own, ada, eve)])).toBe(1);
    anchor = await TrustAnchor.load(folder);
    expect(anchor.trust).toMatchObject({ threshold: 1, keysVersion: 4 });
    expect(await anchor.pin(welcome([own]), 2)).toBe('same');
    expect(await anchor.pin(welcome([own], 2), 2)).toBe('different');
  });

  test('do not change by fewer: neither the control plane alone, nor a holder alone, nor all holders without it, leads the node away', async () => {
    await expect(anchor.follow([keySet(2, [own], 1, own, second)])).rejects.toMatchObject({ code: 'SignaturesMissing' });
    await expect(anchor.follow([keySet(2, [eve], 1, ada)])).rejects.toMatchObject({ code: 'SignatureInvalid' });
    await expect(anchor.follow([keySet(2, [eve], 1, ada, ben)])).rejects.toMatchObject({ code: 'SignatureInvalid' });
    expect(anchor.trust).toMatchObject({ threshold: 2, keysVersion: 1 });
  });

  test('are not given to somebody who has not shown that they can sign', async () => {
    await expect(anchor.follow([keySet(2, [own, eve], 2, own, ada)])).rejects.toMatchObject({ code: 'SignaturesMissing' });
  });
});
