import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { writeFileDurably } from '../kernel/durable-file.ts';
import { receiptSchema, signedReceiptSchema } from '../protocol/index.ts';

/* What a person at the site does from the node's command line: it goes through the gateway, like everything else. */

export async function readStatus(folder: string): Promise<string> {
  return JSON.stringify(await call(folder, 'GET', '/v1/status'), null, 2);
}

export async function holdNode(folder: string, minutes: number, reason: string): Promise<string> {
  const { until } = z.object({ until: z.number() }).parse(await call(folder, 'POST', '/v1/hold', { minutes, reason }));
  return `Held until ${new Date(until).toISOString()}: ${reason}`;
}

export async function releaseNode(folder: string): Promise<string> {
  await call(folder, 'DELETE', '/v1/hold');
  return 'Released.';
}

/** How long a bundle from a file may take until it runs; what it does then goes on without being waited for. */
const APPLY_MS = 10 * 60_000;
const POLL_MS = 250;

const standingSchema = z.object({
  bundle: z.object({ generation: z.number() }).nullable(),
  activation: z.object({ generation: z.number(), step: z.string(), message: z.string().optional() }).nullable(),
  failure: z.object({ generation: z.number(), message: z.string() }).nullable(),
  hold: z.object({ reason: z.string() }).nullable(),
});

/** Takes a bundle from a file, waits for what becomes of it, and writes a receipt. `failed` when it does not run. */
export async function applyFile(folder: string, file: string, receiptFile: string | undefined): Promise<{ text: string; failed: boolean }> {
  const { generation } = z.object({ generation: z.number() }).parse(await call(folder, 'POST', '/v1/apply', { file: resolve(file) }));
  const outcome = await outcomeOf(folder, generation);
  const written = await writeReceipt(folder, receiptFile ?? `${resolve(file)}.receipt`);
  return { text: `${outcome.text}\n${written}`, failed: outcome.failed };
}

/** Writes the next receipt into a file. */
export async function writeReceipt(folder: string, file: string): Promise<string> {
  const receipt = signedReceiptSchema.parse(await call(folder, 'POST', '/v1/receipts'));
  await writeFileDurably(resolve(file), `${JSON.stringify(receipt)}\n`, { mode: 0o644 });
  const { number, report } = receiptSchema.parse(JSON.parse(receipt.payload));
  return `Receipt ${number} (${report.sync}: ${report.message}) is in ${resolve(file)}; bring it back with: selvedge receipt import ${file}`;
}

async function outcomeOf(folder: string, generation: number): Promise<{ text: string; failed: boolean }> {
  for (const deadline = Date.now() + APPLY_MS; Date.now() < deadline; await wait(POLL_MS)) {
    const { bundle, activation, failure, hold } = standingSchema.parse(await call(folder, 'GET', '/v1/status'));
    if (failure?.generation === generation && activation === null) return { text: `Generation ${generation} failed: ${failure.message}`, failed: true };
    if (bundle?.generation === generation && (activation === null || activation.step === 'Running')) return { text: `Generation ${generation} runs.`, failed: false };
    if (activation?.step === 'Staged') return { text: activation.message ?? `Generation ${generation} waits for its window.`, failed: false };
    if (hold !== null) return { text: `Generation ${generation} was accepted; the node is held: ${hold.reason}`, failed: false };
  }
  return { text: `Generation ${generation} was accepted and does not run yet; \`status\` says how it goes on.`, failed: true };
}

async function call(folder: string, method: string, path: string, body?: unknown): Promise<unknown> {
  let url: string;
  let token: string;
  try {
    url = z.object({ url: z.url() }).parse(JSON.parse(await readFile(join(folder, 'gateway.json'), 'utf8'))).url;
    token = (await readFile(join(folder, 'gateway-token'), 'utf8')).trim();
  } catch (cause) {
    throw new Error(`no agent has worked in ${folder} that you may read; name its folder with --folder`, { cause });
  }
  let response: Response;
  try {
    response = await fetch(url + path, { method, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  } catch (cause) {
    throw new Error(`the agent of ${folder} does not answer at ${url}: it is not running`, { cause });
  }
  const text = await response.text();
  if (!response.ok) throw new Error(z.object({ error: z.string() }).parse(JSON.parse(text)).error);
  return text === '' ? undefined : JSON.parse(text);
}
