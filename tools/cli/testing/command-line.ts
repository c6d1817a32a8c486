import type { Io } from '../io.ts';
import { run } from '../program.ts';

export interface Said {
  code: number;
  out: string;
  error: string;
}

/** Carries out one command line as a person would type it; nothing is typed in but what `around` says. */
export async function commandLine(args: readonly string[], around: Partial<Io>): Promise<Said> {
  const said = { out: '', error: '' };
  const io: Io = { out: (text) => void (said.out += text), error: (text) => void (said.error += text), standardInput: async () => '', now: () => Date.now(), profileFile: '', given: {}, version: '0.1.0', ...around };
  return { code: await run([...args], io), ...said };
}
