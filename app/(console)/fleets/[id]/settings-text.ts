import type { Fleet } from '../../../../server/fleets/schema.ts';

type Settings = Fleet['settings'];

/** A fleet's settings as they stand in the form: text that may not be right yet. */
export interface SettingsText {
  connectors: string;
  retentionSeconds: string;
  storeMegabytes: string;
  telemetryIntervalMs: string;
  checkpointIntervalMs: string;
  /** Empty is what an agent takes when nothing is said. */
  telemetryKilobytes: string;
}

export type ReadSettings = { ok: true; settings: Settings } | { ok: false; errors: Partial<Record<keyof SettingsText, string>> };

const megabyte = 1_048_576;
const kilobyte = 1024;
const limits = {
  retentionSeconds: { min: 1, max: 31_536_000 },
  storeMegabytes: { min: 1, max: 953_674 },
  telemetryIntervalMs: { min: 250, max: 600_000 },
  checkpointIntervalMs: { min: 50, max: 600_000 },
  telemetryKilobytes: { min: 64, max: 976_562 },
} as const;

export function writeSettings(settings: Settings): SettingsText {
  return {
    connectors: Object.entries(settings.connectors)
      .flatMap(([type, options]) => Object.entries(options).map(([option, value]) => `${type}.${option}=${value}`))
      .sort()
      .join('\n'),
    retentionSeconds: String(settings.store.retentionSeconds),
    storeMegabytes: String(Math.round(settings.store.maxBytes / megabyte)),
    telemetryIntervalMs: String(settings.telemetryIntervalMs),
    checkpointIntervalMs: String(settings.checkpointIntervalMs),
    telemetryKilobytes: settings.telemetryBytesPerMinute === undefined ? '' : String(Math.round(settings.telemetryBytesPerMinute / kilobyte)),
  };
}

/** Reads the form; every field that is wrong is named with what it should be. */
export function readSettings(text: SettingsText): ReadSettings {
  const errors: Partial<Record<keyof SettingsText, string>> = {};
  const number = (key: keyof typeof limits): number => {
    const { min, max } = limits[key];
    const value = Number(text[key].trim());
    if (text[key].trim() === '' || !Number.isInteger(value) || value < min || value > max) errors[key] = `A whole number from ${min.toLocaleString('en')} to ${max.toLocaleString('en')}.`;
    return value;
  };
  const connectors: Settings['connectors'] = {};
  for (const line of text.connectors.split('\n').map((each) => each.trim()).filter(Boolean)) {
    const match = /^([A-Za-z0-9_-]{1,64})\.([A-Za-z0-9._-]{1,64})\s*=\s*(.{1,2048})$/.exec(line);
    if (!match?.[1] || !match[2] || match[3] === undefined) {
      errors.connectors = `“${line}”: write type.option=value.`;
      continue;
    }
    connectors[match[1]] = { ...connectors[match[1]], [match[2]]: match[3] };
  }
  const settings: Settings = {
    connectors,
    store: { retentionSeconds: number('retentionSeconds'), maxBytes: number('storeMegabytes') * megabyte },
    telemetryIntervalMs: number('telemetryIntervalMs'),
    checkpointIntervalMs: number('checkpointIntervalMs'),
    ...(text.telemetryKilobytes.trim() === '' ? {} : { telemetryBytesPerMinute: number('telemetryKilobytes') * kilobyte }),
  };
  return Object.keys(errors).length > 0 ? { ok: false, errors } : { ok: true, settings };
}
