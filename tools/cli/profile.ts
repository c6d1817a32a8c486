import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { CliError, exitCodes } from './exit.ts';

/** Where the control plane is, and what speaks for whoever signed in: a token, or the session that a break-glass code began. */
export type Profile = { url: string } & ({ token: string; session?: never } | { session: string; token?: never });

/** What the environment may say of it. */
export interface GivenProfile {
  url?: string;
  token?: string;
}

const profileSchema = z.object({ url: z.url(), token: z.string().min(1).optional(), session: z.string().min(1).optional() });

/** The profile of the environment, else the one that `login` kept. Throws when there is neither. */
export async function readProfile(file: string, given: GivenProfile): Promise<Profile> {
  const kept = await readKept(file);
  const url = (given.url ?? kept?.url)?.replace(/\/+$/, '');
  const token = given.token ?? kept?.token;
  if (url !== undefined && token !== undefined) return { url, token };
  // A session is of one control plane alone: it is not shown to another.
  if (url !== undefined && kept?.session !== undefined && kept.url === url) return { url, session: kept.session };
  throw new CliError(exitCodes.noAccess, 'Not signed in: run `selvedge login URL` with a token, or set SELVEDGE_URL and SELVEDGE_TOKEN.');
}

async function readKept(file: string): Promise<z.infer<typeof profileSchema> | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return profileSchema.parse(JSON.parse(text));
  } catch {
    throw new CliError(exitCodes.noAccess, `${file} cannot be read as a profile; run \`selvedge login URL\` again.`);
  }
}

/** Readable by its owner only, since it holds what lets somebody in. */
export async function keepProfile(file: string, profile: Profile): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, `${JSON.stringify(profile, null, 2)}\n`, { mode: 0o600 });
}

export async function forgetProfile(file: string): Promise<void> {
  await rm(file, { force: true });
}
