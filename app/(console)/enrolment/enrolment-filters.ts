import { createLoader, parseAsStringLiteral } from 'nuqs/server';

export const requestStates = ['Pending', 'Approved', 'Denied'] as const;

export const enrolmentParsers = {
  state: parseAsStringLiteral(requestStates).withDefault('Pending'),
  tab: parseAsStringLiteral(['requests', 'tokens'] as const).withDefault('requests'),
};

export const loadEnrolmentFilters = createLoader(enrolmentParsers);
