import { z } from 'zod';
import { CliError, exitCodes } from './exit.ts';
import type { Profile } from './profile.ts';

/** A list is asked for in pages of this size, and at most so many of them. */
const pageSize = 100;
const pagesMax = 1000;
const answerMs = 60_000;
const downloadMs = 3_600_000;

const problemSchema = z.object({ code: z.string().optional(), title: z.string().optional(), detail: z.string().optional() });
const pageSchema = z.object({ items: z.array(z.unknown()), nextCursor: z.string().nullable() });

export type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>;

/** Speaks to the public API as whoever the token stands for. Failures become a `CliError` with the code to end with. */
export class ApiClient {
  readonly url: string;
  readonly #authority: Readonly<Record<string, string>>;

  constructor({ url, token, session }: Profile) {
    this.url = url;
    // A cookie counts only beside where it comes from.
    this.#authority = token === undefined ? { cookie: session, origin: new URL(url).origin } : { authorization: `Bearer ${token}` };
  }

  get(path: string, query: Query = {}): Promise<unknown> {
    return this.#ask('GET', `${path}${searchOf(query)}`);
  }

  send(method: 'POST' | 'PATCH' | 'PUT' | 'DELETE', path: string, body: unknown = {}): Promise<unknown> {
    return this.#ask(method, path, body);
  }

  /** Sends a piece of a file, and answers what the control plane says of it. */
  async sendBytes(path: string, bytes: Uint8Array<ArrayBuffer>, headers: Readonly<Record<string, string>>): Promise<unknown> {
    return answerOf(await this.#fetch('PATCH', path, { body: bytes, headers: { ...headers, 'content-type': 'application/octet-stream' } }));
  }

  /** Every item of a list, page after page, up to `max`. */
  async list(path: string, query: Query = {}, max = Number.POSITIVE_INFINITY): Promise<unknown[]> {
    const items: unknown[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < pagesMax && items.length < max; page++) {
      const answer = pageSchema.parse(await this.get(path, { ...query, limit: Math.min(pageSize, max - items.length), cursor }));
      items.push(...answer.items);
      if (answer.nextCursor === null) break;
      cursor = answer.nextCursor;
    }
    return items;
  }

  /** The bytes of an answer that may be of any size, as they come. */
  async download(path: string): Promise<ReadableStream<Uint8Array>> {
    const response = await this.#fetch('GET', path, {}, downloadMs);
    if (!response.ok || response.body === null) throw failureOf(response.status, parsed(await response.text()));
    return response.body;
  }

  async #ask(method: string, path: string, body?: unknown): Promise<unknown> {
    return answerOf(await this.#fetch(method, path, body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }));
  }

  async #fetch(method: string, path: string, sent: { body?: string | Uint8Array<ArrayBuffer>; headers?: Readonly<Record<string, string>> }, withinMs: number = answerMs): Promise<Response> {
    return request(this.url, `/api/v1${path}`, { method, ...sent, headers: { ...sent.headers, ...this.#authority, accept: 'application/json' }, signal: AbortSignal.timeout(withinMs) });
  }
}

async function answerOf(response: Response): Promise<unknown> {
  const data = parsed(await response.text());
  if (response.ok) return data;
  throw failureOf(response.status, data);
}

/** Begins a session by a break-glass code, as the sign-in page does. Throws where the code opens nothing. */
export async function openByCode(url: string, said: { code: string; name: string; reason: string }): Promise<Profile> {
  if (!URL.canParse(url)) throw new CliError(exitCodes.usage, `${url} is no address.`);
  const response = await request(url, '/api/auth/break-glass', { method: 'POST', headers: { origin: new URL(url).origin, 'content-type': 'application/json' }, body: JSON.stringify(said), signal: AbortSignal.timeout(answerMs) });
  if (!response.ok) throw failureOf(response.status, parsed(await response.text()));
  const session = response.headers.getSetCookie().flatMap((cookie) => cookie.split(';')[0] ?? []).join('; ');
  if (session === '') throw new CliError(exitCodes.refused, 'The control plane let nobody in.');
  return { url, session };
}

async function request(url: string, path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(`${url}${path}`, init);
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new CliError(exitCodes.unreachable, `${url} does not answer: ${cause}`);
  }
}

function failureOf(status: number, data: unknown): CliError {
  const problem = problemSchema.safeParse(data).data;
  const message = problem?.detail ?? problem?.title ?? `The control plane answered ${status}.`;
  return new CliError(exitCodeOf(status), problem?.code === undefined ? message : `${message} (${problem.code})`);
}

function parsed(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

function exitCodeOf(status: number): number {
  if (status === 401 || status === 403) return exitCodes.noAccess;
  if (status === 404) return exitCodes.notFound;
  // What a balancer says for a control plane that is not there.
  if (status === 502 || status === 503 || status === 504) return exitCodes.unreachable;
  return exitCodes.refused;
}

function searchOf(query: Query): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) search.append(name, String(one));
  }
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}
