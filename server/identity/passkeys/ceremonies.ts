import { isIP } from 'node:net';
import { generateAuthenticationOptions, generateRegistrationOptions, verifyAuthenticationResponse, verifyRegistrationResponse } from '@simplewebauthn/server';
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';

/** Ed25519, ES256 and RS256, by their COSE numbers: what devices have. */
const algorithms = [-8, -7, -257];

/** For whom a passkey is: browsers give it to pages of this host alone. */
export interface RelyingParty {
  id: string;
  /** Where the page was that asked, as the browser signs it. */
  origin: string;
}

/** Whether browsers have passkeys for this address: they ask for a name, and for TLS except on the machine itself. */
export function havePasskeys(publicUrl: string): boolean {
  const { hostname, protocol } = new URL(publicUrl);
  return isIP(hostname.replaceAll(/[[\]]/g, '')) === 0 && (protocol === 'https:' || hostname === 'localhost' || hostname.endsWith('.localhost'));
}

/**
 * The host is that of the public address, whatever the request says. The origin may be another of that host, such as another
 * port of a machine at which somebody tries things: the edge has compared it with where the request came to.
 */
export function relyingParty(publicUrl: string, origin: string | null): RelyingParty {
  const own = new URL(publicUrl);
  const asked = origin !== null && URL.canParse(origin) ? new URL(origin) : own;
  return { id: own.hostname, origin: asked.hostname === own.hostname ? asked.origin : own.origin };
}

interface Owner {
  id: string;
  name: string;
  email: string;
}

/** What a browser is asked when a device is to make a passkey: one that is found without a name, behind the device’s own lock. */
export function registrationOptions(party: RelyingParty, owner: Owner, known: readonly { credentialId: string; transports: string[] }[]) {
  return generateRegistrationOptions({
    rpName: 'Selvedge',
    rpID: party.id,
    userID: new TextEncoder().encode(owner.id),
    userName: owner.email,
    userDisplayName: owner.name,
    attestationType: 'none',
    supportedAlgorithmIDs: algorithms,
    excludeCredentials: known.map(({ credentialId, transports }) => ({ id: credentialId, transports })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  });
}

/** What the device made, or null where the answer is not to that challenge, host and origin, or is no answer at all. */
export async function verifyRegistration(party: RelyingParty, challenge: string, response: RegistrationResponseJSON) {
  try {
    const { verified, registrationInfo } = await verifyRegistrationResponse({ response, expectedChallenge: challenge, expectedOrigin: party.origin, expectedRPID: party.id, requireUserVerification: true, supportedAlgorithmIDs: algorithms });
    return verified ? registrationInfo.credential : null;
  } catch {
    // The library throws for whatever does not fit: for us each is an answer that proves nothing.
    return null;
  }
}

export function authenticationOptions(party: RelyingParty) {
  return generateAuthenticationOptions({ rpID: party.id, userVerification: 'required' });
}

/** The counter after this use, or null where the answer does not prove that the device has the key. */
export async function verifyAuthentication(party: RelyingParty, challenge: string, response: AuthenticationResponseJSON, passkey: { credentialId: string; publicKey: Uint8Array<ArrayBuffer>; counter: bigint }): Promise<number | null> {
  try {
    const credential = { id: passkey.credentialId, publicKey: passkey.publicKey, counter: Number(passkey.counter) };
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({ response, expectedChallenge: challenge, expectedOrigin: party.origin, expectedRPID: party.id, credential, requireUserVerification: true });
    return verified ? authenticationInfo.newCounter : null;
  } catch {
    return null;
  }
}
