import type { z } from 'zod';
import type { Deps } from '../kernel/deps.ts';
import type { Remote } from './git-command.ts';
import type { RepositoryRow } from './repository.ts';
import type { credentialSchema } from './schema.ts';

/** The password alone is sealed; the name by which it goes is shown. */
export function sealCredential(vault: Deps['vault'], id: string, { password }: z.infer<typeof credentialSchema>): Uint8Array<ArrayBuffer> {
  return vault.seal(Buffer.from(password), contextOf(id));
}

/** Where a repository is, with what opens it. For the process that asks the branch, and nowhere else. */
export function remoteOf(vault: Deps['vault'], { id, url, username, sealed }: Pick<RepositoryRow, 'id' | 'url' | 'username' | 'sealed'>): Remote {
  return { url, username, password: sealed === null ? null : Buffer.from(vault.unseal(sealed, contextOf(id))).toString('utf8') };
}

function contextOf(id: string): string {
  return `repository-credential:${id}`;
}
