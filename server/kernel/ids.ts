import { randomBytes } from 'node:crypto';
import type { Clock } from './clock.ts';

/** Identities and secrets as a parameter, so that tests own them. */
export interface Ids {
  /** A new identity: a UUID version 7, so that identities sort by the time they were made. */
  next(): string;
  /** A new secret of 256 random bits, in base64url (43 characters). */
  secret(): string;
}

export function createIds(clock: Clock): Ids {
  let lastMs = 0;
  let counter = 0;
  return {
    next() {
      const now = clock.now();
      // RFC 9562, method 1: a counter in rand_a keeps the order of identities made in the same millisecond.
      if (now > lastMs) [lastMs, counter] = [now, randomBytes(2).readUInt16BE() & 0x7ff];
      else if (++counter > 0xfff) [lastMs, counter] = [lastMs + 1, 0];
      const time = lastMs.toString(16).padStart(12, '0');
      const tail = randomBytes(8);
      tail.writeUInt8((tail.readUInt8(0) & 0x3f) | 0x80, 0);
      const rest = tail.toString('hex');
      return `${time.slice(0, 8)}-${time.slice(8)}-7${counter.toString(16).padStart(3, '0')}-${rest.slice(0, 4)}-${rest.slice(4)}`;
    },
    secret: () => randomBytes(32).toString('base64url'),
  };
}
