import { generateKeyPairSync, sign } from 'node:crypto';
import { canonicalJson, receiptText } from '@selvedge/edge-runtime/protocol';
import { expect, test } from 'vitest';
import { ReceiptWitness } from './receipt-witness.ts';
import type { ExportedEntry } from './verify-export.ts';

const bundle = `sha256:${'b'.repeat(64)}`;
const keys = Array.from({ length: 2 }, () => generateKeyPairSync('ed25519'));
const publicKeys = keys.map(({ publicKey }) => publicKey.export({ format: 'jwk' }).x ?? '');

function entry(sequence: number, action: string, object: ExportedEntry['object'], after: ExportedEntry['after']): ExportedEntry {
  return { organizationId: 'o', sequence, at: 0, actor: { kind: 'user', id: 'u', name: 'Ada' }, action, object, outcome: 'done', reason: null, before: null, after, requestId: 'r', previousHash: '', hash: '' };
}

function receipt(change: object = {}, by = 0): string {
  const report = { type: 'report', observedGeneration: 2, bundle, sync: 'Synced', reason: 'Running', message: 'It runs.', conditions: [], rules: [], models: [] };
  const payload = canonicalJson({ schema: 'selvedge.receipt/1', organization: 'o', node: 'n', number: 1, at: 0, agentVersion: '0.3.0', recordsThrough: 0, report, ...change });
  const key = keys[by]?.privateKey;
  if (key === undefined) throw new Error('there is no such key');
  return JSON.stringify({ payload, signature: sign(null, Buffer.from(receiptText(payload)), key).toString('base64url') });
}

function witness(...entries: ExportedEntry[]): ReceiptWitness {
  const made = new ReceiptWitness();
  for (const one of entries) made.see(one);
  return made;
}

const node = { kind: 'node', id: 'n', name: 'press-7' };
const admitted = entry(1, 'enrollment.admit', node, { publicKey: publicKeys[0] ?? '' });
const deployed = entry(2, 'deployment.create', { kind: 'deployment', id: 'd', name: 'presses' }, { bundle });

test('a receipt agrees when its node came here with the key that signed it, and its bundle was deployed here', () => {
  expect(witness(admitted, deployed).check(receipt())).toEqual({ agrees: true, text: `Receipt 1 of press-7 agrees: generation 2, the bundle ${bundle} of entry 2, Synced.` });
});

test('a node that a person let in, and one that took another key since, are known by theirs', () => {
  const approved = entry(1, 'enrollment.approve', { kind: 'enrollmentRequest', id: 'q', name: 'press-7' }, { node: 'n', publicKey: publicKeys[0] ?? '' });
  expect(witness(approved, deployed).check(receipt()).agrees).toBe(true);
  expect(witness(approved, deployed, entry(3, 'node.takeKey', node, { publicKey: publicKeys[1] ?? '' })).check(receipt({}, 1)).agrees).toBe(true);
});

test.each([
  ['signed by another key', [admitted, deployed], receipt({}, 1), 'none of the keys that the node had signed it'],
  ['of a node that nobody let in', [deployed], receipt(), 'no entry says by which key it came here'],
  ['of a bundle that nobody deployed', [admitted], receipt(), 'nobody deployed the bundle'],
  ['of another organization', [admitted, deployed], receipt({ organization: 'x' }), 'it is of another organization'],
  ['that is none', [admitted, deployed], '{}', 'This is no receipt.'],
])('a receipt %s does not agree', (_, entries, text, because) => {
  expect(witness(...entries).check(text)).toEqual({ agrees: false, text: expect.stringContaining(because) });
});

test('what was refused gives nobody a key', () => {
  expect(witness({ ...admitted, outcome: 'refused' }, deployed).check(receipt()).agrees).toBe(false);
});
