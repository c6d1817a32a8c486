import { join } from 'node:path';
import { type Disk, machineDisk } from '../kernel/disk.ts';
import { readFileIfThere, writeFileDurably } from '../kernel/durable-file.ts';
import { canonicalJson, type Envelope, keySetSchema, type TrustedKey, type Welcome } from '../protocol/index.ts';
import { formerKeysMax, type Trust, trustSchema } from './pinned-trust.ts';
import { readPayload, Rejection, requireSignatures } from './verify.ts';

const FILE = 'trust.json';

/**
 * Whom the node believes. Its first welcome (which a person approved, fingerprint against fingerprint, or which an
 * enrolment token opened) is pinned; a later welcome that says otherwise changes nothing, so whoever takes over the
 * control plane's address cannot make this node run something else. Keys change by key sets that a trusted key signed.
 */
export class TrustAnchor {
  readonly #path: string;
  readonly #disk: Disk;
  #trust: Trust | undefined;

  private constructor(path: string, disk: Disk, trust: Trust | undefined) {
    this.#path = path;
    this.#disk = disk;
    this.#trust = trust;
  }

  /** Throws when the file is there and cannot be read as what it should be: trust is never started afresh by accident. */
  static async load(folder: string, disk: Disk = machineDisk): Promise<TrustAnchor> {
    const path = join(folder, FILE);
    const text = await readFileIfThere(path, disk);
    if (text === undefined) return new TrustAnchor(path, disk, undefined);
    try {
      return new TrustAnchor(path, disk, trustSchema.parse(JSON.parse(text)));
    } catch (cause) {
      throw new Error(`${FILE} is damaged. Restore it, or delete it to let the node trust the next control plane that welcomes it.`, { cause });
    }
  }

  get trust(): Trust | undefined {
    return this.#trust;
  }

  /** The same, and keys that signed once: what they signed and the disk holds may go on running, however many had to sign it then. */
  get forWhatRuns(): Trust | undefined {
    const trust = this.#trust;
    return trust === undefined ? undefined : { ...trust, signingKeys: [...trust.signingKeys, ...trust.formerKeys], threshold: 1 };
  }

  /**
   * Goes from the keys it trusts to newer ones, a signed set at a time; says how many steps it took. Sets that are not newer are
   * passed over. Throws a `Rejection` at one that too few trusted keys signed, after those before it were taken.
   */
  async follow(keySets: readonly Envelope[]): Promise<number> {
    let steps = 0;
    for (const envelope of keySets) {
      const trust = this.#trust;
      if (trust === undefined) return steps;
      const { organization, version, keys, threshold = 1 } = readPayload('key set', envelope, (value) => keySetSchema.parse(value));
      if (version <= trust.keysVersion) continue;
      requireSignatures('key set', envelope, trust);
      // Those who are to sign from now on have shown that they can: else nobody could lead on from here.
      if (threshold > 1) requireSignatures('key set', envelope, { signingKeys: keys, threshold });
      if (organization !== trust.organization) throw new Rejection('WrongOrganization', `The key set is of organization ${organization}; this node belongs to ${trust.organization}.`);
      await this.#keep({ ...trust, signingKeys: keys, threshold, keysVersion: version, formerKeys: formerKeys(trust, keys) });
      steps += 1;
    }
    return steps;
  }

  /** Pins the first welcome. Afterwards says whether a welcome still names what was pinned. */
  async pin(welcome: Welcome, now: number): Promise<'pinned' | 'same' | 'different'> {
    const { organization, node, signingKeys, threshold = 1, keySets = [] } = welcome;
    if (this.#trust === undefined) {
      const versions = keySets.map((envelope) => readPayload('key set', envelope, (value) => keySetSchema.parse(value)).version);
      await this.#keep({ organization, node, signingKeys, threshold, pinnedAt: now, keysVersion: Math.max(1, ...versions), formerKeys: [] });
      return 'pinned';
    }
    const known = this.#trust;
    const same = known.organization === organization && known.node === node && known.threshold === threshold && canonicalJson(known.signingKeys) === canonicalJson(signingKeys);
    return same ? 'same' : 'different';
  }

  /** Whether the node was welcomed under this key of its own: if not, it may have to be let in. */
  isKnownBy(nodeKey: string): boolean {
    return this.#trust !== undefined && (this.#trust.nodeKey ?? nodeKey) === nodeKey;
  }

  /** Remembers by which key of its own the node was welcomed. */
  async knownBy(nodeKey: string): Promise<void> {
    if (this.#trust !== undefined && this.#trust.nodeKey !== nodeKey) await this.#keep({ ...this.#trust, nodeKey });
  }

  async #keep(trust: Trust): Promise<void> {
    await writeFileDurably(this.#path, `${JSON.stringify(trust, null, 2)}\n`, { disk: this.#disk });
    this.#trust = trust;
  }
}

function formerKeys({ signingKeys, formerKeys: earlier }: Trust, now: readonly TrustedKey[]): TrustedKey[] {
  const dropped = signingKeys.filter(({ keyId }) => now.every((key) => key.keyId !== keyId));
  return [...earlier, ...dropped].slice(-formerKeysMax);
}
