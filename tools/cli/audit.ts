import { createReadStream, createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { verifyExport } from '../../server/audit/verify-export.ts';
import type { ApiClient } from './client.ts';
import { CliError, exitCodes } from './exit.ts';

/** Writes the whole chain into a file, as it comes. */
export async function exportAudit(client: ApiClient, file: string): Promise<void> {
  await pipeline(await client.download('/audit/export'), createWriteStream(file, { mode: 0o600 }));
}

/** Verifies an export with no server; answers what to say and whether it is whole. */
export async function verifyAudit(file: string, trusted: readonly string[] | undefined): Promise<{ whole: boolean; text: string }> {
  const input = createReadStream(file, 'utf8');
  await new Promise<void>((resolve, reject) => {
    input.once('open', () => resolve());
    input.once('error', () => reject(new CliError(exitCodes.usage, `${file} cannot be read.`)));
  });
  const verdict = await verifyExport(createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }), trusted);
  if (!verdict.whole) return { whole: false, text: `Not whole: line ${verdict.line}: ${verdict.because}.\n` };
  const who = trusted === undefined ? `signed by ${verdict.keys.join(', ')}; compare with Settings, Signing keys, or give it as --key` : 'signed by a key that you trust';
  return { whole: true, text: `Whole: ${verdict.entries} entries up to ${new Date(verdict.at).toISOString()}, ${who}.\n` };
}
