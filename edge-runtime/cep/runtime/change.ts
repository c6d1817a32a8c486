import type { RuleChanged } from '../engine-api.ts';
import type { Stateful } from '../operators/stage.ts';
import type { AppIndex } from '../plan/app-index.ts';
import { statesOfParts } from '../plan/describe-state.ts';
import type { ChangePlan } from '../plan/plan-change.ts';
import type { Assembly } from './assembly.ts';
import { BinaryWriter } from './binary.ts';
import type { EventTime } from './event-time.ts';
import type { SavedState } from './snapshot.ts';
import { namesOf } from './state-names.ts';
import { fill } from './take-over.ts';

/** Does a change that was checked: takes parts out, puts others in, and gives those the state of what they were before. */
export function carryOut({ removed, streamsGone, added, stageOf }: ChangePlan, app: AppIndex, made: Assembly, gate: EventTime | undefined): RuleChanged {
  const parts = [...removed.partitions, ...removed.queries.filter((one) => one.partition === undefined), ...removed.tables, ...removed.aggregations, ...removed.windows, ...removed.triggers];
  const states = new Map(parts.flatMap((one) => [...made.stateOf(one)]));
  const offered = states.size === 0 ? [] : saved(states, removed, app);
  for (const one of parts) made.remove(one);
  for (const one of streamsGone) made.removeStream(one);
  app.remove(removed, streamsGone);
  app.add(added);
  made.add(added, () => app.plan(), stageOf);
  const lost = offered.length === 0 ? [] : fill(offered, statesOfParts(added, app), made.kept, made.refills);
  gate?.change(app.rest.eventTimes);
  // One that is defined as it was has rung.
  made.ringStarts(new Set(removed.triggers.filter((one) => one.at === 'start').map((one) => one.name)));
  return { added: added.queries.filter((one) => !added.aggregations.some(({ name }) => name === one.output.target)).map((one) => one.name), lost };
}

function saved(states: ReadonlyMap<string, Stateful>, removed: ChangePlan['removed'], app: AppIndex): SavedState[] {
  const names = namesOf(statesOfParts(removed, app));
  return [...states].map(([kept, state]) => {
    const writer = new BinaryWriter();
    state.save(writer);
    return { kept, ...names(kept, state), bytes: writer.finish(), slices: undefined, changes: [] };
  });
}
