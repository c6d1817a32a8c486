import { z } from 'zod';
import { signedReceiptSchema } from '../protocol/index.ts';
import type { GatewayBackend } from './backend.ts';
import { failApply, failReceipt } from './failures.ts';
import { nothing, readJson } from './node-operations.ts';
import { type Operation, operation, parseInput } from './operation.ts';

const applySchema = z.object({ file: z.string().min(1).max(4096).describe('A path on the node’s own disk, absolute.') });

/** What a person brings to a node that no link reaches, and takes back from it. */
export function offlineOperations(backend: GatewayBackend): Operation[] {
  return [
    operation({
      id: 'apply', method: 'POST', path: '/v1/apply', open: false, summary: 'Take on the bundle of a file, verified as over the link; `/v1/status` says how it goes on', parameters: nothing, query: nothing, bodyBytesMax: 8192,
      requestBody: { contentType: 'application/json', schema: applySchema },
      responses: { 202: { description: 'It is what the node is to run now.', schema: z.object({ generation: z.number().int(), bundle: z.string() }) } }, errors: ['InvalidInput', 'BundleRefused', 'NoRoom', 'ApplyBusy'],
      handle: async ({ body }) => {
        const reply = await backend.apply(parseInput(applySchema, readJson(body)).file);
        return reply.ok ? { status: 202, body: { generation: reply.generation, bundle: reply.bundle } } : failApply(reply);
      },
    }),
    operation({
      id: 'receipt', method: 'POST', path: '/v1/receipts', open: false, summary: 'A signed statement of what the node runs, to be brought to its control plane', parameters: nothing, query: nothing, bodyBytesMax: 0,
      responses: { 201: { description: 'The next receipt.', schema: signedReceiptSchema } }, errors: ['BundleRefused', 'StoreUnavailable'],
      handle: async () => {
        const reply = await backend.receipt();
        return reply.ok ? { status: 201, body: reply.receipt } : failReceipt(reply);
      },
    }),
  ];
}
