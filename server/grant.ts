import { parseArgs } from 'node:util';
import { z } from 'zod';
import { compose } from './compose.ts';
import { createToken as createEnrollmentToken } from './enrollment/index.ts';
import { findFleetByName } from './fleets/index.ts';
import { capabilities, createApiToken, createSignInLink, ensureOrganization } from './identity/index.ts';
import { systemActor } from './kernel/actor.ts';
import type { Deps } from './kernel/deps.ts';
import { readEnvironment } from './kernel/env.ts';
import type { Environment } from './kernel/env.ts';
import { DomainError, notFound } from './kernel/errors.ts';
import { wholeOf } from './kernel/reach.ts';
import { startFailure } from './kernel/start-failure.ts';

const usage = `usage: node server/grant.ts sign-in-link
       node server/grant.ts api-token --name NAME --scopes nodes:read,rules:write [--fleets pumps,valves] --minutes 60
       node server/grant.ts enrollment-token --label LABEL [--labels site=a,line=b] --uses 1 --minutes 60`;

const list = z.string().transform((text) => text.split(',').filter((item) => item !== ''));
const minutes = z.coerce.number().int().min(1).max(525_600);
const grantSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('sign-in-link') }),
  z.object({ kind: z.literal('api-token'), name: z.string().min(1).max(100), scopes: list.pipe(z.array(z.enum(capabilities)).min(1)), fleets: list.optional(), minutes }),
  z.object({
    kind: z.literal('enrollment-token'),
    label: z.string().min(1).max(100),
    labels: list.default([]).pipe(z.array(z.string().regex(/^[^=]+=[^=]+$/, 'labels are written name=value'))),
    uses: z.coerce.number().int().min(1).max(10_000),
    minutes,
  }),
]);

/**
 * Gives whoever owns the database and the state folder a way in, beside a running control plane or without one. What is granted is
 * printed once, as one line of JSON, and the grant is in the audit chain.
 */
async function grant(deps: Deps, wanted: z.infer<typeof grantSchema>): Promise<object> {
  const organizationId = await ensureOrganization(deps);
  const actor = systemActor(organizationId, deps.ids.next(), 'the command line');
  const expiresAt = 'minutes' in wanted ? deps.clock.now() + wanted.minutes * 60_000 : 0;
  switch (wanted.kind) {
    case 'sign-in-link':
      return { link: await createSignInLink(deps, organizationId) };
    case 'api-token':
      return createApiToken(deps, actor, { name: wanted.name, scopes: wanted.scopes, fleets: wanted.fleets === undefined ? 'all' : await fleetIds(deps, organizationId, wanted.fleets), expiresAt });
    case 'enrollment-token': {
      const labels = Object.fromEntries(wanted.labels.map((label) => [label.slice(0, label.indexOf('=')), label.slice(label.indexOf('=') + 1)]));
      return createEnrollmentToken(deps, actor, { label: wanted.label, labels, uses: wanted.uses, expiresAt });
    }
  }
}

async function fleetIds(deps: Deps, organizationId: string, names: readonly string[]): Promise<string[]> {
  return Promise.all(names.map(async (name) => {
    const fleet = await findFleetByName(deps.db, wholeOf(organizationId), name);
    if (fleet === null) throw notFound('fleet', name);
    return fleet.id;
  }));
}

/** What the words of the command ask for. Throws an Error that lists what is wrong with them. */
function wantedBy(words: readonly string[]): z.infer<typeof grantSchema> {
  const text = { type: 'string' } as const;
  const { positionals, values } = parseArgs({ args: [...words], allowPositionals: true, options: { name: text, scopes: text, fleets: text, minutes: text, label: text, labels: text, uses: text } });
  const parsed = grantSchema.safeParse({ kind: positionals[0], ...values });
  if (!parsed.success) throw new Error(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n'));
  return parsed.data;
}

/** Does what the words ask for, and returns the code to exit with. */
async function run(words: readonly string[]): Promise<number> {
  if (words.includes('--help')) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  let wanted: z.infer<typeof grantSchema>;
  try {
    wanted = wantedBy(words);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}\n`);
    return 2;
  }
  let environment: Environment | undefined;
  try {
    environment = readEnvironment();
    const { deps, close } = await compose({ ...environment, roles: ['console'], logLevel: 'error' }, environment.publicUrl ?? `http://localhost:${environment.port}`, []);
    try {
      process.stdout.write(`${JSON.stringify(await grant(deps, wanted))}\n`);
    } finally {
      await close();
    }
    return 0;
  } catch (error) {
    process.stderr.write(`Nothing was granted: ${error instanceof DomainError ? error.message : startFailure(error, environment?.databaseUrl)}\n`);
    return 1;
  }
}

process.exitCode = await run(process.argv.slice(2));
