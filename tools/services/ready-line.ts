import { type OwnedProcess, type OwnedProcessOptions, startProcess, whenReady } from './owned-process.ts';

/** What our own programs print on standard output once they serve: one line of JSON with `"ready": true`. */
export type ReadyLine = Record<string, unknown>;

/** Starts one of our programs and waits for its ready line; its log, on standard error, goes to its folder. */
export async function startUntilReady(options: Omit<OwnedProcessOptions, 'onLine'>): Promise<{ child: OwnedProcess; ready: ReadyLine }> {
  let ready: ReadyLine | undefined;
  const child = startProcess({ ...options, onLine: (line) => (ready ??= parseReadyLine(line)) });
  await whenReady(child, options.name, async () => {
    if (ready === undefined) throw new Error('it has not said that it is ready');
  });
  return { child, ready: ready ?? {} };
}

function parseReadyLine(line: string): ReadyLine | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'ready' in value && value.ready === true ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

export function textOf(ready: ReadyLine, member: string): string | undefined {
  const value = ready[member];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
