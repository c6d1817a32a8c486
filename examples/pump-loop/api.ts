import { readFile } from 'node:fs/promises';

/** An answer of the public API that is no success, with what it said. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** What this example needs of a client of `/api/v1`: a path, a body, an answer. */
export class Api {
  readonly #base: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.#base = `${url.replace(/\/$/, '')}/api/v1`;
    this.#token = token;
  }

  /** Throws ApiError with the code and the sentence of the problem that the API answered. */
  async call(method: string, path: string, body?: object): Promise<unknown> {
    const response = await this.#fetch(method, path, body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });
    return await response.json();
  }

  /** Sends a file in one piece and returns the id of the upload. */
  async upload(path: string): Promise<string> {
    const bytes = await readFile(path);
    const id = textAt(await this.call('POST', '/uploads', { bytes: bytes.length, kind: 'model' }), 'id');
    await this.#fetch('PATCH', `/uploads/${id}`, { body: new Uint8Array(bytes), headers: { 'content-type': 'application/octet-stream', 'upload-offset': '0' } });
    return id;
  }

  async #fetch(method: string, path: string, init: RequestInit): Promise<Response> {
    const response = await fetch(`${this.#base}${path}`, { ...init, method, headers: { ...init.headers, authorization: `Bearer ${this.#token}` } });
    if (response.ok) return response;
    const problem: unknown = await response.json().catch(() => undefined);
    throw new ApiError(response.status, fieldAt(problem, 'code') ?? 'Unknown', `${method} ${path}: ${fieldAt(problem, 'detail') ?? response.statusText}`);
  }
}

/** The text member of an answer; throws where the API did not keep to its own description. */
export function textAt(answer: unknown, member: string): string {
  const value = fieldAt(answer, member);
  if (value === undefined) throw new Error(`the answer has no "${member}": ${JSON.stringify(answer).slice(0, 200)}`);
  return value;
}

export function itemsOf(answer: unknown): unknown[] {
  const items: unknown = typeof answer === 'object' && answer !== null && 'items' in answer ? answer.items : undefined;
  return Array.isArray(items) ? items : [];
}

export function fieldAt(value: unknown, member: string): string | undefined {
  const field: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, member) : undefined;
  return typeof field === 'string' ? field : typeof field === 'number' ? String(field) : undefined;
}
