import type { Deps } from '../kernel/deps.ts';
import { isSecondFactorOn } from './repository.ts';

/** Paths below /api/auth by which a second factor is turned on, given and turned off. */
export const secondFactorPaths = ['/two-factor/enable', '/two-factor/verify-totp', '/two-factor/verify-backup-code', '/two-factor/disable'] as const;
/** Those that end a sign-in which the password began. */
export const codePaths: readonly string[] = ['/two-factor/verify-totp', '/two-factor/verify-backup-code'];

/**
 * Whether a session that begins at this path has shown a second factor: by a code, by a passkey, which its device gives out after
 * a code, finger or face of its own, by a break-glass code, or by a provider, where an operator says that it asks for one.
 */
export function showsSecondFactor(path: string | undefined, byProvider: boolean): boolean {
  return path !== undefined && (codePaths.includes(path) || path === '/passkey/sign-in' || path === '/break-glass' || (byProvider && path.startsWith('/callback/')));
}

/** Time-based codes of an authenticator app (RFC 6238), and backup codes that work once. Ten wrong ones in a row lock for a quarter of an hour. */
export const secondFactorOptions = { issuer: 'Selvedge', twoFactorCookieMaxAge: 300, backupCodeOptions: { amount: 10 }, accountLockout: { enabled: true, maxFailedAttempts: 10, durationSeconds: 900 } } as const;

/** Requests of one address a minute. */
export const secondFactorRates = Object.fromEntries(secondFactorPaths.map((path) => [path, { window: 60, max: 20 }]));

/**
 * Whether a session that was made, or ended, at this path is only the library's way to hold a password for good until the code
 * comes: no sign-in, and not for the record.
 */
export async function awaitsCode(deps: Pick<Deps, 'db'>, path: string | undefined, userId: string): Promise<boolean> {
  return path === '/sign-in/email' && (await isSecondFactorOn(deps.db, userId));
}

/** Keys that the library seals the secrets and backup codes of second factors under, by number: `$ba$7$…` was sealed under the seventh, what has no number under the first ever. */
export function secondFactorKeys(vault: Deps['vault']): { keys: Map<number, string>; currentVersion: number; legacySecret: string } {
  const { newest, secrets } = vault.deriveChanging('better-auth');
  return { keys: new ChangingKeys(vault, secrets), currentVersion: newest, legacySecret: vault.derive('better-auth') };
}

/** Looks again for a key that was not there yet: another process may have sealed under it since. */
class ChangingKeys extends Map<number, string> {
  readonly #vault: Deps['vault'];

  constructor(vault: Deps['vault'], known: ReadonlyMap<number, string>) {
    super(known);
    this.#vault = vault;
  }

  override get(number: number): string | undefined {
    return super.get(number) ?? this.#vault.deriveChanging('better-auth').secrets.get(number);
  }
}

/** Whether something of a second factor is sealed under an earlier key than the newest. */
export function isSecondFactorOutdated(vault: Deps['vault'], sealed: string): boolean {
  return Number(/^\$ba\$(\d+)\$/.exec(sealed)?.[1] ?? 0) !== vault.deriveChanging('better-auth').newest;
}
