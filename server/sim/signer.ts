import { type Assignment, type BundleManifest, canonicalJson, type Digest, type Envelope, type TrustedKey } from '@selvedge/edge-runtime/protocol';
import { digestOf, type SignedDesired } from '../../edge-runtime/activation/verify.ts';
import { SimulatedKey } from './simulated-key.ts';

const firstKey = 'signing-1';

/** What a node is told, and how it comes from keys that it trusts to those that signed. */
export interface ToldDesired extends SignedDesired {
  readonly keySets?: readonly Envelope[];
}

/** Who signs what nodes run; a stranger is another one of the same. Remembers all that it told whom, which is all that may run. */
export class Signer {
  #keys: readonly SimulatedKey[];
  #keysMade = 1;
  readonly #keySets: Envelope[] = [];
  readonly #bundles = new Map<BundleManifest, { digest: Digest; payload: string }>();
  readonly #told = new Set<string>();
  readonly organization: string;

  private constructor(organization: string, key: SimulatedKey) {
    this.organization = organization;
    this.#keys = [key];
  }

  static of(organization: string): Signer {
    return new Signer(organization, SimulatedKey.named(firstKey));
  }

  /** Signs under the name of a key that nodes trust. */
  static stranger(organization: string): Signer {
    return new Signer(organization, SimulatedKey.named('stranger').passedOffAs(firstKey));
  }

  get trustedKeys(): TrustedKey[] {
    return this.#keys.map(({ trusted }) => trusted);
  }

  get keySets(): readonly Envelope[] {
    return this.#keySets;
  }

  /** A further key signs beside those there are. */
  addKey(now: number): void {
    this.#keysMade += 1;
    this.#change([...this.#keys, SimulatedKey.named(`signing-${this.#keysMade}`)], now);
  }

  /** The oldest signs no more, where there is another. */
  retireOldest(now: number): void {
    if (this.#keys.length > 1) this.#change(this.#keys.slice(1), now);
  }

  #change(keys: readonly SimulatedKey[], issuedAt: number): void {
    const payload = canonicalJson({ schema: 'selvedge.keys/1', organization: this.organization, version: this.#keySets.length + 2, keys: keys.map(({ trusted }) => ({ ...trusted })), issuedAt: Math.floor(issuedAt) });
    this.#keySets.push({ payload, signatures: [...new Set([...this.#keys, ...keys])].map((key) => key.sign(payload)) });
    this.#keys = keys;
  }

  desired(manifest: BundleManifest, node: string, generation: number, schedule: Assignment['schedule'] | null, issuedAt: number, validUntil: number): ToldDesired {
    const { digest } = this.#written(manifest);
    const assignment: Assignment = { schema: 'selvedge.assignment/1', organization: this.organization, node, generation, bundle: digest, settings: {}, ...(schedule != null && { schedule }), issuedAt: Math.floor(issuedAt), validUntil: Math.floor(validUntil) };
    this.#told.add(`${node} ${generation} ${digest}`);
    return { bundle: this.bundle(manifest), assignment: this.#seal(canonicalJson(assignment)), keySets: [...this.#keySets] };
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
    return { payload, signatures: this.#keys.map((key) => key.sign(payload)) };
  }
}
