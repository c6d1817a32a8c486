import { createHash } from 'node:crypto';
import type { EventPath, PathBundle, PathDependencies } from '../host/path/contract.ts';
import { inspectModel } from '../infer/inspect.ts';
import { systemClock } from '../kernel/clock.ts';
import type { RedisTarget } from '../kernel/redis.ts';
import { settingsSchema, type Digest, type Settings } from '../protocol/index.ts';

/** An event path's bundle from texts and files, for tests and benchmarks: what the control plane would have made of them. */
export async function bundleOf(rules: Readonly<Record<string, string>>, models: Readonly<Record<string, { path: string; columns?: readonly string[] }>> = {}): Promise<PathBundle> {
  const ruleTexts = new Map<Digest, string>();
  const modelFiles = new Map<Digest, string>();
  const bundle: PathBundle = {
    digest: digestOf(JSON.stringify(rules)),
    generation: 1,
    manifest: { schema: 'selvedge.bundle/1', organization: 'test', rules: [], models: [], references: {}, settings: settingsSchema.parse({}) },
    labels: {},
    ruleTexts,
    modelFiles,
  };
  for (const [name, text] of Object.entries(rules)) {
    const digest = digestOf(text);
    ruleTexts.set(digest, text);
    bundle.manifest.rules.push({ name, version: 1, digest, bytes: text.length });
  }
  for (const [name, { path, columns }] of Object.entries(models)) {
    const inspection = await inspectModel(path, columns === undefined ? {} : { columns });
    if (!inspection.ok) throw new Error(inspection.message);
    const digest = digestOf(path);
    modelFiles.set(digest, path);
    bundle.manifest.models.push({ name, version: 1, digest, bytes: inspection.bytes, signature: inspection.signature });
    bundle.manifest.references[`${name}@champion`] = { model: name, version: 1 };
  }
  return bundle;
}

export interface FixtureOptions {
  redis: RedisTarget;
  settings?: Partial<Settings>;
  secrets?: Readonly<Record<string, string>>;
  filesFolder?: string;
  keyPrefix?: string;
}

/** Dependencies of a path on the machine's own clock. `lines` collects what it logs. */
export function dependenciesOf(options: FixtureOptions): PathDependencies & { lines: string[]; ending: AbortController } {
  const lines: string[] = [];
  const ending = new AbortController();
  const write = (message: string, fields?: object): void => void lines.push(`${message} ${JSON.stringify(fields ?? {})}`);
  return {
    node: 'node-1',
    settings: settingsSchema.parse({ checkpointIntervalMs: 200, ...options.settings }),
    redis: options.redis,
    keyPrefix: options.keyPrefix ?? 'selvedge:',
    filesFolder: options.filesFolder ?? '/nowhere',
    secret: (name) => options.secrets?.[name],
    clock: systemClock(),
    logger: { info: write, warn: write, error: write },
    random: Math.random,
    signal: ending.signal,
    lines,
    ending,
  };
}

/** Everything a stream holds, oldest first. */
export async function allRows(path: EventPath, stream: string): Promise<{ at: number; values: unknown[] }[]> {
  const rows: { at: number; values: unknown[] }[] = [];
  let cursor: string | undefined;
  do {
    const answer = await path.query({ stream, from: 0, to: 8e15, limit: 1000, order: 'oldest', ...(cursor !== undefined && { cursor }) });
    if (!answer.ok) throw new Error(answer.message);
    rows.push(...answer.rows);
    cursor = answer.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return rows;
}

function digestOf(text: string): Digest {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}
