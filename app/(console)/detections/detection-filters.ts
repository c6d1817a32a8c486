import { createLoader, parseAsString, parseAsStringLiteral } from 'nuqs/server';
import { ranges } from '../../_data/ranges.ts';

export const severities = ['info', 'warning', 'critical'] as const;

/** What the address of the page holds. `stream` shows the detections of one group. */
export const detectionParsers = {
  range: parseAsStringLiteral(ranges).withDefault('24h'),
  severity: parseAsStringLiteral(severities),
  node: parseAsString.withDefault(''),
  fleet: parseAsString.withDefault(''),
  rule: parseAsString.withDefault(''),
  stream: parseAsString.withDefault(''),
};

export const loadDetectionFilters = createLoader(detectionParsers);

export interface DetectionFilters {
  range: (typeof ranges)[number];
  severity: (typeof severities)[number] | null;
  node: string;
  fleet: string;
  rule: string;
  stream: string;
}

export function groupsInputOf(filters: DetectionFilters) {
  return {
    range: filters.range,
    ...(filters.severity ? { severity: filters.severity } : {}),
    ...(filters.node ? { node: filters.node } : {}),
    ...(filters.fleet ? { fleet: filters.fleet } : {}),
    ...(filters.rule ? { rule: filters.rule } : {}),
  };
}

export function detectionsInputOf(filters: DetectionFilters) {
  return { ...groupsInputOf(filters), limit: 50, ...(filters.stream ? { stream: filters.stream } : {}) };
}
