import { thenInput, thenParser } from '../../_data/then.ts';
import { createLoader, parseAsArrayOf, parseAsBoolean, parseAsString, parseAsStringLiteral } from 'nuqs/server';

export const healthStates = ['Healthy', 'Degraded', 'Offline', 'NeverSeen'] as const;
export const syncStates = ['Synced', 'OutOfSync', 'Applying', 'Drifted', 'Failed', 'Unknown'] as const;
export const nodeSorts = ['name', '-name', 'lastSeenAt', '-lastSeenAt', 'health', 'sync'] as const;

/** What the address of the list holds. */
export const nodeFilterParsers = {
  query: parseAsString.withDefault(''),
  health: parseAsArrayOf(parseAsStringLiteral(healthStates)).withDefault([]),
  sync: parseAsArrayOf(parseAsStringLiteral(syncStates)).withDefault([]),
  quarantined: parseAsBoolean.withDefault(false),
  fleet: parseAsString.withDefault(''),
  label: parseAsString.withDefault(''),
  sort: parseAsStringLiteral(nodeSorts).withDefault('name'),
  ...thenParser,
};

export const loadNodeFilters = createLoader(nodeFilterParsers);

export interface NodeFilters {
  query: string;
  health: (typeof healthStates)[number][];
  sync: (typeof syncStates)[number][];
  quarantined: boolean;
  fleet: string;
  label: string;
  sort: (typeof nodeSorts)[number];
  at: Date | null;
}

const pageSize = 50;

/** The same as the question to the control plane: what is not filtered by is not named. */
export function listInputOf(filters: NodeFilters) {
  return {
    limit: pageSize,
    sort: filters.sort,
    ...thenInput(filters.at),
    ...(filters.query ? { query: filters.query } : {}),
    ...(filters.health.length > 0 ? { health: filters.health } : {}),
    ...(filters.sync.length > 0 ? { sync: filters.sync } : {}),
    ...(filters.quarantined ? { quarantined: true } : {}),
    ...(filters.fleet ? { fleet: filters.fleet } : {}),
    ...(filters.label ? { label: filters.label } : {}),
  };
}
