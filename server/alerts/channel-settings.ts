import type { Deps } from '../kernel/deps.ts';
import { channelSettingsSchema } from './schema.ts';
import type { ChannelSettings } from './schema.ts';

/* How a channel is kept: sealed as a whole, and what is secret in it either itself or by the name of a secret. */

type Sealing = Pick<Deps, 'vault'>;

export function sealSettings({ vault }: Sealing, channelId: string, settings: ChannelSettings): Uint8Array<ArrayBuffer> {
  return vault.seal(Buffer.from(JSON.stringify(settings)), `notification-channel:${channelId}`);
}

export function unsealSettings({ vault }: Sealing, { id, sealed }: { id: string; sealed: Uint8Array }): ChannelSettings {
  return channelSettingsSchema.parse(JSON.parse(Buffer.from(vault.unseal(sealed, `notification-channel:${id}`)).toString('utf8')));
}

/** The secret that a member of settings names; null where it is no reference. */
export function secretNamed(member: unknown): string | null {
  return typeof member === 'string' ? (/^\$\{secret:([A-Za-z0-9_.-]{1,64})\}$/.exec(member)?.[1] ?? null) : null;
}

/** The names of all secrets that settings name. */
export function secretsIn(settings: object): string[] {
  return Object.values(settings).flatMap((member) => secretNamed(member) ?? []);
}

/** Settings with the secrets in the place of their names. Throws with a sentence that has the name and never the secret. */
export async function withSecrets(settings: ChannelSettings, read: (name: string) => Promise<string | null>): Promise<ChannelSettings> {
  const members: Record<string, unknown> = { ...settings };
  const named: string[] = [];
  for (const [member, value] of Object.entries(settings)) {
    const name = secretNamed(value);
    if (name === null) continue;
    members[member] = await read(name);
    if (members[member] === null) throw new Error(`There is no secret ${name}.`);
    // A secret that looks as a reference would be taken for one by whoever is to send.
    if (secretNamed(members[member]) !== null) throw new Error(`The secret ${name} is not what ${settings.kind} takes as its ${member}.`);
    named.push(`${name} as its ${member}`);
  }
  const whole = channelSettingsSchema.safeParse(members);
  if (!whole.success) throw new Error(`A secret is not what ${settings.kind} takes: ${named.join(', ')}.`);
  return whole.data;
}
