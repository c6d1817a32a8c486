import { judge, nextLookAt, stopsBelow } from '../gates/index.ts';
import type { Look, Verdict } from '../gates/index.ts';
import type { NewDecision, RolloutSnapshot, RolloutWave } from './snapshot.ts';

/** What gates have to say about a wave that bakes. */
export interface GateFinding {
  outcome: 'goesOn' | 'waits' | 'undecided' | 'stops';
  looks: Look[];
  wakeAt: number | null;
  /** Why, when it stops or could not be judged. */
  message: string;
  evidence: NewDecision['evidence'];
}

/** Whether the wave under way is to be looked at now, so that what it is judged by has to be read before the step. */
export function isLookDue(snapshot: RolloutSnapshot, now: number): boolean {
  const wave = snapshot.waves[snapshot.wave];
  if (wave === undefined || snapshot.state !== 'Progressing') return false;
  const at = nextLook(snapshot, wave);
  return at !== null && now >= at;
}

function nextLook({ policy }: RolloutSnapshot, wave: RolloutWave): number | null {
  if (policy.gates.length === 0 || wave.gate !== 'Judging' || wave.bakingSince === null) return null;
  return nextLookAt(wave.bakingSince, policy.bakeSeconds * 1000, wave.lookedAt);
}

/** Takes the look that is due, and notes on the wave that it did. A wave whose gates a person lifted goes on. */
export function lookAt(snapshot: RolloutSnapshot, wave: RolloutWave, now: number): GateFinding {
  const nothing = { looks: [], wakeAt: null, message: '', evidence: {} };
  if (wave.gate === 'Stopped' || wave.gate === 'Undecided') {
    return { ...nothing, outcome: wave.gate === 'Stopped' ? 'stops' : 'undecided', message: 'a person has not lifted what the gates found.' };
  }
  const due = nextLook(snapshot, wave);
  if (due === null) return { ...nothing, outcome: 'goesOn' };
  if (now < due) return { ...nothing, outcome: 'goesOn', wakeAt: due };
  const { evidence, policy } = snapshot;
  if (evidence === null) return { ...nothing, outcome: 'waits', wakeAt: now };
  wave.looks += 1;
  wave.lookedAt = now;
  const alpha = stopsBelow(policy.falseStopPercent, policy.gates, wave.index, wave.looks);
  const verdicts = policy.gates.map((gate) => judge(gate, evidence, alpha));
  const found = { ...nothing, looks: [{ wave: wave.index, look: wave.looks, at: now, verdicts }] };
  const stopped = verdicts.find((verdict) => verdict.outcome === 'Stopped');
  if (stopped !== undefined) {
    wave.gate = 'Stopped';
    return { ...found, outcome: 'stops', message: stopped.message, evidence: figuresOf(stopped) };
  }
  const wakeAt = nextLook(snapshot, wave);
  if (wakeAt !== null) return { ...found, outcome: 'goesOn', wakeAt };
  const undecided = verdicts.find((verdict) => verdict.outcome === 'NotEnough');
  if (undecided === undefined || policy.whenUndecided === 'pass') return { ...found, outcome: 'goesOn' };
  wave.gate = 'Undecided';
  return { ...found, outcome: 'undecided', message: undecided.message, evidence: figuresOf(undecided) };
}

function figuresOf({ gate, value, p, alpha, nodes, controls }: Verdict): NewDecision['evidence'] {
  return { metric: gate.metric, compare: gate.compare, bound: gate.bound, value, p, alpha, nodes, controls };
}
