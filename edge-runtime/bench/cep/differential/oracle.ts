import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { Answer, Case } from '../answer-case.ts';

/** Siddhi loops for ever on some texts; a case that takes longer than this has no answer. */
const ANSWER_MS_MAX = 15_000;
/** A process of its own has to start first. */
const START_MS_MAX = 90_000;
/** So many processes in a row that end without a single answer are no accident. */
const FAILED_STARTS_MAX = 3;
/** The error of a case that Siddhi gave no answer to. */
export const NO_ANSWER = 'no answer';

interface Asked {
  case: Case;
  answered(answer: Answer): void;
  failed(reason: Error): void;
}

/**
 * Siddhi itself behind one process that stays, from a folder with the peers' `run`. Answers come in the order asked. A case that
 * takes too long, or at which the process ends, is given up, and the rest is asked of the next process.
 */
export class Oracle {
  private readonly folder: string;
  private child: ChildProcessByStdio<Writable, Readable, null>;
  private waiting: Asked[] = [];
  private watch: NodeJS.Timeout | undefined;
  private started = false;
  private failedStarts = 0;
  private closed = false;

  constructor(folder: string) {
    this.folder = folder;
    this.child = this.start();
  }

  /** Rejects when no process of Siddhi's can be made to answer at all. */
  async ask(cases: readonly Case[]): Promise<Answer[]> {
    return Promise.all(
      cases.map((one) => {
        const answer = new Promise<Answer>((answered, failed) => this.waiting.push({ case: one, answered, failed }));
        this.child.stdin.write(`${JSON.stringify(one)}\n`);
        if (this.watch === undefined) this.rewatch();
        return answer;
      }),
    );
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.watch);
    this.child.kill();
  }

  private start(): ChildProcessByStdio<Writable, Readable, null> {
    const child = spawn(`${this.folder}/run`, ['siddhi-oracle'], { stdio: ['pipe', 'pipe', 'ignore'] });
    // What is written to a process that was given up is asked again of the next.
    child.stdin.on('error', () => undefined);
    child.on('error', () => this.ended(child));
    child.on('close', () => this.ended(child));
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (!line.startsWith('{') || child !== this.child) return;
      this.started = true;
      this.failedStarts = 0;
      this.waiting.shift()?.answered(JSON.parse(line));
      this.rewatch();
    });
    return child;
  }

  private ended(child: ChildProcessByStdio<Writable, Readable, null>): void {
    if (child !== this.child || this.closed) return;
    if (!this.started && ++this.failedStarts >= FAILED_STARTS_MAX) {
      const reason = new Error(`Siddhi's process ended ${this.failedStarts} times before it answered; '${this.folder}/run siddhi-oracle' says why.`);
      for (const one of this.waiting.splice(0)) one.failed(reason);
      this.rewatch();
    } else this.restart();
  }

  /** Each answer gets the whole time. Only while one is waited for, so that the program lasts as long as it has to and no longer. */
  private rewatch(): void {
    clearTimeout(this.watch);
    this.watch = this.waiting.length === 0 ? undefined : setTimeout(() => this.restart(), this.started ? ANSWER_MS_MAX : START_MS_MAX);
  }

  /** Gives up the case at hand. */
  private restart(): void {
    this.child.kill('SIGKILL');
    this.started = false;
    this.child = this.start();
    const stuck = this.waiting.shift();
    stuck?.answered({ id: stuck.case.id, out: [], error: NO_ANSWER });
    for (const { case: one } of this.waiting) this.child.stdin.write(`${JSON.stringify(one)}\n`);
    this.rewatch();
  }
}
