import { environment } from '../environment.ts';
import { endCommands } from '../services/command.ts';
import { stopAll } from '../services/owned-process.ts';
import { type Service, ServiceError } from '../services/service.ts';
import { keepRunning } from './keep-running.ts';
import { type Steps, printedSteps } from './steps.ts';

export interface Session {
  steps: Steps;
  print: (line: string) => void;
  /** Whether the person wants it to end. */
  ending: () => boolean;
  /** Brings a service back, by `start`, whenever it ends by itself. */
  keep: (name: string, service: Service, start: () => Promise<Service>) => void;
  /** Lasts until the person ends the session; rejects when a kept service cannot be brought back. */
  untilEnd: () => Promise<number>;
}

/**
 * Runs a command of ours from its first step to its end: Ctrl-C or a failing step ends everything that it started, in order,
 * and nothing else. What keeps a service from starting is said in its one sentence; anything else with its stack. The body's
 * number is the exit code of the process; `codeWhenEnded` is the one when a person ended it.
 */
export async function runSession(body: (session: Session) => Promise<number>, codeWhenEnded = 130): Promise<void> {
  const end = new AbortController();
  const print = (line: string) => console.log(line);
  const steps = printedSteps(print);
  const called = new Promise<number>((resolve) => end.signal.addEventListener('abort', () => resolve(codeWhenEnded)));
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => end.abort());
  const kept: Promise<void>[] = [];
  const session: Session = {
    steps,
    print,
    ending: () => end.signal.aborted,
    keep(name, service, start) {
      const keeping = keepRunning(name, service, start, end.signal, print);
      // Nobody looks at it before all is up; until then a failure must not count as one that nobody handles.
      keeping.catch(() => undefined);
      kept.push(keeping);
    },
    untilEnd: async () => {
      await Promise.all(kept);
      return called;
    },
  };
  notePackages(steps);
  let code = 1;
  try {
    code = await Promise.race([body(session), called]);
  } catch (error) {
    console.error(error instanceof ServiceError ? error.message : error);
  }
  end.abort();
  endCommands();
  await stopAll();
  process.exit(code);
}

function notePackages(steps: Steps): void {
  if (environment.packages === undefined) return;
  const { installed, seconds }: { installed: boolean; seconds: number } = JSON.parse(environment.packages);
  steps.note('packages', installed ? 'installed by npm' : 'in place', seconds);
}
