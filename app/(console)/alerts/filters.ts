import { createLoader, parseAsArrayOf, parseAsString, parseAsStringLiteral } from 'nuqs/server';
import { alertStateSchema, severitySchema } from '../../../server/alerts/schema.ts';

/** What the list's address holds; the same on the server for the first paint and in the browser. */
export const alertFilters = { state: parseAsArrayOf(parseAsStringLiteral(alertStateSchema.options)).withDefault(['Open', 'Acknowledged']), severity: parseAsStringLiteral(severitySchema.options), alert: parseAsString };

export const loadAlertFilters = createLoader(alertFilters);

export function listInput({ state, severity }: { state: (typeof alertStateSchema.options)[number][]; severity: (typeof severitySchema.options)[number] | null }) {
  return { ...(state.length > 0 && { state }), ...(severity !== null && { severity: [severity] }), limit: 50 };
}
