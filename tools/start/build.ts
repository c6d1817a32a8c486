import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { checkout, inheritedEnvironment } from '../environment.ts';
import { buildAgentProgram } from '../services/agent-program.ts';
import { CommandFailed, runCommand } from '../services/command.ts';
import { unlessMadeFrom } from '../services/made-from.ts';
import { ServiceError } from '../services/service.ts';

/** Writes the database client when the schema has changed since it was last written. Returns whether it did. */
export async function generateDatabaseClient(): Promise<boolean> {
  const marker = path.join(checkout, 'prisma/generated/made-from');
  return unlessMadeFrom(marker, ['prisma/schema', 'package-lock.json'], () => runNode(['prisma/generate.ts'], 'writing the database client'));
}

/**
 * Builds the console when what it is made of has changed since the last build. Only types and schemas cross from server/ to
 * app/ (a check holds that), so a change of a service costs no build. Returns whether it built.
 */
export async function buildConsole(): Promise<boolean> {
  const marker = path.join(checkout, '.next/made-from');
  const sources = ['app', 'public', 'next.config.ts', 'postcss.config.mjs', 'tsconfig.json', 'package-lock.json', 'edge-runtime/cep', 'edge-runtime/protocol', ...schemaFiles()];
  return unlessMadeFrom(marker, sources, () => runNode(['node_modules/next/dist/bin/next', 'build'], 'building the console'));
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

if (import.meta.main) {
  console.log(`database client ${(await generateDatabaseClient()) ? 'written' : 'in place'}`);
  console.log(`agent ${(await buildAgentProgram()) ? 'built' : 'in place'}`);
  console.log(`console ${(await buildConsole()) ? 'built' : 'in place'}`);
}
