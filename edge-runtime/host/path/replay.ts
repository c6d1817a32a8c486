import type { ModelAnswer } from '../../cep/index.ts';
import type { Operation } from '../../store/step.ts';
import type { LoggedStep } from '../../store/step-store.ts';
import type { RuleRunner } from './rule-runner.ts';
import { advance, replayCuts, ReplayShelf } from './recovery.ts';
import type { SessionParts } from './session-parts.ts';

/**
 * Starts the sources and does again what was logged since the checkpoint. Its output is in the store already and is
 * thrown away; calls whose answers were not logged yet go to the desk. Waits for no more events once `isEnded`.
 */
export async function replaySteps(steps: readonly LoggedStep[], parts: SessionParts, isEnded: () => boolean): Promise<void> {
  const cuts = replayCuts(steps);
  const shelf = new ReplayShelf(parts.intake);
  for (const { source } of parts.sources) await source.start(parts.positions.get(source.id) ?? {}, { cuts: cuts.get(source.id) ?? {} });
  const calls = new Map<string, { runner: RuleRunner; ordinal: number; answer: Promise<ModelAnswer> }>();
  for (const { operations } of steps) {
    for (const operation of operations) await repeat(operation, parts, shelf, calls, isEnded);
    for (const [name, runner] of parts.runners) {
      for (const call of runner.takeCalls()) calls.set(keyOf(name, call.ordinal), { runner, ordinal: call.ordinal, answer: parts.desk.predict(runner, call) });
      parts.assemblers.get(name)?.remember(runner.takeOutputs());
      runner.takeFaults();
    }
  }
  for (const batch of shelf.leftOver()) advance(parts.positions, batch);
  for (const { runner, ordinal, answer } of calls.values()) parts.desk.adopt(runner, ordinal, answer);
}

async function repeat(operation: Operation, parts: SessionParts, shelf: ReplayShelf, calls: Map<string, { answer: Promise<ModelAnswer> }>, isEnded: () => boolean): Promise<void> {
  switch (operation.kind) {
    case 'input': {
      advance(parts.positions, operation);
      const from = parts.sources.find(({ source }) => source.id === operation.source);
      if (from === undefined || operation.to < operation.from) return;
      const batches = await shelf.take(operation.source, operation.partition, operation.to, isEnded);
      for (const batch of batches) parts.runners.get(from.rule)?.input(from.stream, batch.times, batch.rows);
      return;
    }
    case 'tick':
      parts.runners.get(operation.rule)?.tick(operation.time);
      return;
    case 'complete': {
      const key = keyOf(operation.rule, operation.call);
      const call = calls.get(key);
      calls.delete(key);
      if (call === undefined) return;
      parts.runners.get(operation.rule)?.complete(operation.call, operation.error === undefined ? requireAnswer(await call.answer) : { error: operation.error });
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
