import { expect, it } from 'vitest';
import { gateBound, gateName, gateValue } from './gate-words.ts';

it('tells values and bounds of gates in their units', () => {
  const latency = { metric: 'latencyP95Ms', compare: 'atMostTimesControl', bound: 1.5 } as const;
  const errors = { metric: 'errorsPercent', compare: 'atMost', bound: 5 } as const;
  expect([gateName(latency), gateValue(latency, 1.04), gateBound(latency)]).toEqual(['Latency, p95', '1.04 ×', 'at most 1.5 ×']);
  expect([gateValue(errors, 0), gateBound(errors)]).toEqual(['0 %', 'at most 5 %']);
  expect(gateBound({ metric: 'eventsPerHour', compare: 'atLeast', bound: 2000 })).toBe('at least 2000');
  expect(gateValue(latency, 1)).toBe('1.00 ×');
  expect(gateValue(errors, null)).toBe('–');
});
