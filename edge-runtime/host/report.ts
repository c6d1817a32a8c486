import type { ActivationStatus } from '../activation/activation-status.ts';
import { type Condition, type nodeConditionTypes, type Report, reportSchema } from '../protocol/index.ts';
import type { PathStatus } from './path/contract.ts';

type ConditionType = (typeof nodeConditionTypes)[number];
type Verdict = Pick<Condition, 'status' | 'reason' | 'message'>;

export interface ReportFacts {
  readonly activation: ActivationStatus;
  /** What the running path last said; undefined while none runs. */
  readonly path: PathStatus | undefined;
  /** Why the path that should run does not. */
  readonly trouble: string | undefined;
  readonly now: number;
}

/** Remembers since when each condition is what it is. */
export class ConditionTable {
  readonly #known = new Map<ConditionType, Condition>();

  set(type: ConditionType, verdict: Verdict, observedGeneration: number, now: number): Condition {
    const before = this.#known.get(type);
    const lastTransitionTime = before?.status === verdict.status ? before.lastTransitionTime : now;
    const condition: Condition = { type, ...verdict, message: verdict.message.slice(0, 1024), reason: verdict.reason.slice(0, 64), lastTransitionTime, observedGeneration };
    this.#known.set(type, condition);
    return condition;
  }
}

/** The node's state in one message: what it has converged to, what it is working on, and how it is. */
export function reportOf(facts: ReportFacts, conditions: ConditionTable): Report {
  const { activation, now } = facts;
  const { converged, progress, failure, rejection } = activation;
  const observedGeneration = converged?.generation ?? 0;
  const sync = syncOf(facts);
  const table: [ConditionType, Verdict][] = [
    ['Ready', readyOf(facts)],
    ['SourcesConnected', sourcesOf(facts)],
    ['StoreReady', storeOf(facts)],
    ['ModelsLoaded', modelsOf(facts)],
    ['BundleApplied', { status: sync.sync === 'Synced' ? 'True' : sync.sync === 'Unknown' ? 'Unknown' : 'False', reason: sync.reason, message: sync.message }],
  ];
  // What failed before is no answer to what was refused since.
  const failed = failure !== undefined && progress === undefined && rejection === undefined ? { generation: failure.generation, bundle: failure.bundle, step: 'Failed' as const, bytesDone: 0, bytesTotal: 0, message: failure.message.slice(0, 1024) } : undefined;
  const activity = progress ?? failed;
  return reportSchema.parse({
    type: 'report',
    observedGeneration,
    ...(converged === undefined ? {} : { bundle: converged.digest }),
    ...sync,
    ...(activity === undefined ? {} : { activation: activity }),
    ...(activation.hold === undefined ? {} : { hold: activation.hold }),
    conditions: table.map(([type, verdict]) => conditions.set(type, verdict, observedGeneration, now)),
    rules: (converged?.manifest.rules ?? []).map(({ name, version }) => ({ name, version })),
    models: (converged?.manifest.models ?? []).map(({ name, version }) => ({ name, version })),
  });
}

function syncOf({ activation, trouble }: ReportFacts): Pick<Report, 'sync' | 'reason' | 'message'> {
  const { running, current, desired, progress, failure, rejection, hold, waiting } = activation;
  if (rejection !== undefined) return { sync: 'Failed', reason: rejection.code, message: rejection.message.slice(0, 1024) };
  if (progress?.step === 'Staged') return { sync: 'OutOfSync', reason: 'Staged', message: (progress.message ?? '').slice(0, 1024) };
  if (progress !== undefined && progress.step !== 'Running') return { sync: 'Applying', reason: (progress.problem ?? progress.step).slice(0, 64), message: (progress.message ?? `Generation ${progress.generation} is being applied.`).slice(0, 1024) };
  if (failure !== undefined) return { sync: 'Failed', reason: failure.reason.slice(0, 64), message: `Generation ${failure.generation}: ${failure.message}`.slice(0, 1024) };
  if (desired !== undefined && hold !== undefined) return { sync: 'OutOfSync', reason: 'Held', message: `Held at the site until ${new Date(hold.until).toISOString()}: ${hold.reason}` };
  if (desired !== undefined && waiting?.download !== undefined) return { sync: 'OutOfSync', reason: 'WaitsForWindow', message: `Generation ${desired.generation} was accepted; it is fetched when its window opens, at ${new Date(waiting.download).toISOString()} by the clock of this node.` };
  if (desired !== undefined) return { sync: 'Applying', reason: 'Accepted', message: `Generation ${desired.generation} was accepted.` };
  if (trouble !== undefined) return { sync: 'Failed', reason: 'PathCrashed', message: trouble.slice(0, 1024) };
  if (running !== undefined) return { sync: 'Synced', reason: 'Running', message: `Generation ${running.generation} runs.` };
  if (current !== undefined) return { sync: 'Applying', reason: 'Starting', message: `Generation ${current.generation} is starting.` };
  return { sync: 'Unknown', reason: 'NoBundle', message: 'No bundle has been assigned to this node yet.' };
}

const noBundle: Verdict = { status: 'Unknown', reason: 'NoBundle', message: 'No bundle has been assigned to this node yet.' };

/** While no path runs, why that is: nothing was assigned, or what was assigned is starting. */
function withoutPath(activation: ActivationStatus): Verdict {
  return activation.current === undefined ? noBundle : { status: 'False', reason: 'Starting', message: 'The event path is starting.' };
}

function readyOf({ path, trouble, activation }: ReportFacts): Verdict {
  if (trouble !== undefined) return { status: 'False', reason: 'PathCrashed', message: trouble };
  if (path === undefined) return withoutPath(activation);
  if (path.state !== 'running') return { status: 'False', reason: 'PathNotRunning', message: path.message ?? `The event path is ${path.state}.` };
  if (!path.storeReady) return { status: 'False', reason: 'StoreUnavailable', message: 'The store does not answer; events wait.' };
  return { status: 'True', reason: 'Running', message: 'The event path runs and its store answers.' };
}

function sourcesOf({ path, activation }: ReportFacts): Verdict {
  if (path === undefined) return withoutPath(activation);
  const broken = path.sources.filter(({ state }) => state === 'connecting' || state === 'disconnected');
  if (broken.length === 0) return { status: 'True', reason: 'Connected', message: `${path.sources.length} of ${path.sources.length} sources are connected.` };
  return { status: 'False', reason: 'SourceDisconnected', message: broken.map(({ id, reason }) => (reason === undefined ? `${id} is not connected` : `${id}: ${reason}`)).join('; ') };
}

function storeOf({ path, activation }: ReportFacts): Verdict {
  if (path === undefined) return withoutPath(activation);
  return path.storeReady ? { status: 'True', reason: 'Ready', message: 'The store answers.' } : { status: 'False', reason: 'StoreUnavailable', message: path.message ?? 'The store does not answer.' };
}

function modelsOf({ path, activation }: ReportFacts): Verdict {
  if (path === undefined) return withoutPath(activation);
  const broken = path.models.filter(({ loaded }) => !loaded);
  if (broken.length === 0) return { status: 'True', reason: 'Loaded', message: `${path.models.length} of ${path.models.length} models are loaded.` };
  return { status: 'False', reason: 'ModelNotLoaded', message: broken.map(({ name, version, reason }) => `${name} version ${version}${reason === undefined ? '' : `: ${reason}`}`).join('; ') };
}
