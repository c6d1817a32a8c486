import { expect, it } from 'vitest';
import { readSettings, writeSettings } from './settings-text.ts';

const settings = { connectors: { kafka: { brokers: 'a:9092,b:9092', 'sasl.password': '${secret:KAFKA}' }, webhook: { url: 'http://10.0.0.1/stop?now=1' } }, store: { retentionSeconds: 3600, maxBytes: 268_435_456 }, telemetryIntervalMs: 2000, checkpointIntervalMs: 1000 };

it('reads what it writes', () => {
  for (const each of [settings, { ...settings, telemetryBytesPerMinute: 131_072 }]) expect(readSettings(writeSettings(each))).toEqual({ ok: true, settings: each });
});

it('names every field that is wrong', () => {
  const read = readSettings({ ...writeSettings(settings), connectors: 'kafka brokers', retentionSeconds: '', telemetryIntervalMs: '1' });
  expect(read).toEqual({ ok: false, errors: { connectors: '“kafka brokers”: write type.option=value.', retentionSeconds: 'A whole number from 1 to 31,536,000.', telemetryIntervalMs: 'A whole number from 250 to 600,000.' } });
});
