import type { BuiltPath, PathRuntime, StagedBundle } from '../../edge-runtime/activation/path-runtime.ts';
import { digestOf } from '../../edge-runtime/activation/verify.ts';
import { PathError } from '../../edge-runtime/kernel/path-error.ts';
import type { Process } from './parts.ts';
import { chance, must } from './world.ts';

/** Runs bundles as a node would, and sees that only one whole one runs at a time, which the control plane signed for this node (I2, I3). */
export class SimulatedRuntime implements PathRuntime {
  readonly #process: Process;
  started: StagedBundle | undefined;

  constructor(process: Process) {
    this.#process = process;
  }

  async build(bundle: StagedBundle): Promise<BuiltPath> {
    const { node, clock } = this.#process;
    this.#requireWhole(bundle);
    await clock.sleep(node.world.random() * 3_000 * node.slowness);
    if (node.faultOf(bundle.digest) === 'build') throw new PathError('rule.invalid', 'r', 'The rule does not parse.');
    return { start: () => this.#start(bundle), stop: () => this.#stop(bundle) };
  }

  async #start(bundle: StagedBundle): Promise<void> {
    const { node, clock } = this.#process;
    await clock.sleep(node.world.random() * 1_000 * node.slowness);
    if (node.faultOf(bundle.digest) === 'start') throw new PathError('secret.missing', 'r', 'There is no secret named KEY.');
    must(node.world, this.started === undefined, 'I2', () => `${node.id} starts generation ${bundle.generation} beside ${this.started?.generation}`);
    this.started = bundle;
    if (node.faultOf(bundle.digest) === 'crash') this.#crashAgain(bundle);
  }

  async #stop(bundle: StagedBundle): Promise<void> {
    const { node, clock } = this.#process;
    if (chance(node.world, 0.3)) await clock.sleep(node.world.random() * 500 * node.slowness);
    if (this.started === bundle) this.started = undefined;
  }

  /** The path crashes and its supervisor starts it again, as long as it is let. */
  #crashAgain(bundle: StagedBundle): void {
    this.#process.clock.after(2_000, () => {
      if (this.started !== bundle) return;
      this.#process.activator?.pathCrashed('a native fault in a model');
      this.#crashAgain(bundle);
    });
  }

  #requireWhole({ digest, generation, manifest, ruleTexts }: StagedBundle): void {
    const { node } = this.#process;
    must(node.world, node.world.signer.hasTold(node.id, generation, digest), 'I3', () => `${node.id} builds generation ${generation} of ${digest}, which nobody told it to run`);
    for (const rule of manifest.rules) must(node.world, digestOf(ruleTexts.get(rule.digest) ?? '') === rule.digest, 'I3', () => `${node.id} builds ${rule.name} with another text`);
  }
}
