import { createLoader, parseAsArrayOf, parseAsString, parseAsStringLiteral } from 'nuqs/server';
import { rolloutStateSchema } from '../../../server/deployments/schema.ts';

/** What the list's address holds; the same on the server for the first paint and in the browser. */
export const deploymentFilters = { state: parseAsArrayOf(parseAsStringLiteral(rolloutStateSchema.options)), fleet: parseAsString };

export const loadDeploymentFilters = createLoader(deploymentFilters);

export function listInput({ state, fleet }: { state: (typeof rolloutStateSchema.options)[number][] | null; fleet: string | null }) {
  return { ...(state === null || state.length === 0 ? {} : { state }), ...(fleet === null ? {} : { fleet }), limit: 50 };
}
