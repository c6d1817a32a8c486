import { z } from 'zod';
import type { Actor } from '../kernel/actor.ts';
import type { Deps } from '../kernel/deps.ts';
import { DomainError } from '../kernel/errors.ts';
import { limits } from '../kernel/limits.ts';
import { requireStorable } from '../kernel/storable-text.ts';
import { readJson, sendJson, sendText } from '../http/exchange.ts';
import type { Exchange, Surface } from '../http/exchange.ts';
import type { Gate } from '../http/gate.ts';
import type { RawRoute } from '../http/raw-route.ts';
import { requireCapability, within } from '../identity/index.ts';
import { recordRefusedCall } from '../trpc/refusals.ts';
import { createCaller } from '../trpc/root.ts';
import { invalidInput, toDomainError } from '../trpc/errors.ts';
import { referencePage } from './reference-page.ts';
import { createMatcher } from './match.ts';
import { buildOpenApi } from './openapi.ts';
import { inputOfQuery } from './query-input.ts';
import { listRestRoutes } from './routes.ts';
import type { RestRoute } from './routes.ts';

const prefix = '/api/v1';

type AnyRoute = RestRoute | RawRoute;

/** The public API: the procedures that state a route, the raw routes, and the document that describes both. */
export function restSurfaces(deps: Deps, gate: Gate, rawRoutes: readonly RawRoute[], version: string): Surface[] {
  const routes = listRestRoutes();
  const document = buildOpenApi(routes, rawRoutes, version);
  const documentText = JSON.stringify(document);
  const page = referencePage(document);
  const matcher = createMatcher<AnyRoute>([...routes, ...rawRoutes]);
  return [
    {
      name: 'docs',
      prefix: '/api/docs',
      handle: async ({ response }) => {
        response.setHeader('content-security-policy', page.policy);
        sendText(response, 200, page.html, 'text/html; charset=utf-8');
      },
    },
    { name: 'docs', prefix: `${prefix}/openapi.json`, handle: async ({ response }) => sendText(response, 200, documentText, 'application/json; charset=utf-8') },
    {
      name: 'rest',
      prefix,
      handle: async (exchange) => {
        const found = matcher.match(exchange.method, exchange.url.pathname.slice(prefix.length));
        if (found === null) throw new DomainError('NotFound', 'There is nothing at this address. The reference is at /api/docs.');
        if (found.route === null) {
          exchange.response.setHeader('allow', found.methods.join(', '));
          throw new DomainError('NotFound', `This address takes ${found.methods.join(', ')}, not ${exchange.method}.`);
        }
        const actor = await gate(exchange);
        if ('procedure' in found.route) await callProcedure(deps, actor, found.route, found.parameters, exchange);
        else await callRaw(deps, actor, found.route, found.parameters, exchange);
      },
    },
  ];
}

async function callProcedure(deps: Deps, actor: Actor | null, route: RestRoute, parameters: Record<string, string>, exchange: Exchange): Promise<void> {
  const input = { ...(await inputOf(route, exchange)), ...inputOfQuery(route.input, new URLSearchParams(parameters)) };
  const caller = createCaller({ deps, actor, requestId: exchange.requestId, remoteAddress: exchange.remoteAddress });
  const procedure = memberAt(caller, route.procedure);
  const output: unknown = await procedure(route.input === null ? undefined : input);
  sendJson(exchange.response, 200, output);
}

async function inputOf(route: RestRoute, { method, url, request }: Exchange): Promise<Record<string, unknown>> {
  if (method === 'GET' || method === 'DELETE') return inputOfQuery(route.input, url.searchParams);
  const body = await readJson(request, limits.jsonBodyBytesMax);
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw new DomainError('InvalidInput', 'The body must be a JSON object.');
  return { ...body };
}

/** tRPC's callers are proxies of functions; the path comes from the router itself. */
function memberAt(caller: unknown, path: string): (input: unknown) => Promise<unknown> {
  let target: unknown = caller;
  for (const name of path.split('.')) target = (typeof target === 'object' || typeof target === 'function') && target !== null ? Reflect.get(target, name) : undefined;
  if (typeof target !== 'function') throw new Error(`there is no procedure ${path}`);
  const call = target;
  return async (input) => Reflect.apply(call, undefined, [input]);
}

async function callRaw(deps: Deps, actor: Actor | null, route: RawRoute, parameters: Record<string, string>, exchange: Exchange): Promise<void> {
  if (actor === null) throw new DomainError('NotSignedIn', 'You are not signed in, or your session or token has ended.');
  try {
    requireCapability(actor, route.access, route.breadth);
  } catch (error) {
    await recordRefusedCall(deps, actor, `${route.tag.toLowerCase()}.${route.method.toLowerCase()}`, parameters, toDomainError(error));
    throw error;
  }
  requireStorable(parameters);
  try {
    await route.handle({ deps, actor: within(actor, route.access), parameters, exchange });
  } catch (error) {
    // These handlers parse their own input, where procedures have theirs parsed before they run.
    throw error instanceof z.ZodError ? invalidInput(error) : error;
  }
}
