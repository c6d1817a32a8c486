import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { listProcedures } from '../rest/routes.ts';
import { aUser, callAs, testWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';
import { toDomainError } from './errors.ts';
import { arbitraryOf } from '../testing/arbitrary-of-schema.ts';
import { aSide, sharedRule } from './testing/two-fleets.ts';

/* Whatever a caller sends is answered or refused by name: nothing that a schema lets in may bring a procedure down. */

const runs = 25;
const called = listProcedures().filter(({ type }) => type !== 'subscription');

let world: TestWorld;
let organization: string;
const known: string[] = [sharedRule, 'shared', 'side=one', 'side', 'one', 'deployments', 'node', 'fleet', '1h', '*', 'kafka'];
beforeAll(async () => {
  world = await testWorld();
  organization = await world.organization();
  await callAs(world.deps, aUser(organization)).rules.publish({ name: 'shared', text: sharedRule });
  const { marks } = await aSide(world.deps, organization, 'one', 10);
  known.push(...marks);
});

describe('any input that its schema allows', () => {
  it.each(called.map((procedure) => [procedure.name, procedure] as const))('is answered or refused by %s', { timeout: 60_000 }, async (name, { inputs }) => {
    let target: unknown = callAs(world.deps, aUser(organization));
    for (const part of name.split('.')) target = Reflect.get(Object(target), part);
    if (typeof target !== 'function') throw new Error(`${name} is no procedure`);
    const call = target;
    const [input] = inputs;
    const schema = input === undefined ? undefined : z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' });
    await fc.assert(
      fc.asyncProperty(schema === undefined ? fc.constant(undefined) : arbitraryOf(schema, { known }), async (given) => {
        try {
          await Reflect.apply(call, undefined, [given]);
        } catch (error) {
          const { code, cause } = toDomainError(error);
          expect(code === 'Internal' ? String(cause instanceof Error ? (cause.stack ?? cause) : cause) : code).not.toMatch(/\s/);
        }
      }),
      { numRuns: schema === undefined ? 1 : runs, endOnFailure: true },
    );
  });
});
