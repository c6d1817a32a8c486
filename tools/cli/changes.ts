import { applyDocumentsOutput, diffDocumentsOutput } from '../../server/documents/schema.ts';
import type { AppliedDocument, Document, DocumentChange } from '../../server/documents/schema.ts';
import type { ApiClient } from './client.ts';
import { CliError, exitCodes } from './exit.ts';

/** What the control plane takes in one request. */
const bytesMax = 1_000_000;

/** What applying the documents would change, as the control plane says. */
export async function changesOf(client: ApiClient, documents: readonly Document[]): Promise<DocumentChange[]> {
  const bytes = Buffer.byteLength(JSON.stringify(documents));
  if (bytes > bytesMax) throw new CliError(exitCodes.usage, `The documents have ${bytes} bytes together; at most ${bytesMax} are compared at once.`);
  return diffDocumentsOutput.parse(await client.send('POST', '/documents/diff', { documents })).changes;
}

/** A change as lines for people; none when all is as it should be. */
export function linesOf({ action, lines, blocked, held }: DocumentChange): string[] {
  if (action === 'same') return [];
  const said = lines.some((line) => blocked !== null && line.includes(blocked));
  return [...lines, ...(blocked === null || said ? [] : [`! ${blocked}`]), ...(held === null ? [] : [`# ${held}`])];
}

/** Applies one document, and answers what was done. */
export async function applyOne(client: ApiClient, document: Document): Promise<AppliedDocument> {
  const [applied] = applyDocumentsOutput.parse(await client.send('POST', '/documents/apply', { documents: [document] })).applied;
  if (applied === undefined) throw new CliError(exitCodes.refused, 'The control plane did not say what it did.');
  return applied;
}
