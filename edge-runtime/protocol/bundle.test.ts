import { describe, expect, test } from 'vitest';
import { assignmentSchema, mergeSettings, settingsSchema } from './bundle.ts';

const assignment = { schema: 'selvedge.assignment/1', organization: 'acme', node: 'n1', generation: 1, bundle: `sha256:${'a'.repeat(64)}`, issuedAt: 1 };

describe('settings', () => {
  test('an assignment that overrides one setting says nothing about the others', () => {
    const parsed = assignmentSchema.parse({ ...assignment, settings: { checkpointIntervalMs: 100 } });
    expect(parsed.settings).toEqual({ checkpointIntervalMs: 100 });
  });

  test('overrides win option by option and leave what the fleet has set', () => {
    const fleet = settingsSchema.parse({ connectors: { kafka: { brokers: 'a:9092', clientId: 'line' } }, store: { retentionSeconds: 60 }, telemetryIntervalMs: 500 });
    const merged = mergeSettings(fleet, { connectors: { kafka: { brokers: 'b:9092' }, mqtt: { url: 'mqtt://c' } }, store: { maxBytes: 2_000_000 } });
    expect(merged).toEqual({
      connectors: { kafka: { brokers: 'b:9092', clientId: 'line' }, mqtt: { url: 'mqtt://c' } },
      store: { retentionSeconds: 60, maxBytes: 2_000_000 },
      telemetryIntervalMs: 500,
      checkpointIntervalMs: 1000,
    });
  });
});
