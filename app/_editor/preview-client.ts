import type { Breakpoint, KeyChoice, PlainEvent, PreviewRow, QueryLook, TestCase, TestOutcome } from '@selvedge/edge-runtime/cep/preview';
import type { Explanation, KnownModel, PreviewAnswer, PreviewRequest, PreviewRun, RecordingSummary, ShownStop } from './preview-protocol.ts';

/** Rows of one request to a model; the control plane takes no more at once. */
const ROWS_A_REQUEST = 1000;

/** Makes predictions: the page does, with the rights of the person who looks. Columns in, columns out, in the order of the signature. */
export type PredictRows = (model: string, inputs: readonly (readonly unknown[])[]) => Promise<{ outputs: unknown[][] } | { error: string }>;

type Numbered = Exclude<PreviewRequest, { kind: 'predicted' }>;
type WithoutId<Request> = Request extends { id: number } ? Omit<Request, 'id'> : never;

/** The page's end of the preview worker. Made when something is previewed for the first time; `close` ends the worker. */
export class PreviewClient {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, { resolve: (answer: PreviewAnswer) => void; reject: (error: Error) => void }>();
  private readonly predict: PredictRows;
  private ids = 0;

  constructor(predict: PredictRows) {
    this.predict = predict;
    this.worker = new Worker(new URL('./preview.worker.ts', import.meta.url), { type: 'module' });
    this.worker.addEventListener('message', (event: MessageEvent<PreviewAnswer>) => this.hear(event.data));
    this.worker.addEventListener('error', (event) => {
      for (const { reject } of this.waiting.values()) reject(new Error(event.message || 'The preview could not be started.'));
      this.waiting.clear();
    });
  }

  async recordText(text: string, stream: string): Promise<RecordingSummary> {
    const answer = await this.ask({ kind: 'record-text', text, stream });
    return answer.kind === 'recorded' ? answer.summary : unexpected(answer);
  }

  async recordEvents(events: readonly PlainEvent[]): Promise<RecordingSummary> {
    const answer = await this.ask({ kind: 'record-events', events });
    return answer.kind === 'recorded' ? answer.summary : unexpected(answer);
  }

  /** Undefined when a newer run began meanwhile. */
  async run(text: string, other: string | null, models: readonly KnownModel[]): Promise<{ run: PreviewRun; other: PreviewRun | { error: string } | null } | undefined> {
    const answer = await this.ask({ kind: 'run', text, other, models });
    if (answer.kind === 'superseded') return undefined;
    return answer.kind === 'ran' ? answer : unexpected(answer);
  }

  /** The last rows of a stream before a moment; null when a newer moment was asked for meanwhile. */
  async rows(text: string, stream: string, until: number, models: readonly KnownModel[]): Promise<readonly PreviewRow[] | null> {
    const answer = await this.ask({ kind: 'rows', text, stream, until, models });
    return answer.kind === 'rows' ? answer.rows : unexpected(answer);
  }

  /** Runs from the beginning to the first stop; no stop when a newer run began meanwhile. */
  begin(text: string, breakpoints: readonly Breakpoint[], until: number | null, models: readonly KnownModel[]): Promise<{ stop: ShownStop | null; look: QueryLook | null }> {
    return this.stopped({ kind: 'begin', text, breakpoints, until, models });
  }

  go(how: 'on' | 'step', breakpoints: readonly Breakpoint[]): Promise<{ stop: ShownStop | null; look: QueryLook | null }> {
    return this.stopped({ kind: 'go', how, breakpoints, until: null });
  }

  /** What a query holds at the stop, in a partition for a key. */
  async look(query: string, choice: KeyChoice): Promise<QueryLook | null> {
    const answer = await this.ask({ kind: 'look', query, choice });
    return answer.kind === 'looked' ? answer.look : unexpected(answer);
  }

  async explain(text: string, stream: string, index: number, models: readonly KnownModel[]): Promise<Explanation | null> {
    const answer = await this.ask({ kind: 'explain', text, stream, index, models });
    return answer.kind === 'explained' ? answer.explanation : unexpected(answer);
  }

  async test(text: string, tests: readonly TestCase[], models: readonly KnownModel[]): Promise<readonly TestOutcome[]> {
    const answer = await this.ask({ kind: 'test', text, tests, models });
    return answer.kind === 'tested' ? answer.outcomes : unexpected(answer);
  }

  async events(max: number): Promise<readonly PlainEvent[]> {
    const answer = await this.ask({ kind: 'events', max });
    return answer.kind === 'events' ? answer.events : unexpected(answer);
  }

  close(): void {
    this.worker.terminate();
    for (const { reject } of this.waiting.values()) reject(new Error('The preview was closed.'));
    this.waiting.clear();
  }

  private async stopped(request: WithoutId<Extract<PreviewRequest, { kind: 'begin' | 'go' }>>): Promise<{ stop: ShownStop | null; look: QueryLook | null }> {
    const answer = await this.ask(request);
    return answer.kind === 'stopped' ? answer : unexpected(answer);
  }

  private ask(request: WithoutId<Numbered>): Promise<PreviewAnswer> {
    const id = ++this.ids;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage({ ...request, id });
    });
  }

  private hear(answer: PreviewAnswer): void {
    if (answer.kind === 'predict') {
      void this.predictFor(answer);
      return;
    }
    const waiting = this.waiting.get(answer.id);
    this.waiting.delete(answer.id);
    if (answer.kind === 'failed') waiting?.reject(new Error(answer.message));
    else waiting?.resolve(answer);
  }

  private async predictFor({ call, model, inputs, count }: Extract<PreviewAnswer, { kind: 'predict' }>): Promise<void> {
    const outputs: unknown[][] = [];
    for (let from = 0; from < count; from += ROWS_A_REQUEST) {
      const answer = await this.predict(model, inputs.map((column) => column.slice(from, from + ROWS_A_REQUEST)));
      if ('error' in answer) return this.worker.postMessage({ kind: 'predicted', call, answer } satisfies PreviewRequest);
      answer.outputs.forEach((column, index) => (outputs[index] ??= []).push(...column));
    }
    this.worker.postMessage({ kind: 'predicted', call, answer: { outputs } } satisfies PreviewRequest);
  }
}

function unexpected(answer: PreviewAnswer): never {
  throw new Error(`The preview answered ‘${answer.kind}’, which was not asked for.`);
}
