/**
 * The form in which two people compare a key by voice: SHA-256 of the raw public key, 64 bits of it, in groups of four hex digits.
 * Web Crypto, so that agent, server and browser show the same.
 */
export async function fingerprint(publicKey: string): Promise<string> {
  const raw = Uint8Array.from(atob(publicKey.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0));
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', raw));
  const hex = Array.from(hash.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.match(/.{4}/g)?.join('-') ?? hex;
}
