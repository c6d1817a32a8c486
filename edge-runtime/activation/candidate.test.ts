import { expect, test } from 'vitest';
import { assignmentSchema, bundleManifestSchema, settingsSchema } from '../protocol/index.ts';
import { candidateOf } from './candidate.ts';
import type { VerifiedDesired } from './verify.ts';

const digest = `sha256:${'a'.repeat(64)}` as const;
const manifest = bundleManifestSchema.parse({ schema: 'selvedge.bundle/1', organization: 'o', rules: [], models: [], references: {}, settings: settingsSchema.parse({}), labels: ['site'] });
const envelope = { payload: '{}', signatures: [] };

function desired(generation: number, labels: Record<string, string>): VerifiedDesired {
  const told = assignmentSchema.parse({ schema: 'selvedge.assignment/1', organization: 'o', node: 'n', generation, bundle: digest, labels, issuedAt: 0 });
  return { assignment: envelope, bundle: envelope, generation, digest, told, manifest };
}

test('the same bundle under another label is something else to run; a further generation of the same is not', () => {
  const contentOf = (generation: number, labels: Record<string, string>) => candidateOf(desired(generation, labels))?.content;
  expect(contentOf(2, { site: 'north' })).toBe(contentOf(1, { site: 'north' }));
  expect(contentOf(2, { site: 'south' })).not.toBe(contentOf(1, { site: 'north' }));
});
