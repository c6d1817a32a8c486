import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { AuthenticationResponseJSON, PublicKeyCredentialCreationOptionsJSON, PublicKeyCredentialRequestOptionsJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { isoCBOR } from '@simplewebauthn/server/helpers';

const present = 0x01;
const verified = 0x04;
const withKey = 0x40;

/** What a device that lies does otherwise. */
interface Deviation {
  origin?: string;
  host?: string;
  /** Whether it has asked for its code, finger or face. */
  verifies?: boolean;
  counter?: number;
}

/** A device that holds one passkey, as browsers speak to it (WebAuthn), for pages of one origin. */
export function aDevice(origin: string) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const credential = randomBytes(16);
  const id = credential.toString('base64url');
  let counter = 0;
  const digest = (data: string | Uint8Array): Buffer => createHash('sha256').update(data).digest();
  const frame = (host: string, flags: number, count: number): Buffer => {
    const counted = Buffer.alloc(4);
    counted.writeUInt32BE(count);
    return Buffer.concat([digest(host), Buffer.from([flags]), counted]);
  };
  const clientData = (type: string, challenge: string, from: string): Buffer => Buffer.from(JSON.stringify({ type, challenge, origin: from, crossOrigin: false }));
  const host = new URL(origin).hostname;
  return {
    id,
    /** Answers the challenge with a new passkey. */
    make: (options: PublicKeyCredentialCreationOptionsJSON, otherwise: Deviation = {}): RegistrationResponseJSON => {
      const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
      const key = isoCBOR.encode(new Map<number, number | Uint8Array>([[1, 2], [3, -7], [-1, 1], [-2, new Uint8Array(Buffer.from(x, 'base64url'))], [-3, new Uint8Array(Buffer.from(y, 'base64url'))]]));
      const length = Buffer.alloc(2);
      length.writeUInt16BE(credential.length);
      const flags = present | (otherwise.verifies === false ? 0 : verified) | withKey;
      const data = Buffer.concat([frame(otherwise.host ?? host, flags, counter), Buffer.alloc(16), length, credential, key]);
      const attestation = isoCBOR.encode(new Map<string, string | Map<string, string> | Uint8Array>([['fmt', 'none'], ['attStmt', new Map()], ['authData', new Uint8Array(data)]]));
      return {
        id, rawId: id, type: 'public-key', clientExtensionResults: {},
        response: { clientDataJSON: clientData('webauthn.create', options.challenge, otherwise.origin ?? origin).toString('base64url'), attestationObject: Buffer.from(attestation).toString('base64url'), transports: ['internal'] },
      };
    },
    /** Answers the challenge with a signature by its key. */
    prove: (options: PublicKeyCredentialRequestOptionsJSON, otherwise: Deviation = {}): AuthenticationResponseJSON => {
      counter = otherwise.counter ?? counter + 1;
      const data = frame(otherwise.host ?? host, present | (otherwise.verifies === false ? 0 : verified), counter);
      const client = clientData('webauthn.get', options.challenge, otherwise.origin ?? origin);
      const signature = sign('sha256', Buffer.concat([data, digest(client)]), privateKey);
      return {
        id, rawId: id, type: 'public-key', clientExtensionResults: {},
        response: { clientDataJSON: client.toString('base64url'), authenticatorData: data.toString('base64url'), signature: signature.toString('base64url') },
      };
    },
  };
}
