import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import { readFileIfThere, writeFileDurably } from '../kernel/durable-file.ts';

const FILE = 'gateway-token';

/** The secret that opens this node's gateway: made at the first start, readable in the node's folder by its owner alone. */
export interface GatewayToken {
  readonly file: string;
  /** Compares in a time that does not depend on how much is right. */
  matches(offered: string): boolean;
}

export async function loadGatewayToken(folder: string): Promise<GatewayToken> {
  const file = join(folder, FILE);
  let token = (await readFileIfThere(file))?.trim();
  if (token === undefined || token === '') {
    token = `slvg_${randomBytes(32).toString('base64url')}`;
    await writeFileDurably(file, `${token}\n`);
  }
  const expected = digest(token);
  return { file, matches: (offered) => timingSafeEqual(digest(offered), expected) };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
