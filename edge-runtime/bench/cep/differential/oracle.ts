import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { Answer, Case } from '../answer-case.ts';

/** Siddhi loops for ever on some texts; a case that takes longer than this has no answer. */
const ANSWER_MS_MAX = 15_000;
/** A process of its own has to start first. */
const START_MS_MAX = 90_000;
/** The error of a case that Siddhi gave no answer to. */
export const NO_ANSWER = 'no answer';

interface Asked {
  case: Case;
  answered(answer: Answer): void;
}

/** Siddhi itself behind one process that stays, from a folder with the peers' `run`. Answers come in the order asked. */
export class Oracle {
  private readonly folder: string;
  private child: ChildProcessByStdio<Writable, Readable, null>;
  private waiting: Asked[] = [];
  private watch: NodeJS.Timeout | undefined;
  private started = false;

  constructor(folder: string) {
    this.folder = folder;
    this.child = this.start();
  }

  async ask(cases: readonly Case[]): Promise<Answer[]> {
    return Promise.all(
      cases.map((one) => {
        const answer = new Promise<Answer>((answered) => this.waiting.push({ case: one, answered }));
        this.child.stdin.write(`${JSON.stringify(one)}\n`);
        this.rewatch();
        return answer;
      }),
    );
  }

  close(): void {
    clearTimeout(this.watch);
    this.child.kill();
  }

  private start(): ChildProcessByStdio<Writable, Readable, null> {
    const child = spawn(`${this.folder}/run`, ['siddhi-oracle'], { stdio: ['pipe', 'pipe', 'ignore'] });
    // What is written to a process that was given up is asked again of the next.
    child.stdin.on('error', () => undefined);
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (!line.startsWith('{') || child !== this.child) return;
      this.started = true;
      this.rewatch();
      this.waiting.shift()?.answered(JSON.parse(line));
    });
    return child;
  }

  /** Each answer gets the whole time; a case that took it all is given up, and the rest is asked anew. */
  private rewatch(): void {
    clearTimeout(this.watch);
    this.watch = setTimeout(() => {
      this.child.kill('SIGKILL');
      const [stuck, ...rest] = this.waiting;
      this.waiting = rest;
      this.started = false;
      this.child = this.start();
      for (const { case: one } of rest) this.child.stdin.write(`${JSON.stringify(one)}\n`);
      stuck?.answered({ id: stuck.case.id, out: [], error: NO_ANSWER });
      if (rest.length > 0) this.rewatch();
    }, this.started ? ANSWER_MS_MAX : START_MS_MAX);
    this.watch.unref();
  }
}
