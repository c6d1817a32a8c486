import { createPublicKey, verify } from 'node:crypto';
import { challengeText } from '@selvedge/edge-runtime/protocol';

/** Whether the signature over this connection's challenge was made with the private half of the key. */
export function provesPossession(proof: { nonce: string; publicKey: string; instance: string; signature: string }): boolean {
  const text = Buffer.from(challengeText(proof.nonce, proof.publicKey, proof.instance));
  try {
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: proof.publicKey }, format: 'jwk' });
    return verify(null, text, key, Buffer.from(proof.signature, 'base64url'));
  } catch {
    // 43 characters need not be a point on the curve.
    return false;
  }
}
