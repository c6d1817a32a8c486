import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { type Envelope, publicKeySchema, type TrustedKey } from '@selvedge/edge-runtime/protocol';

/** What precedes the 32 bytes of an Ed25519 key in PKCS #8 (RFC 8410). */
const pkcs8Start = Buffer.from('302e020100300506032b657004220420', 'hex');
const made = new Map<string, SimulatedKey>();

/** A key that its name says, so that the same history signs the same bytes. Each is made once, and signs the same text once. */
export class SimulatedKey {
  trusted: TrustedKey;
  readonly #key: KeyObject;
  /** Of the text that it signed; the oldest makes room. */
  readonly #signatures = new Map<string, string>();

  private constructor(name: string) {
    this.#key = createPrivateKey({ key: Buffer.concat([pkcs8Start, createHash('sha256').update(name).digest()]), format: 'der', type: 'pkcs8' });
    this.trusted = { keyId: name, publicKey: publicKeySchema.parse(createPublicKey(this.#key).export({ format: 'jwk' }).x) };
  }

  /** There are as many as names in the code. */
  static named(name: string): SimulatedKey {
    const key = made.get(name) ?? new SimulatedKey(name);
    made.set(name, key);
    return key;
  }

  /** The same key under the name of another. */
  passedOffAs(keyId: string): SimulatedKey {
    this.trusted = { ...this.trusted, keyId };
    return this;
  }

  sign(payload: string): Envelope['signatures'][number] {
    const signature = this.#signatures.get(payload) ?? sign(null, Buffer.from(payload), this.#key).toString('base64url');
    for (const oldest of this.#signatures.keys()) if (this.#signatures.size >= 64) this.#signatures.delete(oldest);
    this.#signatures.set(payload, signature);
    return { keyId: this.trusted.keyId, signature };
  }
}
