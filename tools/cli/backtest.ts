import { createReadStream } from 'node:fs';
import { access, constants, readFile } from 'node:fs/promises';
import type { AttributeType, Environment } from '@selvedge/edge-runtime/cep';
import { CepError } from '@selvedge/edge-runtime/cep';
import { Backtest, readRecording, type AskModel, type BacktestResult, type BacktestRow } from '@selvedge/edge-runtime/cep/preview';
import { z } from 'zod';
import type { ApiClient } from './client.ts';
import { CliError, exitCodes } from './exit.ts';
import { table } from './output.ts';

/** Text of a recording that is read and run at one time. */
const pieceCharacters = 1 << 20;
/** Rows that a model is asked for at one time. */
const rowsPerCall = 500;

const textSchema = z.looseObject({ text: z.string() });
const ruleSchema = z.looseObject({ versions: z.array(z.looseObject({ version: z.number() })) });
const attributeSchema = z.looseObject({ name: z.string(), type: z.custom<AttributeType>((type) => typeof type === 'string') });
const signaturesSchema = z.array(z.looseObject({ reference: z.string(), inputs: z.array(attributeSchema), outputs: z.array(attributeSchema) }));
const answerSchema = z.looseObject({ outputs: z.record(z.string(), z.array(z.unknown())) });

export interface BacktestRequest {
  /** One or two rules: a file that ends in `.siddhi`, or a name with or without `@version`. */
  rules: readonly string[];
  /** A file of events, or `-`. */
  events: string;
  /** Where events belong that do not say so; the text's only input without it. */
  stream: string;
  settleSeconds: number;
}

/** Runs one rule, or two beside each other, over recorded events of any length. `connect` is asked only where a rule is on the control plane or asks a model. */
export async function backtest(connect: () => Promise<ApiClient>, request: BacktestRequest, standardInput: () => AsyncIterable<string>): Promise<BacktestResult & { rules: readonly string[]; seconds: number }> {
  const texts: string[] = [];
  for (const rule of request.rules) texts.push(await textOf(connect, rule));
  const models = texts.some((text) => text.includes('model:predict')) ? await modelsOf(await connect()) : undefined;
  const from = performance.now();
  const run = opened(texts, models?.environment);
  const ask: AskModel = models?.ask ?? (() => Promise.resolve({ error: 'there is no such model' }));
  const source = request.events === '-' ? standardInput() : createReadStream(await readable(request.events), 'utf8');
  let after: number | undefined;
  for await (const piece of piecesOf(source)) {
    const recording = readRecording(piece, { stream: request.stream, ...(after === undefined ? {} : { after }) });
    if (recording.left > 0) throw new CliError(exitCodes.usage, `${recording.left} lines of ${request.events} cannot be read: ${recording.problems.slice(0, 3).join('; ')}`);
    after = recording.at.at(-1) ?? after;
    await run.feed(recording, ask);
  }
  return { rules: request.rules, ...(await run.finish(request.settleSeconds * 1000, ask)), seconds: (performance.now() - from) / 1000 };
}

function opened(texts: readonly string[], environment: Environment | undefined): Backtest {
  try {
    return new Backtest(texts, environment);
  } catch (error) {
    if (error instanceof CepError) throw new CliError(exitCodes.usage, error.message);
    throw error;
  }
}

async function textOf(connect: () => Promise<ApiClient>, rule: string): Promise<string> {
  if (rule.endsWith('.siddhi')) return readFile(await readable(rule), 'utf8');
  const client = await connect();
  const [name = '', written] = rule.split('@');
  const path = `/rules/${encodeURIComponent(name)}`;
  const version = written ?? ruleSchema.parse(await client.get(path)).versions[0]?.version;
  if (version === undefined) throw new CliError(exitCodes.notFound, `${name} has no version.`);
  return textSchema.parse(await client.get(`${path}/versions/${encodeURIComponent(version)}`)).text;
}

async function readable(file: string): Promise<string> {
  await access(file, constants.R_OK).catch(() => Promise.reject(new CliError(exitCodes.usage, `There is no file ${file} that can be read.`)));
  return file;
}

