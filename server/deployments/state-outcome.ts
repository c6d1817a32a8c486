import type { RuleAnalysis } from '../rules/schema.ts';
import type { Plan } from './schema.ts';

/** A rule in one of its versions, and what it remembers between events. */
export interface RuleState {
  name: string;
  version: number;
  digest: string;
  /** Changes when a snapshot of one can no longer be restored into the other; null when the text cannot be compiled. */
  shape: string | null;
  state: RuleAnalysis['state'];
}

/**
 * What nodes forget by moving from one set of rules to another, and what they keep. The engine restores a rule's snapshot as a
 * whole, when its shape is the same; so state is lost with the rule, or with any change of its shape, even elsewhere in the text.
 */
export function stateOutcome(from: readonly RuleState[], to: readonly RuleState[]): Pick<Plan, 'stateLost' | 'stateKept'> {
  const outcome: Pick<Plan, 'stateLost' | 'stateKept'> = { stateLost: [], stateKept: [] };
  for (const before of from) {
    const after = to.find((rule) => rule.name === before.name);
    const keepsAll = after !== undefined && (after.digest === before.digest || (after.shape !== null && after.shape === before.shape));
    for (const { id, query, what } of before.state) {
      if (keepsAll) outcome.stateKept.push({ rule: before.name, what, query });
      else outcome.stateLost.push({ rule: before.name, what, query, because: reasonFor(id, before, after) });
    }
  }
  return outcome;
}

function reasonFor(id: string, before: RuleState, after: RuleState | undefined): string {
  if (after === undefined) return 'the rule is removed';
  if (after.state.every((view) => view.id !== id)) return `version ${after.version} does not have this query as version ${before.version} has it`;
  return `version ${after.version} changes streams or queries of the rule, and its memory is kept or lost as a whole`;
}
