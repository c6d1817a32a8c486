import { createHash } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { Clock } from './clock.ts';
import { DomainError, errorCatalogue } from './errors.ts';
import type { ErrorCode } from './errors.ts';
import type { Peer, ReplicaCalls } from './replicas.ts';
import type { Vault } from './vault.ts';

/** Where replicas ask each other, below the address that each gives of itself: `/replica/ask/{question}` and `/replica/follow/{question}`. */
export const replicaPrefix = '/replica';
/** A replica that is followed says at least this often that it is there. */
export const saysSomethingEveryMs = 5_000;
const silentMs = 3 * saysSomethingEveryMs;
const lineCharactersMax = 8_388_608;
const tokenSeconds = 30;

const refusalSchema = z.object({
  code: z.custom<ErrorCode>((code) => typeof code === 'string' && Object.hasOwn(errorCatalogue, code)),
  detail: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
});
const answerSchema = z.object({ answer: z.unknown() });
const lineSchema = z.union([z.object({ refusal: refusalSchema }), answerSchema]);

/** Tells replicas from everybody else: by a secret that only who has the state folder can derive. */
export interface ReplicaTokens {
  /** For one question of this body to one replica, and half a minute. */
  sign(replicaId: string, path: string, body: string): Promise<string>;
  /** False for a token of another replica, question or body, or one that is over. */
  verifies(token: string, replicaId: string, path: string, body: string): Promise<boolean>;
}

export function createReplicaTokens(vault: Vault, clock: Clock): ReplicaTokens {
  const key = Buffer.from(vault.derive('replicas'), 'base64url');
  const digestOf = (body: string): string => createHash('sha256').update(body).digest('base64url');
  return {
    sign: (replicaId, path, body) => {
      const now = Math.floor(clock.now() / 1000);
      return new SignJWT({ body: digestOf(body) }).setProtectedHeader({ alg: 'HS256' }).setAudience(replicaId).setSubject(path).setIssuedAt(now).setExpirationTime(now + tokenSeconds).sign(key);
    },
    verifies: async (token, replicaId, path, body) => {
      const options = { algorithms: ['HS256'], audience: replicaId, subject: path, currentDate: new Date(clock.now()), clockTolerance: tokenSeconds };
      const verified = await jwtVerify(token, key, options).catch(() => null);
      return verified !== null && verified.payload['body'] === digestOf(body);
    },
  };
}

/** Asks over HTTP, one request a question. */
export function createReplicaCalls(tokens: ReplicaTokens): ReplicaCalls {
  const send = async (peer: Peer, path: string, input: unknown, signal: AbortSignal): Promise<Response> => {
    const body = JSON.stringify(input);
    const token = await tokens.sign(peer.id, path, body);
    const response = await fetch(`${peer.url}${replicaPrefix}${path}`, { method: 'POST', redirect: 'error', signal, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body });
    if (!response.ok) throw await refusalOf(response);
    return response;
  };

  return {
    ask: async (peer, name, input, withinMs) => {
      const response = await send(peer, `/ask/${name}`, input, AbortSignal.timeout(withinMs));
      return answerSchema.parse(await response.json()).answer;
    },
    follow: async function* (peer, name, input, signal) {
      const silence = new AbortController();
      const timer = setTimeout(() => silence.abort(new Error(`replica ${peer.id} said nothing for ${silentMs / 1000} s`)), silentMs);
      try {
        const response = await send(peer, `/follow/${name}`, input, AbortSignal.any([signal, silence.signal]));
        for await (const line of linesOf(response)) {
          timer.refresh();
          if (line === '') continue;
          const told = lineSchema.parse(JSON.parse(line));
          if ('refusal' in told) throw toError(told.refusal);
          yield told.answer;
        }
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

async function* linesOf(response: Response): AsyncGenerator<string> {
  if (response.body === null) return;
  let rest = '';
  for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > lineCharactersMax) throw new Error(`a line of another replica has more than ${lineCharactersMax} characters`);
    yield* lines;
  }
}

/** What the replica refused, as it was thrown there; any other answer is no answer. */
async function refusalOf(response: Response): Promise<Error> {
  const refusal = refusalSchema.safeParse(await response.json().catch(() => null));
  const code = refusal.data?.code ?? 'Internal';
  // One that does not know us, or fails, has not refused what was asked.
  if (!refusal.success || code === 'Internal' || code === 'NotSignedIn') return new Error(`another replica answered with status ${response.status}`);
  return toError(refusal.data);
}

function toError({ code, detail, details }: z.infer<typeof refusalSchema>): DomainError {
  return new DomainError(code, detail, details === undefined ? {} : { details });
}