/** Models as the control plane has them: it answers their calls. */
async function modelsOf(client: ApiClient): Promise<{ environment: Environment; ask: AskModel }> {
  const signatures = new Map(signaturesSchema.parse(await client.get('/model-signatures')).map((one) => [one.reference, one]));
  return {
    environment: { model: (reference) => signatures.get(reference) ?? { missing: `there is no model “${reference}”` } },
    ask: async ({ model, inputs, count }) => {
      const signature = signatures.get(model);
      if (signature === undefined) return { error: `there is no model ${model}` };
      const [name = '', place = ''] = model.split('@');
      const columns = signature.outputs.map((): unknown[] => []);
      for (let first = 0; first < count; first += rowsPerCall) {
        const rows = signature.inputs.map((input, index) => [input.name, (inputs[index] ?? []).slice(first, first + rowsPerCall)]);
        const body = { ...(/^\d+$/.test(place) ? { version: Number(place) } : { alias: place }), inputs: Object.fromEntries(rows) };
        const { outputs } = answerSchema.parse(await client.send('POST', `/models/${encodeURIComponent(name)}/try-out`, body));
        for (const [index, output] of signature.outputs.entries()) columns[index]?.push(...(outputs[output.name] ?? []));
      }
      return { outputs: columns };
    },
  };
}

/** A text in pieces that end with a whole line outside quotes; each piece of CSV has the heading. JSON in one array is one piece. */
export async function* piecesOf(source: AsyncIterable<string | Buffer>, size = pieceCharacters): AsyncGenerator<string> {
  let heading: string | undefined;
  let held = '';
  for await (const chunk of source) {
    held += String(chunk);
    if (held.length < size || /^\s*\[/.test(held)) continue;
    heading ??= /^\s*\{/.test(held) ? '' : held.slice(0, held.indexOf('\n') + 1);
    const end = lastLineEnd(held, heading !== '');
    if (end <= heading.length) continue;
    yield held.slice(0, end);
    held = heading + held.slice(end);
  }
  if (held !== (heading ?? '')) yield held;
}

/** After the last end of a line that is not in a quoted cell; 0 when there is none. */
function lastLineEnd(text: string, quotes: boolean): number {
  let [end, quoted] = [0, false];
  if (!quotes || !text.includes('"')) return text.lastIndexOf('\n') + 1;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '"') quoted = !quoted;
    else if (text[at] === '\n' && !quoted) end = at + 1;
  }
  return end;
}

/** The result as people read it. */
export function described(result: BacktestResult & { rules: readonly string[]; seconds: number }): string {
  const { events, seconds, from, to, rules } = result;
  const two = rules.length === 2;
  const lines = [
    `${events} events in ${seconds.toFixed(1)} s, ${Math.round(events / Math.max(seconds, 1e-3))} a second${from === null || to === null ? '' : `, from ${new Date(from).toISOString()} to ${new Date(to).toISOString()}`}\n\n`,
    table([...result.streams], [
      { head: 'STREAM', value: (one) => one.name },
      ...rules.map((rule, index) => ({ head: rule, value: (one: BacktestResult['streams'][number]) => one.counts[index] ?? 0 })),
      ...(two ? rules.map((rule, index) => ({ head: `ONLY ${rule}`, value: (one: BacktestResult['streams'][number]) => one.only[index]?.count ?? 0 })) : []),
    ]),
  ];
  for (const stream of result.streams) {
    for (const [index, rule] of rules.entries()) {
      const rows = two ? (stream.only[index]?.examples ?? []) : (stream.examples[index] ?? []);
      if (rows.length > 0) lines.push(`\n${two ? `only ${rule}: ` : ''}${stream.name}\n`, ...rows.map(example));
    }
  }
  if (result.outOfOrder > 0) lines.push(`\n${result.outOfOrder} events came out of order.\n`);
  for (const { stream, count } of result.ignored) lines.push(`\n${count} events of ${stream}, which no rule takes.\n`);
  if (result.problemsTotal > 0) lines.push(`\n${result.problemsTotal} problems, the first of them:\n`, ...result.problems.map((problem) => `  ${problem}\n`));
  return lines.join('');
}

function example({ at, data }: BacktestRow): string {
  return `  ${new Date(at).toISOString()} ${JSON.stringify(data)}\n`;
}

/** Whether two rules put out the same. */
export function isSame(result: BacktestResult): boolean {
  return result.streams.every(({ only }) => only.every(({ count }) => count === 0));
}
