import type { z } from 'zod';
import type { Deps } from '../kernel/deps.ts';
import type { Remote } from './git-command.ts';
import type { RepositoryRow } from './repository.ts';
import { isSsh, sshKeySchema } from './schema.ts';
import type { credentialSchema } from './schema.ts';

/** The password or key alone is sealed; the name by which it goes is shown. */
export function sealCredential(vault: Deps['vault'], id: string, credential: z.infer<typeof credentialSchema>): Uint8Array<ArrayBuffer> {
  const secret = 'password' in credential ? credential.password : JSON.stringify(sshKeySchema.parse(credential));
  return vault.seal(Buffer.from(secret), contextOf(id));
}

/** Where a repository is, with what opens it. For the process that asks the branch, and nowhere else. */
export function remoteOf(vault: Deps['vault'], { id, url, username, sealed }: Pick<RepositoryRow, 'id' | 'url' | 'username' | 'sealed'>): Remote {
  const secret = sealed === null ? null : Buffer.from(vault.unseal(sealed, contextOf(id))).toString('utf8');
  return isSsh(url) ? { url, username, password: null, key: secret === null ? null : sshKeySchema.parse(JSON.parse(secret)) } : { url, username, password: secret };
}

function contextOf(id: string): string {
  return `repository-credential:${id}`;
}
