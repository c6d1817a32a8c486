import { resolve } from 'node:path';
import { z } from 'zod';
import { createProxies } from './proxies.ts';

export const processRoles = ['console', 'link', 'worker'] as const;
export type ProcessRole = (typeof processRoles)[number];

/** Every setting of the control plane, as variables of its environment; `docs/settings.md` is written from what is said here. */
export const environmentSchema = z.object({
  DATABASE_URL: z.string('is needed').regex(/^postgres(ql)?:\/\//, 'must be a postgresql:// address').describe('The Postgres that holds its state, `postgresql://user:password@host:5432/database`. Migrations are applied at the start.'),
  HOST: z.string().default('127.0.0.1').describe('The address it listens on; `0.0.0.0` for all of the machine’s.'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000).describe('The one port for console, API, agents and metrics; 0 takes any free one.'),
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional().describe('Where people and nodes reach it, when that is not host and port: behind a proxy. With `https:` its cookies are for TLS alone.'),
  REPLICA_URL: z.url({ protocol: /^https?$/ }).optional().describe('Where the other processes of this control plane reach this one, when that is not its port at `HOST` or, for `0.0.0.0`, at the first address of the machine.'),
  SELVEDGE_STATE: z.string().default('.selvedge').describe('The folder of its keys and of artefacts. Replicas share it.'),
  ROLES: z
    .string()
    .default(processRoles.join(','))
    .transform((text) => text.split(',').map((role) => role.trim()))
    .pipe(z.array(z.enum(processRoles)).min(1))
    .describe('Which parts this process has: `console` (pages and API), `link` (nodes and artefacts), `worker` (jobs and rollouts).'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info').describe('The least that is logged, as JSON lines on standard error.'),
  NODE_ENV: z.enum(['development', 'production', 'test']).default('production').describe('`development` builds pages as they are asked for.'),
  TRUSTED_PROXIES: z
    .string()
    .default('')
    .transform((text) => text.split(',').map((entry) => entry.trim()).filter((entry) => entry !== ''))
    .check(({ value, issues }) => {
      try {
        createProxies(value);
      } catch (error) {
        issues.push({ code: 'custom', message: error instanceof Error ? error.message : String(error), input: value });
      }
    })
    .describe('Proxies whose `X-Forwarded-For` is believed, as addresses and ranges (`10.0.0.0/8`), separated by commas.'),
  OIDC_ISSUER: z.url({ protocol: /^https?$/ }).optional().describe('People may sign in by this OpenID Connect provider, such as `https://login.example.com/realms/plant`; the address that it calls back is `PUBLIC_URL` with `/api/auth/callback/oidc`.'),
  OIDC_CLIENT_ID: z.string().min(1).optional().describe('What the provider knows this installation as.'),
  OIDC_CLIENT_SECRET: z.string().min(1).optional().describe('The secret that the provider gave for it.'),
  OIDC_NAME: z.string().min(1).max(40).default('single sign-on').describe('What the button of the sign-in page calls the provider.'),
  OIDC_SECOND_FACTOR: z.enum(['provider', 'own']).default('provider').describe('What counts where an organization asks for a second factor: `provider`, that somebody came by the provider, which asks for one; `own`, a passkey or a code of Selvedge alone, also of who came by the provider.'),
  GIT_CA_FILE: z.string().min(1).optional().describe('A PEM file of certificate authorities by which Git servers and the proxy are known, in place of those of the system: for a private one.'),
  GIT_PROXY: z.url({ protocol: /^https?$/ }).optional().describe('The proxy by which repositories are asked, `http://proxy.example:3128`. It finds their hosts then, and which it lets through is its rule.'),
  DATABASE_POOL_MAX: z.coerce.number().int().min(2).max(200).default(20).describe('Connections to Postgres that it holds at most.'),
});

/**
 * Switches off what ONNX Runtime, which inspects and tries models, would tell its makers of them; before the first model.
 * Native code reads it from the environment of the process.
 */
export function silenceModelRuntime(): void {
  process.env['ORT_DISABLE_TELEMETRY'] = '1';
}

/** The settings of this process, each with its unit and default stated here and nowhere else. */
export interface Environment {
  databaseUrl: string;
  databasePoolMax: number;
  host: string;
  /** 0 takes any free port. */
  port: number;
  /** Where people reach the console, when that is not host and port: behind a proxy, for example. */
  publicUrl: string | undefined;
  /** Where other processes of this control plane reach this one, when that is not host and port. */
  replicaUrl: string | undefined;
  /** The folder of keys and artefacts, absolute. */
  stateFolder: string;
  roles: readonly ProcessRole[];
  /** Proxies whose X-Forwarded-For is believed, as addresses and ranges (`10.0.0.0/8`), separated by commas; none unless given. */
  trustedProxies: readonly string[];
  logLevel: string;
  development: boolean;
  /** The provider by which people may sign in; undefined without one. */
  singleSignOn: SingleSignOn | undefined;
  /** How Git reaches repositories. */
  git: { caFile: string | undefined; proxy: string | undefined };
}

/** An OpenID Connect provider, and what it knows this installation as. */
export interface SingleSignOn {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** As people know it. */
  name: string;
  /** Whether it asks for a second factor, so that who comes by it has shown one. */
  showsSecondFactor: boolean;
}

/** Settings that nothing can start with. */
export class EnvironmentError extends Error {
  constructor(faults: readonly string[]) {
    super(`the environment is not usable: ${faults.join('; ')}`);
  }
}

/** Reads the environment, or throws one EnvironmentError whose message lists everything that is wrong with it. */
export function readEnvironment(source: Readonly<Record<string, string | undefined>> = process.env): Environment {
  // A variable that is set to nothing counts as not set, as in most shells' idioms.
  const present = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = environmentSchema.safeParse(present);
  if (!parsed.success) {
    throw new EnvironmentError(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
  }
  const values = parsed.data;
  return {
    databaseUrl: values.DATABASE_URL,
    databasePoolMax: values.DATABASE_POOL_MAX,
    host: values.HOST,
    port: values.PORT,
    publicUrl: values.PUBLIC_URL?.replace(/\/+$/, ''),
    replicaUrl: values.REPLICA_URL?.replace(/\/+$/, ''),
    stateFolder: resolve(values.SELVEDGE_STATE),
    roles: values.ROLES,
    trustedProxies: values.TRUSTED_PROXIES,
    logLevel: values.LOG_LEVEL,
    development: values.NODE_ENV === 'development',
    singleSignOn: singleSignOnOf(values),
    git: { caFile: values.GIT_CA_FILE === undefined ? undefined : resolve(values.GIT_CA_FILE), proxy: values.GIT_PROXY },
  };
}

/** All of it or nothing; a provider that is not on this machine is reached by TLS alone. */
function singleSignOnOf({ OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret, OIDC_NAME: name, OIDC_SECOND_FACTOR: secondFactor }: z.infer<typeof environmentSchema>): SingleSignOn | undefined {
  if (issuer === undefined && clientId === undefined && clientSecret === undefined) return undefined;
  if (issuer === undefined || clientId === undefined || clientSecret === undefined) throw new EnvironmentError(['OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET are given together or not at all']);
  const { protocol, hostname } = new URL(issuer);
  if (protocol === 'http:' && !['localhost', '127.0.0.1'].includes(hostname)) throw new EnvironmentError(['OIDC_ISSUER: must be an https: address']);
  return { issuer: issuer.replace(/\/+$/, ''), clientId, clientSecret, name, showsSecondFactor: secondFactor === 'provider' };
}
