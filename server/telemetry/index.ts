export type { IntervalFigures, TelemetrySource } from './interval.ts';
export { streamsNow, telemetryNow } from './now.ts';
export { readIntervals, readLatest, requireScope, scopeIds, sumEvents, sumNodes } from './reads.ts';
export { historyOf, rangeMs, startTelemetry, telemetryRetention } from './service.ts';
export type { TelemetryService } from './service.ts';
export type { ModelSpread } from './spreads/model-spread.ts';
export { sumSpreads } from './spreads/reads.ts';
