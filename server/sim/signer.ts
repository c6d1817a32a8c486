import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { type Assignment, type BundleManifest, canonicalJson, type Digest, type Envelope, publicKeySchema, type TrustedKey } from '@selvedge/edge-runtime/protocol';
import { digestOf, type SignedDesired } from '../../edge-runtime/activation/verify.ts';

/** Who signs what nodes run; a stranger is another one of the same. Remembers all that it told whom, which is all that may run. */
export class Signer {
  readonly #key: KeyObject = generateKeyPairSync('ed25519').privateKey;
  readonly #bundles = new Map<Digest, Envelope>();
  readonly #told = new Set<string>();
  readonly organization: string;

  constructor(organization: string) {
    this.organization = organization;
  }

  get trustedKey(): TrustedKey {
    return { keyId: 'signing-1', publicKey: publicKeySchema.parse(createPublicKey(this.#key).export({ format: 'jwk' }).x) };
  }

  desired(manifest: BundleManifest, node: string, generation: number, issuedAt: number, validUntil: number): SignedDesired {
    const bundle = this.bundle(manifest);
    const digest = digestOf(bundle.payload);
    const assignment: Assignment = { schema: 'selvedge.assignment/1', organization: this.organization, node, generation, bundle: digest, settings: {}, issuedAt: Math.floor(issuedAt), validUntil: Math.floor(validUntil) };
    this.#told.add(`${node} ${generation} ${digest}`);
    return { bundle, assignment: this.#seal(assignment) };
  }

  /** The bundle alone, which tells nobody to run it. */
  bundle(manifest: BundleManifest): Envelope {
    const digest = digestOf(canonicalJson(manifest));
    const sealed = this.#bundles.get(digest) ?? this.#seal(manifest);
    this.#bundles.set(digest, sealed);
    return sealed;
  }

  hasTold(node: string, generation: number, digest: Digest): boolean {
    return this.#told.has(`${node} ${generation} ${digest}`);
  }

  #seal(value: Parameters<typeof canonicalJson>[0]): Envelope {
    const payload = canonicalJson(value);
    return { payload, signatures: [{ keyId: 'signing-1', signature: sign(null, Buffer.from(payload), this.#key).toString('base64url') }] };
  }
}
