import { CepError, type ModelAnswer } from '@selvedge/edge-runtime/cep';
import { answerAll, columnsOf, eventsOf, plain, Preview, readRecording, recordingOf, runTestCase, type PlainEvent, type PreviewRow, type Recording } from '@selvedge/edge-runtime/cep/preview';
import { explanationOf } from './preview-explanation.ts';
import { asking, environmentOf, type AskPage } from './preview-models.ts';
import type { Explanation, KnownModel, PreviewAnswer, PreviewRequest, PreviewRun, RecordingSummary } from './preview-protocol.ts';
import { Stops } from './preview-stops.ts';

/**
 * The engine in the browser. It compiles rules to code, which the page's policy forbids and this worker's own allows; it holds
 * the recording and speaks with nobody but its page, which asks models for it.
 */

/** Events sent between two looks at whether a newer request has come. */
const EVENTS_A_SLICE = 20_000;
/** The same where one row is looked for, which has to be found before too many others follow it. */
const EVENTS_A_LOOK = 200;
/** Rows shown of a stream before a moment. */
const ROWS_SHOWN_MAX = 100;

let recording: Recording = recordingOf([]);
let newestRun = 0;
let newestRows = 0;
const stops = new Stops();
const asked = new Map<number, (answer: ModelAnswer) => void>();
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
    case 'rows':
      newestRows = id;
      return { kind: 'rows', id, rows: await rowsUntil(request) };
    case 'begin':
      return { kind: 'stopped', id, ...(await stops.begin(request, recording, { environment: environmentOf(request.models), ask: asking(request.models, askPage), others })) };
    case 'go':
      return { kind: 'stopped', id, ...(await stops.go(request)) };
    case 'look':
      return { kind: 'looked', id, look: stops.look(request.query, request.choice) };
    case 'explain':
      return { kind: 'explained', id, explanation: await explain(request) };
    case 'test': {
      const environment = environmentOf(request.models);
      const ask = asking(request.models, askPage);
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
  const ask = asking(models, askPage);
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

/** Runs again as far as a moment, and gives the rows that a stream had last; null when a newer moment is asked for. */
async function rowsUntil({ id, text, stream, until, models }: Extract<PreviewRequest, { kind: 'rows' }>): Promise<readonly PreviewRow[] | null> {
  const preview = new Preview(text, recording, { environment: environmentOf(models), until });
  const ask = asking(models, askPage);
  for (let done = false; !done; ) {
    done = preview.step(EVENTS_A_SLICE);
    await answerAll(preview, ask);
    if (!done) await others();
    if (newestRows !== id) return null;
  }
  return preview.rowsOf(stream).filter((one) => one.timestamp < until).slice(-ROWS_SHOWN_MAX);
}

/** Runs again with provenance as far as the row that is asked about, since it costs as much as the events themselves. */
async function explain({ text, stream, index, models }: Extract<PreviewRequest, { kind: 'explain' }>): Promise<Explanation | null> {
  const preview = new Preview(text, recording, { environment: environmentOf(models), provenance: true });
  const ask = asking(models, askPage);
  for (let done = false; !done; ) {
    done = preview.step(EVENTS_A_LOOK);
    await answerAll(preview, ask);
    const found = preview.rowOf(stream, index);
    if (found !== undefined) return explanationOf(preview, found.row) ?? null;
    if (!done) await others();
  }
  return null;
}

function firstEvents(max: number): PlainEvent[] {
  const list: PlainEvent[] = [];
  for (const event of eventsOf(recording)) {
    if (list.length >= max) break;
    list.push({ ...event, data: Object.fromEntries(Object.entries(event.data).map(([name, value]) => [name, plain(value)])) });
  }
  return list;
}

function summaryOf(recorded: Recording): RecordingSummary {
  const { streams, of, at, rows, problems, left } = recorded;
  const columns = columnsOf(recorded);
  const counts = streams.map(() => 0);
  for (const stream of of) counts[stream] = (counts[stream] ?? 0) + 1;
  return { streams: streams.map(({ name }, index) => ({ name, count: counts[index] ?? 0, columns: columns[index] ?? [] })), from: at[0] ?? 0, to: at.at(-1) ?? 0, events: rows.length, problems, left };
}

const askPage: AskPage = (model, inputs, count) => {
  const call = ++calls;
  return new Promise((resolve) => {
    asked.set(call, resolve);
    send({ kind: 'predict', call, model, inputs, count });
  });
};

function send(message: PreviewAnswer): void {
  self.postMessage(message);
}
