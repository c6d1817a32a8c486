import { createLoader, parseAsString, parseAsStringLiteral } from 'nuqs/server';

export const outcomes = ['done', 'refused'] as const;

/** What the address of the list holds; `entry` is the sequence number of the one that is open. */
export const auditFilterParsers = {
  object: parseAsString.withDefault(''),
  actor: parseAsString.withDefault(''),
  action: parseAsString.withDefault(''),
  outcome: parseAsStringLiteral(outcomes),
};

export const loadAuditFilters = createLoader(auditFilterParsers);

export interface AuditFilters {
  object: string;
  actor: string;
  action: string;
  outcome: (typeof outcomes)[number] | null;
}

const pageSize = 50;

/** The same as the question to the control plane: what is not filtered by is not named. */
export function listInputOf({ object, actor, action, outcome }: AuditFilters) {
  return {
    limit: pageSize,
    ...(object ? { object } : {}),
    ...(actor ? { actor } : {}),
    ...(action ? { action } : {}),
    ...(outcome ? { outcome } : {}),
  };
}

export function isFiltered(filters: AuditFilters): boolean {
  return filters.object !== '' || filters.actor !== '' || filters.action !== '' || filters.outcome !== null;
}
