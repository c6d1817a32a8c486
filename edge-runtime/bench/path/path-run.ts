import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { inheritedEnvironment } from '../../../tools/environment.ts';
import { agentEnvironment, agentFlags } from '../../host/launch.ts';
import { RedisServer } from '../../host/redis-server.ts';
import { stages, type StageLatencies } from '../../host/path/stage-times.ts';
import { systemClock } from '../../kernel/clock.ts';
import { emptySketch, mergeSketches, type Sketch } from '../../protocol/index.ts';
import { bundleOf } from '../../sim/path-fixture.ts';
import type { PathProcessOptions, PathProcessSays } from '../../sim/path-process.ts';

export interface PathRun {
  /** Names its folders. */
  name: string;
  folder: string;
  brokers: string;
  topic: string;
  rule: string;
  model: string;
  /** Asks the store for the newest rows of this stream, so many times a second. */
  queries?: { stream: string; perSecond: number };
  /** Where to write CPU profiles of its threads. */
  profiles: string | undefined;
}

/** What a path did between two of its sayings. */
export interface Interval {
  eventsPerSecond: number;
  cpuSecondsPerMillion: number;
  /** Cores in use. */
  cpuShare: number;
  latencyUs: Sketch;
  queryUs: Sketch;
  stages: StageLatencies;
  /** Proportional set size of the path's process and of its Redis, the largest seen. */
  pssMiB: number;
  redisMiB: number;
}

/** Runs the path in a process of its own beside a Redis of its own, both gone when `work` is done. */
export async function withPath<Result>(run: PathRun, work: (path: RunningPath) => Promise<Result>): Promise<Result> {
  const ending = new AbortController();
  const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const folder = join(run.folder, `redis-${run.name}`);
  const socketPath = join(folder, 'redis.sock');
  const redis = new RedisServer({ folder, socketPath, clock: systemClock(), random: Math.random, logger: silent });
  const serving = redis.run(ending.signal);
  const text = `@source(type='kafka', topic='${run.topic}', @map(type='json')) ${run.rule}`;
  const bundle = await bundleOf({ bench: text }, text.includes('#model') ? { 'pump-anomaly': { path: run.model } } : {});
  const options: PathProcessOptions = {
    digest: bundle.digest,
    manifest: bundle.manifest,
    ruleTexts: [...bundle.ruleTexts],
    modelFiles: [...bundle.modelFiles],
    redis: { socketPath },
    settings: { checkpointIntervalMs: 1000, connectors: { kafka: { brokers: run.brokers } }, store: { retentionSeconds: 3600, maxBytes: 64 * 1_048_576 } },
    ...(run.queries !== undefined && { queries: run.queries }),
  };
  const profiling = run.profiles === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', join(run.profiles, run.name)];
  const child = spawn(process.execPath, [...agentFlags, ...profiling, fileURLToPath(new URL('../../sim/path-process.ts', import.meta.url)), JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: inheritedEnvironment(agentEnvironment(run.folder)),
  });
  try {
    return await work(new RunningPath(child, () => redis.pid));
  } finally {
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
    ending.abort();
    await serving;
  }
}

export class RunningPath {
  readonly #child: ChildProcess;
  readonly #redisPid: () => number | undefined;

  constructor(child: ChildProcess, redisPid: () => number | undefined) {
    this.#child = child;
    this.#redisPid = redisPid;
  }

  /** Measures until `events` were received, from the first saying that is `warmUpMs` after the first event. */
  async measure(events: number, warmUpMs: number): Promise<Interval> {
    let received = 0;
    let firstAt: number | undefined;
    let from: { at: number; cpuUs: number; received: number } | undefined;
    let [latencyUs, queryUs] = [emptySketch(), emptySketch()];
    let times: StageLatencies | undefined;
    let [pssMiB, redisMiB, sayings] = [0, 0, 0];
    for await (const says of this.#sayings()) {
      const { telemetry, cpuUs } = says;
      received += telemetry.sources.reduce((sum, source) => sum + source.received, 0);
      if (received > 0) firstAt ??= telemetry.to;
      if (firstAt === undefined || (telemetry.to < firstAt + warmUpMs && received < events)) continue;
      if (from === undefined) {
        from = { at: telemetry.to, cpuUs, received };
        continue;
      }
      latencyUs = mergeSketches(latencyUs, telemetry.latencyUs);
      queryUs = mergeSketches(queryUs, says.queryUs);
      times = times === undefined ? says.stages : mergeStages(times, says.stages);
      sayings += 1;
      if (sayings % 4 === 1) pssMiB = Math.max(pssMiB, await residentMiB(this.#child.pid));
      if (sayings % 4 === 2) redisMiB = Math.max(redisMiB, await residentMiB(this.#redisPid()));
      if (received < events) continue;
      const seconds = (telemetry.to - from.at) / 1000;
      const cpuSeconds = (cpuUs - from.cpuUs) / 1e6;
      const counted = received - from.received;
      return { eventsPerSecond: counted / seconds, cpuSecondsPerMillion: (cpuSeconds / counted) * 1e6, cpuShare: cpuSeconds / seconds, latencyUs, queryUs, stages: times, pssMiB, redisMiB };
    }
    throw new Error('the path process ended');
  }

  async *#sayings(): AsyncIterable<PathProcessSays> {
    if (this.#child.stdout === null) throw new Error('the path process has no output');
    for await (const line of createInterface({ input: this.#child.stdout })) if (line.startsWith('{')) yield JSON.parse(line);
    throw new Error('the path process ended');
  }
}

function mergeStages(a: StageLatencies, b: StageLatencies): StageLatencies {
  const merged = { ...a };
  for (const stage of stages) merged[stage] = mergeSketches(a[stage], b[stage]);
  return merged;
}

/** Memory of a process with what it shares divided among those who share it, from Linux's own account. */
async function residentMiB(pid: number | undefined): Promise<number> {
  const account = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(/^Pss:\s+(\d+)/m.exec(account)?.[1] ?? 0) / 1024;
}
