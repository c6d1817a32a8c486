/** Spans of time that end now, by the names that stand in addresses and questions. */
export const ranges = ['15m', '1h', '6h', '24h', '7d'] as const;
export type Range = (typeof ranges)[number];

const minute = 60_000;
export const rangeMs: Readonly<Record<Range, number>> = { '15m': 15 * minute, '1h': 60 * minute, '6h': 360 * minute, '24h': 1440 * minute, '7d': 10_080 * minute };

/** As a person says it. */
export const rangeWords: Readonly<Record<Range, string>> = { '15m': '15 minutes', '1h': 'hour', '6h': '6 hours', '24h': '24 hours', '7d': '7 days' };
