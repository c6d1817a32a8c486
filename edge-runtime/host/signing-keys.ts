import type { TimelineEntry } from '../activation/activation-status.ts';
import type { TrustAnchor } from '../activation/trust.ts';
import { Rejection } from '../activation/verify.ts';
import type { Envelope } from '../protocol/index.ts';

/** Takes newer signing keys from whoever brings them, if those that the node trusts signed them; either way the timeline says so. */
export async function followKeys(trust: TrustAnchor, note: (entry: TimelineEntry) => void, keySets: readonly Envelope[] = []): Promise<void> {
  try {
    if ((await trust.follow(keySets)) === 0) return;
    const { signingKeys = [], keysVersion, threshold = 1 } = trust.trust ?? {};
    const holders = signingKeys.map(({ keyId, holder }) => holder ?? keyId).join(', ');
    note({ reason: 'SigningKeysChanged', message: `It trusts version ${keysVersion} of its organization's signing keys: ${holders}${threshold > 1 ? `; ${threshold} of them have to sign` : ''}.`, tone: 'notice' });
  } catch (error) {
    if (!(error instanceof Rejection)) throw error;
    note({ reason: 'SigningKeysRefused', message: error.message, tone: 'critical' });
  }
}
