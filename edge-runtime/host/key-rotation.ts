import type { TimelineEntry } from '../activation/activation-status.ts';
import type { TrustAnchor } from '../activation/trust.ts';
import { readPayload, Rejection, requireSignature } from '../activation/verify.ts';
import type { Logger } from '../kernel/logger.ts';
import { messageOf } from '../kernel/path-error.ts';
import type { NodeKeys } from '../link/identity.ts';
import { type FromAgent, type KeyTaken, newKeyText, nodeKeySchema } from '../protocol/index.ts';

type NewKey = Extract<FromAgent, { type: 'newKey' }>;

export interface KeyRotationDependencies {
  readonly keys: NodeKeys;
  readonly trust: TrustAnchor;
  readonly send: (newKey: NewKey) => void;
  readonly followKeys: (keySets: KeyTaken['keySets']) => Promise<void>;
  readonly note: (entry: TimelineEntry) => void;
  readonly logger: Logger;
}

/**
 * How the node comes to another key: it makes one, shows it signed by the old and by the new, and changes over when its control
 * plane has signed that it took it. Whatever gets lost on the way is asked for, or said, again with the next connection.
 */
export class KeyRotation {
  readonly #deps: KeyRotationDependencies;

  constructor(deps: KeyRotationDependencies) {
    this.#deps = deps;
  }

  /** Answers `rotateKey`; not before the first welcome, when nobody may ask. */
  async answer(): Promise<void> {
    const { keys, send, trust: { trust } } = this.#deps;
    if (trust === undefined) return;
    const next = await keys.next();
    const text = newKeyText({ organization: trust.organization, node: trust.node, replaces: keys.publicKey, publicKey: next.publicKey });
    send({ type: 'newKey', publicKey: next.publicKey, byOld: keys.sign(text), byNew: next.sign(text) });
  }

  /** Changes over to the key that was taken; false when it is not this node's next one, nobody whom the node trusts says so, or the disk refuses. */
  async taken({ change, keySets }: KeyTaken): Promise<boolean> {
    const { keys, trust, note, logger } = this.#deps;
    try {
      await this.#deps.followKeys(keySets);
      const { signingKeys = [], organization, node } = trust.trust ?? {};
      requireSignature('change of the key', change, signingKeys);
      const said = readPayload('change of the key', change, (value) => nodeKeySchema.parse(value));
      if (said.organization !== organization || said.node !== node || !(await keys.becomeNext(said.publicKey))) return false;
      await trust.knownBy(said.publicKey);
    } catch (error) {
      if (!(error instanceof Rejection)) {
        logger.error('the node could not change over to its new key; it tries again with its next connection', { problem: messageOf(error) });
        return false;
      }
      note({ reason: 'KeyChangeRefused', message: error.message.slice(0, 1024), tone: 'critical' });
      return false;
    }
    note({ reason: 'KeyChanged', message: `It has another key: ${keys.fingerprint}.`, tone: 'notice' });
    return true;
  }
}
