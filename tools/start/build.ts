import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { checkout, inheritedEnvironment } from '../environment.ts';
import { CommandFailed, runCommand } from '../services/command.ts';
import { ServiceError } from '../services/service.ts';
import { readJson, writeJson } from './remembered.ts';

/** Writes the database client when the schema has changed since it was last written. Returns whether it did. */
export async function generateDatabaseClient(): Promise<boolean> {
  const marker = path.join(checkout, 'prisma/generated/made-from.json');
  return unlessMadeFrom(marker, ['prisma/schema', 'package-lock.json'], () => runNode(['prisma/generate.ts'], 'writing the database client'));
}

/**
 * Builds the console when what it is made of has changed since the last build. Only types and schemas cross from server/ to
 * app/ (a check holds that), so a change of a service costs no build. Returns whether it built.
 */
export async function buildConsole(): Promise<boolean> {
  const marker = path.join(checkout, '.next/made-from.json');
  const sources = ['app', 'public', 'next.config.ts', 'postcss.config.mjs', 'tsconfig.json', 'package-lock.json', 'edge-runtime/cep', 'edge-runtime/protocol', ...schemaFiles()];
  return unlessMadeFrom(marker, sources, () => runNode(['node_modules/next/dist/bin/next', 'build'], 'building the console'));
}

async function unlessMadeFrom(marker: string, sources: readonly string[], make: () => Promise<void>): Promise<boolean> {
  const digest = digestOf(sources);
  if (readJson<{ digest: string }>(marker)?.digest === digest) return false;
  rmSync(marker, { force: true });
  await make();
  writeJson(marker, { digest });
  return true;
}

async function runNode(args: string[], doing: string): Promise<void> {
  const env = inheritedEnvironment({ NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' });
  await runCommand(process.execPath, args, { doing, cwd: checkout, env }).catch((cause: unknown) => {
    if (!(cause instanceof CommandFailed)) throw cause;
    throw new ServiceError(`Failed while ${doing}:\n${cause.output.trim().split('\n').slice(-30).join('\n')}`, { cause });
  });
}

function schemaFiles(): string[] {
  return readdirSync(path.join(checkout, 'server'))
    .flatMap((noun) => [`server/${noun}/schema.ts`, `server/${noun}/wire.ts`])
    .filter((file) => existsSync(path.join(checkout, file)));
}

function digestOf(sources: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of sources.flatMap((source) => filesBelow(source)).sort()) {
    if (/\.test\.tsx?$|\/fixtures\//.test(file)) continue;
    hash.update(file).update('\0').update(readFileSync(path.join(checkout, file))).update('\0');
  }
  return hash.digest('hex');
}

/** The files of a source, which is a file, a folder, or not there. */
function filesBelow(source: string): string[] {
  const absolute = path.join(checkout, source);
  const found = statSync(absolute, { throwIfNoEntry: false });
  if (found === undefined) return [];
  return found.isDirectory() ? readdirSync(absolute).flatMap((entry) => filesBelow(`${source}/${entry}`)) : [source];
}

if (import.meta.main) {
  console.log(`database client ${(await generateDatabaseClient()) ? 'written' : 'in place'}`);
  console.log(`console ${(await buildConsole()) ? 'built' : 'in place'}`);
}
