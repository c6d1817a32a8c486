import type { Clock } from '../kernel/clock.ts';
import { type ActivationStep, artefactsOf, type Digest, mergeSettings } from '../protocol/index.ts';
import type { ActivationJournal, JournalState } from './activation-journal.ts';
import { type ArtefactSource, DownloadError, downloadArtefact } from './artefact-download.ts';
import type { ArtefactStore } from './artefact-store.ts';
import type { BuiltPath, PathRuntime, StagedBundle } from './path-runtime.ts';
import type { Step } from './plan.ts';
import { requireDiskFor, requireMemory } from './room.ts';
import type { VerifiedDesired } from './verify.ts';

/** What an activation under way is at. */
export interface ActivationProgress {
  readonly generation: number;
  readonly bundle: Digest;
  readonly step: ActivationStep;
  readonly bytesDone: number;
  readonly bytesTotal: number;
  readonly message?: string;
  /** What keeps it from going on, while it tries again. */
  readonly problem?: string;
}

/** As which step of an activation each step of a plan is shown. */
export const shownAs = { fetch: 'Fetching', build: 'Building', stage: 'Building', start: 'Switching', switch: 'Switching', adopt: 'Switching' } as const satisfies Record<Step['type'], ActivationStep>;

/** What the steps hand to each other; gone with the process, unlike the journal. */
export interface Workbench {
  running: { readonly bundle: VerifiedDesired; readonly path: BuiltPath } | undefined;
  /** The generation that was built once and freed, to be built again when its window opens. */
  staged: number | undefined;
  built: { readonly generation: number; readonly path: BuiltPath } | undefined;
  readonly present: Set<Digest>;
}

export interface ExecutorDependencies {
  readonly journal: ActivationJournal;
  readonly store: ArtefactStore;
  readonly runtime: PathRuntime;
  readonly source: () => ArtefactSource | undefined;
  readonly clock: Clock;
  /** Bytes of memory that the machine, or what bounds the agent on it, has left. */
  readonly availableMemory: () => number;
  readonly show: (progress: ActivationProgress) => void;
}

export type Executors = { readonly [Type in Step['type']]: (bundle: VerifiedDesired, step: Extract<Step, { type: Type }>, signal: AbortSignal) => Promise<void> };

const PROGRESS_INTERVAL_MS = 500;

/** One executor for each kind of step. Each either does its step wholly or throws and leaves what runs, and the journal, true. */
export function executors(deps: ExecutorDependencies, bench: Workbench): Executors {
  return {
    async fetch(bundle, step, signal) {
      const artefacts = artefactsOf(bundle.manifest);
      const artefact = artefacts.find(({ digest }) => digest === step.digest);
      if (artefact === undefined) throw new Error(`${step.digest} was planned and is not in the bundle`);
      // It may have been brought in a file.
      if (await deps.store.intact(step.digest, artefact.bytes)) {
        bench.present.add(step.digest);
        return;
      }
      await requireDiskFor(deps.store, bundle.manifest, bench.present);
      const before = sum(artefacts.filter(({ digest }) => bench.present.has(digest)));
      const show = (bytesDone: number): void => deps.show({ generation: bundle.generation, bundle: bundle.digest, step: 'Fetching', bytesDone: before + bytesDone, bytesTotal: sum(artefacts), message: artefact.title });
      show(await deps.store.partialBytes(step.digest));
      const source = deps.source();
      if (source === undefined) throw new DownloadError('NotConnected', `${artefact.title} is fetched when the link to the control plane is up.`, false);
      let shownAt = 0;
      const onProgress = (bytesDone: number): void => {
        const now = deps.clock.now();
        if (now - shownAt < PROGRESS_INTERVAL_MS) return;
        shownAt = now;
        show(bytesDone);
      };
      await downloadArtefact({ store: deps.store, source, clock: deps.clock }, artefact, onProgress, signal);
      bench.present.add(step.digest);
    },

    build: (bundle, _step, signal) => build(deps, bench, bundle, signal),

    async stage(bundle, _step, signal) {
      if (bench.built?.generation !== bundle.generation) await build(deps, bench, bundle, signal);
      await discardBuilt(bench);
      if (!signal.aborted) bench.staged = bundle.generation;
    },

    async start(bundle) {
      deps.show(progressOf(bundle, 'Switching', 'Starting what the disk names.'));
      await startBuilt(bench, bundle);
    },

    async switch(bundle) {
      deps.show(progressOf(bundle, 'Switching'));
      const stopOld = async (): Promise<void> => {
        const old = bench.running;
        bench.running = undefined;
        await old?.path.stop();
      };
      // What failed was older. To go back to is the last bundle that has proven itself; one still on probation only when there is no other.
      const switched = (state: JournalState): Partial<JournalState> => ({ current: bundle, previous: (state.probation === null ? null : state.previous) ?? state.current, probation: { starts: 1 }, failure: null, desired: state.desired?.generation === bundle.generation ? null : state.desired });
      await deps.journal.update(switched, stopOld);
      await startBuilt(bench, bundle);
    },

    async adopt(bundle) {
      await deps.journal.update((state) => ({ current: bundle, failure: null, desired: state.desired?.generation === bundle.generation ? null : state.desired }));
      if (bench.running !== undefined) bench.running = { bundle, path: bench.running.path };
    },
  };
}

async function build(deps: ExecutorDependencies, bench: Workbench, bundle: VerifiedDesired, signal: AbortSignal): Promise<void> {
  await discardBuilt(bench);
  requireMemory(bundle.manifest, deps.availableMemory());
  deps.show(progressOf(bundle, 'Verifying'));
  const staged = await stage(deps.store, bundle);
  deps.show(progressOf(bundle, 'Building'));
  const path = await deps.runtime.build(staged);
  bench.built = { generation: bundle.generation, path };
  if (signal.aborted) await discardBuilt(bench);
}

/** Frees a path that was built and will not be started. */
export async function discardBuilt(bench: Workbench): Promise<void> {
  const { built } = bench;
  bench.built = undefined;
  await built?.path.stop();
}

export function progressOf(bundle: VerifiedDesired, step: ActivationStep, message?: string): ActivationProgress {
  const bytes = sum(artefactsOf(bundle.manifest));
  return { generation: bundle.generation, bundle: bundle.digest, step, bytesDone: bytes, bytesTotal: bytes, ...(message === undefined ? {} : { message }) };
}

async function startBuilt(bench: Workbench, bundle: VerifiedDesired): Promise<void> {
  const { built } = bench;
  if (built?.generation !== bundle.generation) throw new Error('what was to be started is not built');
  bench.built = undefined;
  try {
    await built.path.start();
  } catch (error) {
    await built.path.stop();
    throw error;
  }
  bench.running = { bundle, path: built.path };
}

async function stage(store: ArtefactStore, bundle: VerifiedDesired): Promise<StagedBundle> {
  const { manifest, told, digest, generation } = bundle;
  const ruleTexts = new Map<Digest, string>();
  for (const rule of manifest.rules) ruleTexts.set(rule.digest, await store.text(rule.digest));
  const modelFiles = new Map(manifest.models.map((model) => [model.digest, store.path(model.digest)] as const));
  return { digest, generation, manifest, settings: mergeSettings(manifest.settings, told.settings), labels: told.labels ?? {}, ruleTexts, modelFiles };
}

function sum(artefacts: readonly { bytes: number }[]): number {
  return artefacts.reduce((total, { bytes }) => total + bytes, 0);
}
