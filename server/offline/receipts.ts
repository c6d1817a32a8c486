import { createPublicKey, verify } from 'node:crypto';
import { canonicalJson, receiptSchema, receiptText } from '@selvedge/edge-runtime/protocol';
import type { Receipt } from '@selvedge/edge-runtime/protocol';
import { performChange } from '../audit/index.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Deps } from '../kernel/deps.ts';
import { DomainError, notFound } from '../kernel/errors.ts';
import { parseStorable } from '../kernel/parse-storable.ts';
import { changeFacts, insertTimeline, lockNodes, sourceOf, timelineEntries } from '../nodes/index.ts';
import type { NodeRow } from '../nodes/index.ts';
import { writeReceiptsThrough } from './repository.ts';
import type { ImportedReceipt, ImportReceiptInput } from './schema.ts';

/**
 * Takes what a node says of itself in a file as if it had said it over its link (I9), once: signed by its key, with a number that is
 * higher than any before, and nothing of it reported since. Throws `ReceiptRefused` with which of these does not hold.
 */
export async function importReceipt(deps: Deps, actor: Actor, input: ImportReceiptInput): Promise<ImportedReceipt> {
  const receipt = readReceipt(input.payload);
  return performChange(deps, actor, async (change) => {
    const [row] = receipt.organization === actor.organizationId ? await lockNodes(change.tx, actor, [receipt.node]) : [];
    if (row === undefined) throw notFound('node', receipt.node);
    requireCurrent(row, receipt, input);
    const { number, at, report } = receipt;
    const now = deps.clock.now();
    await changeFacts(deps, change, [row], () => ({ report, reportedAt: Math.min(at, now) }), now);
    await writeReceiptsThrough(change.tx, row.id, number);
    const message = `Receipt ${number} was brought: generation ${report.observedGeneration}, ${report.sync}: ${report.message} It was written at ${new Date(at).toISOString()} by the clock of the node.`;
    await insertTimeline(change.tx, timelineEntries(deps, row, sourceOf(actor), [{ tone: report.sync === 'Failed' ? 'critical' : 'info', reason: 'ReceiptImported', message: message.slice(0, 1024) }]));
    change.record({
      action: 'node.importReceipt',
      object: { kind: 'node', id: row.id, name: row.name },
      before: { generation: Number(row.observedGeneration), bundle: row.reportedBundle },
      after: { receipt: number, generation: report.observedGeneration, bundle: report.bundle ?? null, sync: report.sync, writtenAt: new Date(at).toISOString() },
    });
    return { id: row.id, name: row.name, number, generation: report.observedGeneration, sync: report.sync, message: report.message, at };
  });
}

function readReceipt(payload: string): Receipt {
  try {
    if (canonicalJson(JSON.parse(payload)) !== payload) throw new Error('it is not canonical');
    return receiptSchema.parse(parseStorable(payload));
  } catch (cause) {
    throw new DomainError('InvalidInput', 'This is no receipt that this version can read.', { cause });
  }
}

function requireCurrent(row: NodeRow, receipt: Receipt, { payload, signature }: ImportReceiptInput): void {
  const refuse = (message: string): never => {
    throw new DomainError('ReceiptRefused', message);
  };
  if (!isSignedBy(row.publicKey, payload, signature)) refuse(`The receipt is not signed by the key of ${row.name}: it was changed, or another machine wrote it.`);
  if (row.revokedAt !== null) refuse(`${row.name} was revoked; what it says does not count any more.`);
  if (row.connectedSince !== null) refuse(`${row.name} is connected and reports by itself.`);
  if (receipt.number <= Number(row.receiptsThrough)) refuse(`Receipt ${receipt.number} of ${row.name} says nothing new: receipt ${row.receiptsThrough} was brought already.`);
  if (receipt.recordsThrough < Number(row.recordsThrough)) refuse(`${row.name} has reported over its link since this receipt was written.`);
  if (receipt.report.observedGeneration < Number(row.observedGeneration)) refuse(`The receipt says generation ${receipt.report.observedGeneration}; ${row.name} has reported ${row.observedGeneration} already.`);
}

function isSignedBy(publicKey: string, payload: string, signature: string): boolean {
  try {
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' });
    return verify(null, Buffer.from(receiptText(payload)), key, Buffer.from(signature, 'base64url'));
  } catch {
    // 43 characters need not be a point on the curve.
    return false;
  }
}
