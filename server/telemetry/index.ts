export type { IntervalFigures, TelemetrySource } from './interval.ts';
export { readIntervals, readLatest, sumEvents, sumNodes } from './reads.ts';
export { historyOf, rangeMs, startTelemetry, telemetryPart, telemetryRetention } from './service.ts';
export type { TelemetryService } from './service.ts';
