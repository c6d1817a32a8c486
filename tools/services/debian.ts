import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';
import { environment, inheritedEnvironment } from '../environment.ts';
import { CommandFailed, runCommand } from './command.ts';
import { ServiceError } from './service.ts';

/** A program that a part of Selvedge runs, and the Debian package it comes in. */
export interface NeededProgram {
  command: string;
  debianPackage: string;
  /** Completes "… is needed by …". */
  neededBy: string;
}

/** Where a command is, when it is on the PATH. */
export function findCommand(command: string): string | undefined {
  return environment.searchPath.map((folder) => path.join(folder, command)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Two callers must not run apt at once: it holds a lock and the second would fail. */
let installing: Promise<unknown> = Promise.resolve();

/**
 * Installs what is missing with apt when we are root on a Debian; elsewhere says in one sentence what to install. Returns the
 * names of what it installed.
 */
export async function ensureDebianPackages(programs: readonly NeededProgram[]): Promise<string[]> {
  if (programs.every(({ command }) => findCommand(command) !== undefined)) return [];
  const turn = installing.then(() => install(programs.filter(({ command }) => findCommand(command) === undefined)));
  installing = turn.catch(() => undefined);
  return turn;
}

async function install(missing: readonly NeededProgram[]): Promise<string[]> {
  if (missing.length === 0) return [];
  const refused = whyNotInstalled(missing, { hasApt: existsSync('/usr/bin/apt-get'), isRoot: process.getuid?.() === 0 });
  if (refused !== undefined) throw new ServiceError(refused);
  const packages = missing.map(({ debianPackage }) => debianPackage);
  const env = inheritedEnvironment({ DEBIAN_FRONTEND: 'noninteractive' });
  const options = ['-q', '-y', '-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=3'];
  const apt = (...args: string[]) => runCommand('apt-get', [...options, ...args], { doing: `installing ${packages.join(', ')}`, env });
  try {
    await apt('update');
    // What a package recommends is a desktop beside a browser, and daemons that start themselves.
    await apt('install', '--no-install-recommends', ...packages);
  } catch (cause) {
    if (!(cause instanceof CommandFailed)) throw cause;
    throw new ServiceError(`Missing: ${describe(missing)}; apt could not install it (${cause.output.trim().split('\n').at(-1)}): ${remedy(missing)}`, { cause });
  }
  return packages;
}

/** Why the programs cannot be installed for the person, in one sentence with what to do; undefined when they can. */
export function whyNotInstalled(missing: readonly NeededProgram[], { hasApt, isRoot }: { hasApt: boolean; isRoot: boolean }): string | undefined {
  if (!hasApt) return `Missing: ${describe(missing)}; install it with this system's package manager and start again.`;
  return isRoot ? undefined : `Missing: ${describe(missing)}; ${remedy(missing)}`;
}

function describe(missing: readonly NeededProgram[]): string {
  return missing.map(({ command, neededBy }) => `${command} (for ${neededBy})`).join(', ');
}

function remedy(missing: readonly NeededProgram[]): string {
  return `install it with: apt-get install ${missing.map(({ debianPackage }) => debianPackage).join(' ')}`;
}
