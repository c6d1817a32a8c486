import path from 'node:path';
import { checkout, inheritedEnvironment } from '../environment.ts';
import { runCommand } from './command.ts';
import { endLeftover, makeFolder, serve } from './owned-process.ts';
import { requirePort } from './port.ts';
import { startUntilReady, textOf } from './ready-line.ts';
import type { Service } from './service.ts';

export interface ControlPlaneOptions {
  /** Its log, and keys and artefacts unless `state` says where. */
  folder: string;
  /** Keys and artefacts, where several control planes share them. */
  state?: string;
  databaseUrl: string;
  port: number;
  /** Where people and nodes reach it, if that is not its own port. */
  publicUrl?: string;
  /** Only these parts of it; without pages (`console`) no built console is needed. All of them unless given. */
  roles?: readonly ('console' | 'link' | 'worker')[];
}

export interface ControlPlaneService extends Service {
  /** One-time link for the first administrator; none once there is one. */
  readonly signInLink: string | undefined;
}

/** Starts the control plane on a migrated database and a built console, and waits until it serves. */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlaneService> {
  const folder = await makeFolder(options.folder);
  await endLeftover(folder);
  await requirePort(options.port, 'the console', 'stop that program, or start with another port: PORT=8080 npm start');
  const { child, ready } = await startUntilReady({
    name: 'The control plane',
    command: process.execPath,
    args: [path.join(checkout, 'server/main.ts')],
    folder,
    cwd: checkout,
    env: controlPlaneEnvironment(options),
  });
  return { ...serve(addressOf(options.port), child), signInLink: textOf(ready, 'signInLink') };
}

/** What the owner of the database and the folder may hand out without signing in. Each grant is in the audit chain. */
export type Grant =
  | { kind: 'sign-in-link' }
  | { kind: 'api-token'; name: string; scopes: readonly string[]; minutes: number }
  | { kind: 'enrollment-token'; label: string; labels: Readonly<Record<string, string>>; uses: number; minutes: number };

/** Asks the control plane's own command for a token or a link; it works while the control plane runs. */
export async function grantSecret(options: ControlPlaneOptions, grant: Grant): Promise<string> {
  const output = await runCommand(process.execPath, [path.join(checkout, 'server/grant.ts'), grant.kind, ...flagsOf(grant)], {
    doing: 'granting a token',
    cwd: checkout,
    env: controlPlaneEnvironment(options),
  });
  const answer: unknown = JSON.parse(output.trim().split('\n').at(-1) ?? '');
  const secret = typeof answer === 'object' && answer !== null ? Object.entries(answer).find(([member]) => member === 'token' || member === 'link')?.[1] : undefined;
  if (typeof secret !== 'string') throw new Error(`the control plane granted no ${grant.kind}`);
  return secret;
}

function flagsOf(grant: Grant): string[] {
  switch (grant.kind) {
    case 'sign-in-link':
      return [];
    case 'api-token':
      return ['--name', grant.name, '--scopes', grant.scopes.join(','), '--minutes', String(grant.minutes)];
    case 'enrollment-token': {
      const labels = Object.entries(grant.labels).map(([name, value]) => `${name}=${value}`);
      return ['--label', grant.label, '--labels', labels.join(','), '--uses', String(grant.uses), '--minutes', String(grant.minutes)];
    }
  }
}

function controlPlaneEnvironment({ folder, state = folder, databaseUrl, port, publicUrl = addressOf(port), roles }: ControlPlaneOptions): NodeJS.ProcessEnv {
  return inheritedEnvironment({
    NODE_ENV: 'production',
    DATABASE_URL: databaseUrl,
    PORT: String(port),
    HOST: '127.0.0.1',
    PUBLIC_URL: publicUrl,
    SELVEDGE_STATE: state,
    NEXT_TELEMETRY_DISABLED: '1',
    ...(roles === undefined ? {} : { ROLES: roles.join(',') }),
  });
}

function addressOf(port: number): string {
  return `http://localhost:${port}`;
}
