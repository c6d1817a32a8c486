import { CepError, type Environment, type ModelAnswer, type ModelCall, type Row } from '@selvedge/edge-runtime/cep';
import { answerAll, eventsOf, plain, Preview, readRecording, recordingOf, runTestCase, type PlainEvent, type Recording } from '@selvedge/edge-runtime/cep/preview';
import type { Explanation, KnownModel, PreviewAnswer, PreviewRequest, PreviewRun, RecordingSummary } from './preview-protocol.ts';

/**
 * The engine in the browser. It compiles rules to code, which the page's policy forbids and this worker's own allows; it holds
 * the recording and speaks with nobody but its page, which asks models for it.
 */

/** Events sent between two looks at whether a newer request has come. */
const EVENTS_A_SLICE = 20_000;
/** The same where one row is looked for, which has to be found before too many others follow it. */
const EVENTS_A_LOOK = 200;
/** Rows that one run may ask models about; a preview is not a batch inference. */
const PREDICTIONS_MAX = 2000;
/** Answers kept, so that typing does not ask the same again. */
const ANSWERS_KEPT_MAX = 50_000;
/** How deep an explanation follows rows back, and how many events it names at each step. */
const EXPLAINED_DEPTH_MAX = 6;
const EXPLAINED_EVENTS_MAX = 12;

let recording: Recording = recordingOf([]);
let newestRun = 0;
const asked = new Map<number, (answer: ModelAnswer) => void>();
const answers = new Map<string, unknown[]>();
let calls = 0;

self.addEventListener('message', (event: MessageEvent<PreviewRequest>) => void handle(event.data));

async function handle(request: PreviewRequest): Promise<void> {
  if (request.kind === 'predicted') {
    asked.get(request.call)?.(request.answer);
    asked.delete(request.call);
    return;
  }
  try {
    send(await answer(request));
  } catch (failure) {
    send({ kind: 'failed', id: request.id, message: failure instanceof CepError || failure instanceof Error ? failure.message : String(failure) });
  }
}

async function answer(request: Exclude<PreviewRequest, { kind: 'predicted' }>): Promise<PreviewAnswer> {
  const { id } = request;
  switch (request.kind) {
    case 'record-text':
      recording = readRecording(request.text, { stream: request.stream });
      return { kind: 'recorded', id, summary: summaryOf(recording) };
    case 'record-events':
      recording = recordingOf(request.events);
      return { kind: 'recorded', id, summary: summaryOf(recording) };
    case 'run': {
      newestRun = id;
      const run = await runOnce(id, request.text, request.models);
      const other = run === undefined || request.other === null ? null : await runOnce(id, request.other, request.models).catch((failure: unknown) => ({ error: String(failure) }));
      return run === undefined || other === undefined ? { kind: 'superseded', id } : { kind: 'ran', id, run, other };
    }
    case 'explain':
      return { kind: 'explained', id, explanation: await explain(request) };
    case 'test': {
      const environment = environmentOf(request.models);
      const ask = asking(request.models);
      const outcomes = [];
      for (const test of request.tests) outcomes.push(await runTestCase(request.text, test, { environment, ask }));
      return { kind: 'tested', id, outcomes };
    }
    case 'events':
      return { kind: 'events', id, events: firstEvents(request.max) };
  }
}

/** Runs to the end unless a newer run has begun; undefined then. */
async function runOnce(id: number, text: string, models: readonly KnownModel[]): Promise<PreviewRun | undefined> {
  const begun = performance.now();
  const preview = new Preview(text, recording, { environment: environmentOf(models), settleMs: 0 });
  const ask = asking(models);
  for (let done = false; !done; ) {
    done = preview.step(EVENTS_A_SLICE);
    await answerAll(preview, ask);
    if (!done) await others();
    if (newestRun !== id) return undefined;
  }
  return { result: preview.result(), ms: performance.now() - begun };
}

/** Lets messages in that have come meanwhile. */
function others(): Promise<void> {
  return new Promise((resolve) => {
    const channel = new MessageChannel();
    channel.port1.addEventListener('message', () => resolve(), { once: true });
    channel.port1.start();
    channel.port2.postMessage(null);
  });
}

