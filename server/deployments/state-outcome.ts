import type { RuleAnalysis } from '../rules/schema.ts';
import type { Plan } from './schema.ts';

/** A rule in one of its versions, and what it remembers between events. */
export interface RuleState {
  name: string;
  version: number;
  digest: string;
  /** Whether the text can run with the models as they are; one that cannot takes nothing over. */
  runs: boolean;
  state: RuleAnalysis['state'];
}

/**
 * What nodes forget by moving from one set of rules to another, and what they keep. A rule's new version takes over what is
 * defined as it was and fed by the same queries; the engine finds it by the same ids that are compared here.
 */
export function stateOutcome(from: readonly RuleState[], to: readonly RuleState[]): Pick<Plan, 'stateLost' | 'stateKept'> {
  const outcome: Pick<Plan, 'stateLost' | 'stateKept'> = { stateLost: [], stateKept: [] };
  for (const before of from) {
    const after = to.find((rule) => rule.name === before.name);
    const offered = after === undefined || !after.runs ? [] : after.state.map((view) => view.id);
    for (const { id, query, what } of before.state) {
      // Two that are the same are taken over one by one.
      const at = offered.indexOf(id);
      if (at >= 0) {
        offered.splice(at, 1);
        outcome.stateKept.push({ rule: before.name, what, query });
      } else outcome.stateLost.push({ rule: before.name, what, query, because: reasonFor(what, before, after) });
    }
  }
  return outcome;
}

function reasonFor(what: string, before: RuleState, after: RuleState | undefined): string {
  if (after === undefined) return 'the rule is removed';
  if (!after.runs) return `version ${after.version} cannot run with the models as they are`;
  if (after.state.some((view) => view.what === what)) return `version ${after.version} defines it otherwise than version ${before.version}, or feeds it otherwise`;
  return `version ${after.version} has no ${what}`;
}
