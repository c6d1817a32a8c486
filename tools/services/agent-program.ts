import { readdirSync } from 'node:fs';
import path from 'node:path';
import { agentProgram } from '../../edge-runtime/host/launch.ts';
import { checkout, inheritedEnvironment } from '../environment.ts';
import { runCommand } from './command.ts';
import { unlessMadeFrom } from './made-from.ts';

let building: Promise<boolean> | undefined;

/** Builds the agent's program when what it is made of has changed since the last time. Returns whether it did. */
export function buildAgentProgram(): Promise<boolean> {
  return (building ??= unlessMadeFrom(path.join(path.dirname(agentProgram), 'made-from'), ['package-lock.json', ...agentFolders()], async () => {
    await runCommand(process.execPath, ['edge-runtime/host/build.ts'], { doing: 'building the agent', cwd: checkout, env: inheritedEnvironment({}) });
  }));
}

function agentFolders(): string[] {
  const others = ['dist', 'bench', 'sim'];
  return readdirSync(path.join(checkout, 'edge-runtime')).filter((name) => !others.includes(name)).map((name) => `edge-runtime/${name}`);
}
