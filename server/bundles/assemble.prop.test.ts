import { settingsSchema } from '@selvedge/edge-runtime/protocol';
import type { ModelSignature } from '@selvedge/edge-runtime/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assembleBundle, digestOf } from './assemble.ts';

const settings = settingsSchema.parse({});
const signature: ModelSignature = { inputs: [{ name: 'x', type: 'float32', shape: [-1] }], outputs: [{ name: 'y', type: 'float32', shape: [-1] }] };
const name = fc.stringMatching(/^[a-z0-9]{1,8}$/);
const version = fc.integer({ min: 1, max: 99 });
const rules = fc.uniqueArray(fc.record({ name, version, digest: fc.string().map(digestOf), bytes: fc.integer({ min: 1, max: 1e6 }) }), { selector: (rule) => rule.name, maxLength: 12 });
const models = fc
  .uniqueArray(fc.record({ model: name, version, digest: fc.string().map(digestOf), bytes: fc.integer({ min: 1, max: 1e6 }) }), { selector: (model) => `${model.model}@${model.version}`, maxLength: 6 })
  .map((list) => list.map((model) => ({ ...model, signature, reference: `${model.model}@${model.version}` })));

test('the same parts in any order are the same bundle', () => {
  fc.assert(
    fc.property(rules, models, fc.infiniteStream(fc.nat()), (ruleParts, modelParts, order) => {
      const shuffled = <Item>(items: readonly Item[]): Item[] => items.map((item) => ({ item, key: order.next().value ?? 0 })).sort((a, b) => a.key - b.key).map(({ item }) => item);
      const one = assembleBundle('acme', ruleParts, modelParts, settings);
      const other = assembleBundle('acme', shuffled(ruleParts), shuffled(modelParts), settings);
      expect(other.text).toBe(one.text);
      expect(one.digest).toBe(digestOf(one.text));
    }),
  );
});

test('another version of any rule is another bundle', () => {
  fc.assert(
    fc.property(rules.filter((list) => list.length > 0), fc.nat(), (parts, pick) => {
      const changed = parts.map((rule, index) => (index === pick % parts.length ? { ...rule, version: rule.version + 1 } : rule));
      expect(assembleBundle('acme', changed, [], settings).digest).not.toBe(assembleBundle('acme', parts, [], settings).digest);
    }),
  );
});

test('two aliases of one version are one model and two references', () => {
  const model = { model: 'pump', version: 4, digest: digestOf('m'), bytes: 9, signature };
  const { manifest } = assembleBundle('acme', [], [{ ...model, reference: 'pump@champion' }, { ...model, reference: 'pump@4' }], settings);
  expect(manifest.models).toHaveLength(1);
  expect(manifest.references).toEqual({ 'pump@4': { model: 'pump', version: 4 }, 'pump@champion': { model: 'pump', version: 4 } });
});

test('a rule cannot be in a bundle twice', () => {
  const rule = { name: 'a', digest: digestOf('a'), bytes: 1 };
  expect(() => assembleBundle('acme', [{ ...rule, version: 1 }, { ...rule, version: 2 }], [], settings)).toThrow(/twice/);
});
