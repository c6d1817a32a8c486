import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { CliError, exitCodes } from './exit.ts';

/** Where the control plane is, and the token that speaks for whoever signed in. */
export interface Profile {
  url: string;
  token: string;
}

const profileSchema = z.object({ url: z.url(), token: z.string().min(1) });

/** The profile of the environment, else the one that `login` kept. Throws when there is neither. */
export async function readProfile(file: string, given: Partial<Profile>): Promise<Profile> {
  const kept = await readKept(file);
  const profile = { url: given.url ?? kept?.url, token: given.token ?? kept?.token };
  if (profile.url === undefined || profile.token === undefined) throw new CliError(exitCodes.noAccess, 'Not signed in: run `selvedge login URL` with a token, or set SELVEDGE_URL and SELVEDGE_TOKEN.');
  return { url: profile.url.replace(/\/+$/, ''), token: profile.token };
}

async function readKept(file: string): Promise<Profile | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return profileSchema.parse(JSON.parse(text));
  } catch {
    throw new CliError(exitCodes.noAccess, `${file} cannot be read as a profile; run \`selvedge login URL\` again.`);
  }
}

/** Readable by its owner only, since it holds a token. */
export async function keepProfile(file: string, profile: Profile): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, `${JSON.stringify(profile, null, 2)}\n`, { mode: 0o600 });
}

export async function forgetProfile(file: string): Promise<void> {
  await rm(file, { force: true });
}
