import type { Digest } from '../protocol/index.ts';

/** A bundle the node could run, as the planner needs to know it. */
export interface Candidate {
  readonly generation: number;
  readonly bundle: Digest;
  /** Equal when two generations run the same thing in the same way: bundle and merged settings. */
  readonly content: string;
  readonly artefacts: readonly Digest[];
}

/** Everything an activation depends on. */
export interface ActivationFacts {
  /** What the event path runs now. */
  readonly running: Candidate | undefined;
  /** What the disk says must run: survives a crash. */
  readonly current: Candidate | undefined;
  /** The newest proven desired state, if it is newer than `current`. */
  readonly desired: Candidate | undefined;
  readonly present: ReadonlySet<Digest>;
  /** The generation that is built and waits to take over. */
  readonly builtGeneration: number | undefined;
  /** Generations that could not be built or started; they are not tried again by themselves. */
  readonly failedGenerations: ReadonlySet<number>;
  /** A person at the site said: no changes now. */
  readonly held: boolean;
  /** Whether the windows of what is desired, where it has any, let it be fetched and be switched to now. */
  readonly mayFetch: boolean;
  readonly mayActivate: boolean;
  /** The generation that was fetched, proven and built once, and waits for its window. */
  readonly stagedGeneration: number | undefined;
}

/** One thing to do. The executor of each is in `executors.ts`; `build` and `start` of `current` bring a node up after a start. */
export type Step =
  | { readonly type: 'fetch'; readonly generation: number; readonly digest: Digest }
  | { readonly type: 'build'; readonly generation: number }
  | { readonly type: 'stage'; readonly generation: number }
  | { readonly type: 'start'; readonly generation: number }
  | { readonly type: 'switch'; readonly generation: number }
  | { readonly type: 'adopt'; readonly generation: number };

/**
 * What is left to do, in order; empty when the node has converged or may not change. Pure: the same facts give the same steps.
 *
 * What the disk names comes up first, so that a node that starts works before it changes. Only then is a newer desired
 * state prepared, beside what runs, and `switch` is the one step that touches what runs. Outside of its window it is staged:
 * built once to see that it can be, and not kept in memory.
 */
export function plan(facts: ActivationFacts): readonly Step[] {
  const { current, running, desired } = facts;
  const change = towards(desired, facts);
  if (current === undefined || running?.generation === current.generation || facts.failedGenerations.has(current.generation)) return change;
  // A damaged artefact of what should run is not worth fetching when something newer is to replace it anyway.
  const isReplaced = change.some(({ type }) => type === 'switch');
  return missing(current, facts).length > 0 && isReplaced ? change : bringUp(current, facts);
}

function bringUp(current: Candidate, facts: ActivationFacts): readonly Step[] {
  const { generation } = current;
  return [...fetches(current, facts), ...(facts.builtGeneration === generation ? [] : [{ type: 'build', generation } as const]), { type: 'start', generation }];
}

function towards(desired: Candidate | undefined, facts: ActivationFacts): readonly Step[] {
  if (desired === undefined || facts.held || facts.failedGenerations.has(desired.generation)) return [];
  const { generation } = desired;
  if (facts.running !== undefined && facts.running.content === desired.content) return [{ type: 'adopt', generation }];
  const lacking = fetches(desired, facts);
  if (lacking.length > 0 && !facts.mayFetch) return [];
  if (!facts.mayActivate) return facts.stagedGeneration === generation && lacking.length === 0 ? [] : [...lacking, { type: 'stage', generation }];
  return [...lacking, ...(facts.builtGeneration === generation ? [] : [{ type: 'build', generation } as const]), { type: 'switch', generation }];
}

function fetches(candidate: Candidate, facts: ActivationFacts): readonly Step[] {
  return missing(candidate, facts).map((digest) => ({ type: 'fetch', generation: candidate.generation, digest }));
}

function missing(candidate: Candidate, facts: ActivationFacts): readonly Digest[] {
  return candidate.artefacts.filter((digest) => !facts.present.has(digest));
}
