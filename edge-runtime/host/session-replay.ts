import type { ModelAnswer } from '../cep/index.ts';
import type { Intake } from '../kernel/intake.ts';
import type { Operation } from '../store/step.ts';
import type { LoggedStep } from '../store/step-store.ts';
import type { SessionSource } from './path-sources.ts';
import type { PredictionDesk } from './prediction-desk.ts';
import type { RuleRunner } from './rule-runner.ts';
import { advance, replayCuts, ReplayShelf } from './session-recovery.ts';
import type { StepAssembler } from './step-output.ts';

export interface ReplayStage {
  sources: readonly SessionSource[];
  runners: ReadonlyMap<string, RuleRunner>;
  assemblers: ReadonlyMap<string, StepAssembler>;
  /** Moved along with what is done again. */
  positions: Map<string, Record<string, number>>;
  intake: Intake;
  desk: PredictionDesk;
  /** The session failed meanwhile: nothing more will come. */
  isEnded(): boolean;
}

/**
 * Starts the sources and does again what was logged since the checkpoint. Its output is in the store already and is
 * thrown away; calls whose answers were not logged yet go to the desk.
 */
export async function replaySteps(steps: readonly LoggedStep[], stage: ReplayStage): Promise<void> {
  const cuts = replayCuts(steps);
  const shelf = new ReplayShelf(stage.intake);
  for (const { source } of stage.sources) await source.start(stage.positions.get(source.id) ?? {}, { cuts: cuts.get(source.id) ?? {} });
  const calls = new Map<string, { runner: RuleRunner; ordinal: number; answer: Promise<ModelAnswer> }>();
  for (const { operations } of steps) {
    for (const operation of operations) await repeat(operation, stage, shelf, calls);
    for (const [name, runner] of stage.runners) {
      for (const call of runner.takeCalls()) calls.set(keyOf(name, call.ordinal), { runner, ordinal: call.ordinal, answer: stage.desk.predict(runner, call) });
      stage.assemblers.get(name)?.remember(runner.takeOutputs());
      runner.takeFaults();
    }
  }
  for (const batch of shelf.leftOver()) advance(stage.positions, batch);
  for (const { runner, ordinal, answer } of calls.values()) stage.desk.adopt(runner, ordinal, answer);
}

async function repeat(operation: Operation, stage: ReplayStage, shelf: ReplayShelf, calls: Map<string, { answer: Promise<ModelAnswer> }>): Promise<void> {
  switch (operation.kind) {
    case 'input': {
      advance(stage.positions, operation);
      const from = stage.sources.find(({ source }) => source.id === operation.source);
      if (from === undefined || operation.to < operation.from) return;
      const batches = await shelf.take(operation.source, operation.partition, operation.to, stage.isEnded);
      for (const batch of batches) stage.runners.get(from.rule)?.input(from.stream, batch.times, batch.rows);
      return;
    }
    case 'tick':
      stage.runners.get(operation.rule)?.tick(operation.time);
      return;
    case 'complete': {
      const key = keyOf(operation.rule, operation.call);
      const call = calls.get(key);
      calls.delete(key);
      if (call === undefined) return;
      stage.runners.get(operation.rule)?.complete(operation.call, operation.error === undefined ? requireAnswer(await call.answer) : { error: operation.error });
    }
  }
}

function keyOf(rule: string, ordinal: number): string {
  return `${rule} ${ordinal}`;
}

function requireAnswer(answer: ModelAnswer): ModelAnswer {
  if ('error' in answer) throw new Error(`a prediction that was made before failed now: ${answer.error}`);
  return answer;
}
