import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ActivationStatus, TimelineEntry } from '../activation/activation-status.ts';
import { Activator, type ActivatorOptions } from '../activation/activator.ts';
import { ArtefactStore } from '../activation/artefact-store.ts';
import type { BuiltPath, PathRuntime, StagedBundle } from '../activation/path-runtime.ts';
import { TrustAnchor } from '../activation/trust.ts';
import { systemClock } from '../kernel/clock.ts';
import { PathError } from '../kernel/path-error.ts';
import { type BundleManifest, settingsSchema } from '../protocol/index.ts';
import { SimulatedControlPlane } from './control-plane.ts';

/** Runs nothing, remembers what it was told, and fails where a rule's text says so: sentinel inputs instead of stubs. */
export class SentinelRuntime implements PathRuntime {
  readonly log: string[] = [];
  started: StagedBundle | undefined;

  async build(bundle: StagedBundle): Promise<BuiltPath> {
    const text = [...bundle.ruleTexts.values()].join('');
    this.log.push(`build ${bundle.generation}`);
    if (text.includes('does not build')) throw new PathError('rule.invalid', 'r', 'The rule does not parse.');
    return {
      start: async () => {
        this.log.push(`start ${bundle.generation}`);
        if (text.includes('does not start')) throw new PathError('secret.missing', 'r', 'There is no secret named KEY.');
        this.started = bundle;
      },
      stop: async () => {
        this.log.push(`stop ${bundle.generation}`);
        if (this.started === bundle) this.started = undefined;
      },
    };
  }
}

/** An activator with a disk and a control plane of its own, which can be stopped and started again. */
export class ActivationFixture {
  readonly runtime = new SentinelRuntime();
  readonly timeline: TimelineEntry[] = [];
  /** Generations that survived their probation. */
  readonly confirmed: number[] = [];
  readonly folder: string;
  controlPlane: SimulatedControlPlane;
  /** Whether there is a link to fetch over. */
  linked = true;
  /** Bytes of memory that are left. */
  memory = Number.POSITIVE_INFINITY;
  readonly #pinned: boolean;
  #activator: Activator | undefined;
  #end: (() => Promise<void>) | undefined;
  readonly #waiters = new Set<() => void>();

  private constructor(folder: string, controlPlane: SimulatedControlPlane, pinned: boolean) {
    this.#pinned = pinned;
    this.folder = folder;
    this.controlPlane = controlPlane;
  }

  /** With `pinned` false it was welcomed by nobody. */
  static async create({ pinned = true } = {}): Promise<ActivationFixture> {
    const fixture = new ActivationFixture(await mkdtemp(join(tmpdir(), 'selvedge-activation-')), await new SimulatedControlPlane().listen(), pinned);
    await fixture.start();
    return fixture;
  }

  get activator(): Activator {
    if (this.#activator === undefined) throw new Error('the fixture is not started');
    return this.#activator;
  }

  async start(options: Partial<ActivatorOptions> = {}): Promise<void> {
    const trust = await TrustAnchor.load(this.folder);
    if (trust.trust === undefined && this.#pinned) await trust.pin(this.controlPlane.welcome(), 1);
    const activator = await Activator.load({
      folder: this.folder,
      store: await ArtefactStore.open(join(this.folder, 'artefacts')),
      trust,
      runtime: this.runtime,
      source: () => (this.linked ? { url: `${this.controlPlane.url}/artefacts`, token: 'artefact-token' } : undefined),
      clock: systemClock(),
      availableMemory: () => this.memory,
      random: () => 0.5,
      logger: { info: (message, fields) => this.#logged(message, fields?.['generation']), warn: () => undefined, error: () => undefined },
      onChange: () => this.#changed(),
      onTimeline: (entry) => this.timeline.push(entry),
      probationMs: 20,
      retry: { minMs: 5, maxMs: 10 },
      ...options,
    });
    const stopping = new AbortController();
    const running = activator.run(stopping.signal);
    this.#activator = activator;
    this.#end = async () => {
      stopping.abort();
      await running;
    };
  }

  async stop(): Promise<void> {
    await this.#end?.();
  }

  async remove(): Promise<void> {
    await this.stop();
    await this.controlPlane.close();
    await rm(this.folder, { recursive: true });
  }

  /** Resolves when the fact holds; asked again after everything that changed. */
  async until(fact: (status: ActivationStatus) => boolean): Promise<ActivationStatus> {
    while (!fact(this.activator.status)) {
      await new Promise<void>((resolve) => {
        const waiter = (): void => {
          this.#waiters.delete(waiter);
          resolve();
        };
        this.#waiters.add(waiter);
      });
    }
    return this.activator.status;
  }

  /** A bundle of one rule, and a model if its bytes are given; its artefacts are published. */
  bundleOf(text: string, model?: Buffer): BundleManifest {
    const signature = { inputs: [{ name: 'X', type: 'float32' as const, shape: [-1, 1] }], outputs: [{ name: 'y', type: 'float32' as const, shape: [-1, 1] }] };
    return {
      schema: 'selvedge.bundle/1',
      organization: this.controlPlane.organization,
      rules: [{ name: 'r', version: 1, ...this.controlPlane.publish(text) }],
      models: model === undefined ? [] : [{ name: 'm', version: 1, ...this.controlPlane.publish(model), signature }],
      references: {},
      settings: settingsSchema.parse({}),
    };
  }

  #logged(message: string, generation: unknown): void {
    if (message === 'bundle confirmed') this.confirmed.push(Number(generation));
    this.#changed();
  }

  #changed(): void {
    for (const waiter of this.#waiters) waiter();
  }
}

/** Whether this generation runs. */
export const runs = (generation: number) => (status: ActivationStatus): boolean => status.running?.generation === generation;