/** Runs again with provenance as far as the row that is asked about, since it costs as much as the events themselves. */
async function explain({ text, stream, index, models }: Extract<PreviewRequest, { kind: 'explain' }>): Promise<Explanation | null> {
  const preview = new Preview(text, recording, { environment: environmentOf(models), provenance: true });
  const ask = asking(models);
  for (let done = false; !done; ) {
    done = preview.step(EVENTS_A_LOOK);
    await answerAll(preview, ask);
    const found = preview.rowOf(stream, index);
    if (found !== undefined) return explanationOf(preview, found.row, 0) ?? null;
    if (!done) await others();
  }
  return null;
}

function explanationOf(preview: Preview, row: Row, depth: number): Explanation | undefined {
  const cause = preview.causesOf(row);
  if (cause === undefined) return undefined;
  return {
    query: cause.query,
    inputs: cause.inputs.map(({ name, stream, total, events }) => {
      const names = preview.namesIn(cause.query, stream);
      return {
        name,
        stream,
        total,
        events: shown(events).map(({ timestamp, row: inner }) => {
          const because = depth < EXPLAINED_DEPTH_MAX ? explanationOf(preview, inner, depth + 1) : undefined;
          return { stream, at: timestamp, data: Object.fromEntries(inner.map((value, place) => [names[place] ?? `value ${place + 1}`, plain(value)])), ...(because === undefined ? {} : { because }) };
        }),
      };
    }),
  };
}

function shown<T>(events: readonly T[]): readonly T[] {
  const half = EXPLAINED_EVENTS_MAX / 2;
  return events.length <= EXPLAINED_EVENTS_MAX ? events : [...events.slice(0, half), ...events.slice(-half)];
}

function firstEvents(max: number): PlainEvent[] {
  const list: PlainEvent[] = [];
  for (const event of eventsOf(recording)) {
    if (list.length >= max) break;
    list.push({ ...event, data: Object.fromEntries(Object.entries(event.data).map(([name, value]) => [name, plain(value)])) });
  }
  return list;
}

function summaryOf({ streams, of, at, rows, problems, left }: Recording): RecordingSummary {
  const counts = streams.map(() => 0);
  for (const stream of of) counts[stream] = (counts[stream] ?? 0) + 1;
  return { streams: streams.map(({ name }, index) => ({ name, count: counts[index] ?? 0 })), from: at[0] ?? 0, to: at.at(-1) ?? 0, events: rows.length, problems, left };
}

function environmentOf(models: readonly KnownModel[]): Environment {
  return { model: (reference) => models.find((one) => one.reference === reference) ?? { missing: `there is no model '${reference}'` } };
}

/** Asks the page for what is not known yet, row by row of what models were asked before. */
function asking(models: readonly KnownModel[]): (call: ModelCall) => Promise<ModelAnswer> {
  let rows = 0;
  return async (call) => {
    const outputs = models.find((one) => one.reference === call.model)?.outputs.length ?? 0;
    const keys = Array.from({ length: call.count }, (_, row) => `${call.model} ${JSON.stringify(call.inputs.map((column) => plain(column[row])))}`);
    const unknown = [...new Map(keys.flatMap((key, row) => (answers.has(key) ? [] : [[key, row] as const]))).entries()];
    rows += unknown.length;
    if (rows > PREDICTIONS_MAX) return { error: `a preview asks models about ${PREDICTIONS_MAX} rows at most` };
    if (unknown.length > 0) {
      const answered = await askPage(call.model, call.inputs.map((column) => unknown.map(([, row]) => plain(column[row]))), unknown.length);
      if ('error' in answered) return answered;
      if (answers.size > ANSWERS_KEPT_MAX) answers.clear();
      unknown.forEach(([key], place) => answers.set(key, answered.outputs.map((column) => column[place])));
    }
    return { outputs: Array.from({ length: outputs }, (_, column) => keys.map((key) => answers.get(key)?.[column] ?? null)) };
  };
}

function askPage(model: string, inputs: readonly (readonly unknown[])[], count: number): Promise<ModelAnswer> {
  const call = ++calls;
  return new Promise((resolve) => {
    asked.set(call, resolve);
    send({ kind: 'predict', call, model, inputs, count });
  });
}

function send(message: PreviewAnswer): void {
  self.postMessage(message);
}
