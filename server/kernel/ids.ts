import { randomBytes } from 'node:crypto';
import type { Clock } from './clock.ts';

/** Identities and secrets as a parameter, so that tests own them. */
export interface Ids {
  /** A new identity: a UUID version 7, so that identities sort by the time they were made. */
  next(): string;
  /** A new secret of 256 random bits, in base64url (43 characters). */
  secret(): string;
}

/** Random bytes are asked of the system for so many identities at once: a step of a rollout makes thousands. */
const identitiesAhead = 256;

export function createIds(clock: Clock): Ids {
  let lastMs = 0;
  let counter = 0;
  let random = randomBytes(0);
  const tail = (): Buffer => {
    if (random.length === 0) random = randomBytes(8 * identitiesAhead);
    const bytes = random.subarray(0, 8);
    random = random.subarray(8);
    return bytes;
  };
  return {
    next() {
      const now = clock.now();
      // RFC 9562, method 1: a counter in rand_a keeps the order of identities made in the same millisecond.
      if (now > lastMs) [lastMs, counter] = [now, randomBytes(2).readUInt16BE() & 0x7ff];
      else if (++counter > 0xfff) [lastMs, counter] = [lastMs + 1, 0];
      const time = lastMs.toString(16).padStart(12, '0');
      const bytes = tail();
      bytes.writeUInt8((bytes.readUInt8(0) & 0x3f) | 0x80, 0);
      const rest = bytes.toString('hex');
      return `${time.slice(0, 8)}-${time.slice(8)}-7${counter.toString(16).padStart(3, '0')}-${rest.slice(0, 4)}-${rest.slice(4)}`;
    },
    secret: () => randomBytes(32).toString('base64url'),
  };
}
