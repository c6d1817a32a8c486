import { z } from 'zod';
import { nodeRolloutStateSchema } from '../deployments/schema.ts';
import type { NodeRolloutState } from '../deployments/schema.ts';
import type { RolloutNode } from './rollout-node.ts';

/** What a node was last told by the rollout: nothing, what it brings, or to go back. */
export type Told = 'nothing' | 'bundle' | 'previous';

/** What tells nodes apart as long as nothing is heard of them. */
export interface Standing {
  wave: number;
  state: NodeRolloutState;
  told: Told;
  afterFailure: RolloutNode['afterFailure'];
}

export type Counted = Standing & { nodes: number };

/** A tally as it is kept with its deployment. */
export const countsSchema = z.array(z.object({
  wave: z.number().int(),
  state: nodeRolloutStateSchema,
  told: z.enum(['nothing', 'bundle', 'previous']),
  afterFailure: z.enum(['undecided', 'retry', 'goOn']),
  nodes: z.number().int().positive(),
})) satisfies z.ZodType<Counted[]>;

/** How a node's row stands, as the last step or a person left it. */
export function standingOf({ wave, state, told, afterFailure }: Pick<RolloutNode, 'wave' | 'state' | 'told' | 'afterFailure'>, bundle: string): Standing {
  return { wave, state, told: told === null ? 'nothing' : toldBy(told.bundle, bundle), afterFailure };
}

export function toldBy(told: string, bundle: string): Told {
  return told === bundle ? 'bundle' : 'previous';
}

/**
 * How many nodes stand where. What a step asks of the rollout as a whole it asks of this, which has as many entries as waves have
 * kinds of nodes, so that it need not look at each of them.
 */
export class Tally {
  readonly #counts = new Map<string, Counted>();

  constructor(counts: Iterable<Counted> = []) {
    for (const { nodes, ...standing } of counts) this.add(standing, nodes);
  }

  /** Throws a RangeError when fewer than none would stand there: then it does not tell of these nodes. */
  add({ wave, state, told, afterFailure }: Standing, nodes = 1): void {
    const key = `${wave} ${state} ${told} ${afterFailure}`;
    const counted = this.#counts.get(key)?.nodes ?? 0;
    if (counted + nodes < 0) throw new RangeError(`${counted} nodes were counted as ${key}, and ${-nodes} are to leave`);
    if (counted + nodes === 0) this.#counts.delete(key);
    else this.#counts.set(key, { wave, state, told, afterFailure, nodes: counted + nodes });
  }

  count(matches: (standing: Standing) => boolean = () => true): number {
    let nodes = 0;
    for (const counted of this.#counts.values()) if (matches(counted)) nodes += counted.nodes;
    return nodes;
  }

  get counts(): Counted[] {
    return [...this.#counts.values()];
  }
}
