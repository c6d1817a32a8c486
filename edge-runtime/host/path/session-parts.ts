import type { Intake } from '../../kernel/intake.ts';
import type { StoreKeys } from '../../store/keys.ts';
import type { ModelPool } from '../../infer/model-pool.ts';
import type { PathBundle, PathDependencies } from './contract.ts';
import type { PathCounters } from './counters.ts';
import type { PathPlan } from './plan.ts';
import type { PredictionDesk } from './prediction-desk.ts';
import type { RuleRunner } from './rule-runner.ts';
import type { SessionSource } from './sources.ts';
import type { StepAssembler } from './step-output.ts';
import type { Tails } from './tails.ts';

/** What a session works within (I6). A full intake pauses the sources; the rest pauses the intake. */
export const sessionLimits = {
  intakeRows: 8_000,
  intakeBytes: 16 * 1_048_576,
  stepRows: 1024,
  predictionsPending: 16_384,
  commitsUnderWay: 4,
} as const;

export interface SessionEnvironment {
  bundle: PathBundle;
  plan: PathPlan;
  pool: ModelPool;
  keys: StoreKeys;
  counters: PathCounters;
  tails: Tails;
  dependencies: PathDependencies;
  onRecord(): void;
}

/** What a session does its steps with, live and in a replay. */
export interface SessionParts {
  readonly sources: SessionSource[];
  readonly runners: ReadonlyMap<string, RuleRunner>;
  readonly assemblers: ReadonlyMap<string, StepAssembler>;
  /** By source and partition, the position of what is taken next. Moved along with what is done. */
  readonly positions: Map<string, Record<string, number>>;
  readonly intake: Intake;
  readonly desk: PredictionDesk;
}
