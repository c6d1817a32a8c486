import { join } from 'node:path';
import { z } from 'zod';
import { readFileIfThere, writeFileDurably } from '../kernel/durable-file.ts';
import { canonicalJson, type Welcome, welcomeSchema } from '../protocol/index.ts';

const FILE = 'trust.json';

const trustSchema = welcomeSchema.pick({ organization: true, node: true, signingKeys: true }).extend({ pinnedAt: z.number().int() });
/** Whom this node obeys, and under which name: fixed at the first welcome. */
export type Trust = z.infer<typeof trustSchema>;

/**
 * Whom the node believes. Its first welcome (which a person approved, fingerprint against fingerprint, or which an
 * enrolment token opened) is pinned; a later welcome that says otherwise changes nothing, so whoever takes over the
 * control plane's address cannot make this node run something else.
 */
export class TrustAnchor {
  readonly #path: string;
  #trust: Trust | undefined;

  private constructor(path: string, trust: Trust | undefined) {
    this.#path = path;
    this.#trust = trust;
  }

  /** Throws when the file is there and cannot be read as what it should be: trust is never started afresh by accident. */
  static async load(folder: string): Promise<TrustAnchor> {
    const path = join(folder, FILE);
    const text = await readFileIfThere(path);
    if (text === undefined) return new TrustAnchor(path, undefined);
    try {
      return new TrustAnchor(path, trustSchema.parse(JSON.parse(text)));
    } catch (cause) {
      throw new Error(`${FILE} is damaged. Restore it, or delete it to let the node trust the next control plane that welcomes it.`, { cause });
    }
  }

  get trust(): Trust | undefined {
    return this.#trust;
  }

  /** Pins the first welcome. Afterwards says whether a welcome still names what was pinned. */
  async pin(welcome: Welcome, now: number): Promise<'pinned' | 'same' | 'different'> {
    const { organization, node, signingKeys } = welcome;
    if (this.#trust === undefined) {
      const trust: Trust = { organization, node, signingKeys, pinnedAt: now };
      await writeFileDurably(this.#path, `${JSON.stringify(trust, null, 2)}\n`);
      this.#trust = trust;
      return 'pinned';
    }
    const known = this.#trust;
    const same = known.organization === organization && known.node === node && canonicalJson(known.signingKeys) === canonicalJson(signingKeys);
    return same ? 'same' : 'different';
  }
}
