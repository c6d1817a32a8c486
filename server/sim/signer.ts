import { type Assignment, type BundleManifest, canonicalJson, type Digest, type Envelope, type TrustedKey } from '@selvedge/edge-runtime/protocol';
import { digestOf, type SignedDesired } from '../../edge-runtime/activation/verify.ts';
import { SimulatedKey } from './simulated-key.ts';

const ownKeyId = 'signing-1';

/** Who signs what nodes run; a stranger is another one of the same. Remembers all that it told whom, which is all that may run. */
export class Signer {
  readonly #key: SimulatedKey;
  readonly #bundles = new Map<BundleManifest, { digest: Digest; payload: string }>();
  readonly #told = new Set<string>();
  readonly organization: string;

  private constructor(organization: string, key: SimulatedKey) {
    this.organization = organization;
    this.#key = key;
  }

  static of(organization: string): Signer {
    return new Signer(organization, SimulatedKey.named(ownKeyId));
  }

  static stranger(organization: string): Signer {
    return new Signer(organization, SimulatedKey.named('stranger'));
  }

  get trustedKey(): TrustedKey {
    return this.#key.trusted;
  }

  desired(manifest: BundleManifest, node: string, generation: number, schedule: Assignment['schedule'] | null, issuedAt: number, validUntil: number): SignedDesired {
    const { digest } = this.#written(manifest);
    const assignment: Assignment = { schema: 'selvedge.assignment/1', organization: this.organization, node, generation, bundle: digest, settings: {}, ...(schedule != null && { schedule }), issuedAt: Math.floor(issuedAt), validUntil: Math.floor(validUntil) };
    this.#told.add(`${node} ${generation} ${digest}`);
    return { bundle: this.bundle(manifest), assignment: this.#seal(canonicalJson(assignment)) };
  }

  /** The bundle alone, which tells nobody to run it. */
  bundle(manifest: BundleManifest): Envelope {
    return this.#seal(this.#written(manifest).payload);
  }

  hasTold(node: string, generation: number, digest: Digest): boolean {
    return this.#told.has(`${node} ${generation} ${digest}`);
  }

  #written(manifest: BundleManifest): { digest: Digest; payload: string } {
    const known = this.#bundles.get(manifest);
    if (known !== undefined) return known;
    const payload = canonicalJson(manifest);
    const written = { digest: digestOf(payload), payload };
    this.#bundles.set(manifest, written);
    return written;
  }

  #seal(payload: string): Envelope {
    return { payload, signatures: [this.#key.sign(payload, ownKeyId)] };
  }
}
