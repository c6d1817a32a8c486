import { artefactsOf, canonicalJson, mergeSettings } from '../protocol/index.ts';
import type { Candidate } from './plan.ts';
import type { VerifiedDesired } from './verify.ts';

/** A proven bundle as the planner needs to know it. */
export function candidateOf(bundle: VerifiedDesired | null | undefined): Candidate | undefined {
  if (bundle === undefined || bundle === null) return undefined;
  const settings = mergeSettings(bundle.manifest.settings, bundle.told.settings);
  return { generation: bundle.generation, bundle: bundle.digest, content: `${bundle.digest}\n${canonicalJson(settings)}\n${canonicalJson(bundle.told.labels ?? {})}`, artefacts: artefactsOf(bundle.manifest).map(({ digest }) => digest) };
}
