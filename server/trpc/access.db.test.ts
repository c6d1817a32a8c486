import { beforeAll, describe, expect, it } from 'vitest';
import { capabilities, capabilitiesOf } from '../identity/index.ts';
import { roles } from '../kernel/actor.ts';
import type { Actor } from '../kernel/actor.ts';
import { listProcedures, listRestRoutes } from '../rest/routes.ts';
import { rawRoutes } from '../surfaces.ts';
import { aToken, aUser, callAs, testWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';
import { testServer } from '../testing/http.ts';
import type { TestServer } from '../testing/http.ts';

let world: TestWorld;
let server: TestServer;
let organization: string;
beforeAll(async () => {
  world = await testWorld();
  server = await testServer(world);
  organization = await world.organization();
});

const procedures = listProcedures();
const guarded = procedures.flatMap(({ name, access }) => capabilities.filter((capability) => capability === access).map((capability) => ({ name, capability })));

/** The code with which a call by path ends, whatever its input: access is decided before the input is looked at. */
async function codeOf(actor: Actor | null, name: string): Promise<string> {
  let target: unknown = callAs(world.deps, actor);
  for (const part of name.split('.')) target = Reflect.get(Object(target), part);
  try {
    if (typeof target !== 'function') throw new Error(`${name} is no procedure`);
    await Reflect.apply(target, undefined, [undefined]);
    return 'ok';
  } catch (error) {
    return error instanceof Error && error.cause instanceof Error && 'code' in error.cause ? String(error.cause.code) : String(error);
  }
}

describe('every procedure', () => {
  it.each(procedures.map(({ name, access }) => [name, access]))('%s states who may call it: %s', (_, access) => {
    expect([...capabilities, 'signedIn', 'public']).toContain(access);
  });

  it.each(procedures.filter(({ type }) => type !== 'subscription').map(({ name, output }) => [name, output]))('%s states what it returns', (_, output) => {
    expect(output).toBeDefined();
  });

  it('is no query when its capability writes: a query is answered without an origin check', () => {
    expect(procedures.filter(({ type, access }) => access?.endsWith(':write') === true && type === 'query').map(({ name }) => name)).toEqual([]);
  });

  it.each(procedures.filter(({ access }) => access !== 'public').map(({ name }) => [name]))('%s refuses who has not signed in', async (name) => {
    expect(await codeOf(null, name)).toBe('NotSignedIn');
  });

  it.each(guarded.flatMap(({ name, capability }) => roles.filter((role) => !capabilitiesOf(role).includes(capability)).map((role) => [name, role] as const)))('%s refuses the role %s, on record', async (name, role) => {
    expect(await codeOf(aUser(organization, role), name)).toBe('Forbidden');
    const { items } = await callAs(world.deps, aUser(organization)).audit.list({ limit: 1 });
    expect(items[0]).toMatchObject({ action: name, outcome: 'refused', actor: { id: `user-${role}` } });
  });

  it.each(guarded.map(({ name, capability }) => [name, capability] as const))('%s refuses a token without %s', async (name, capability) => {
    expect(await codeOf(aToken(organization, capabilities.filter((other) => other !== capability)), name)).toBe('Forbidden');
  });

  it.each(guarded.map(({ name, capability }) => [name, capability] as const))('%s lets a token with %s through', async (name, capability) => {
    expect(await codeOf(aToken(organization, [capability]), name)).not.toBe('Forbidden');
  });
});

describe('every route of the public API', () => {
  const routes = [...listRestRoutes(), ...rawRoutes].map(({ method, path, access }) => [method, path, access] as const);

  it.each(routes.filter(([, , access]) => access !== 'public'))('%s %s needs a token', async (method, path) => {
    const answer = await fetch(`${server.url}/api/v1${path.replaceAll(/\{[^}]+\}/g, 'x')}`, { method, headers: { authorization: 'Bearer slv_nobody' } });
    expect(answer.status).toBe(401);
  });
});
