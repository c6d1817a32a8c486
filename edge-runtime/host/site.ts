import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

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
