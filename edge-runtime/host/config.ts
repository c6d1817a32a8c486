import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { agentSettings } from './settings.ts';

const text = { type: 'string' } as const;
const options = { name: text, link: text, 'link-from': text, folder: text, token: text, label: { ...text, multiple: true }, 'gateway-host': text, 'gateway-port': text, files: text, minutes: text, reason: text, receipt: text, help: { type: 'boolean' } } as const;

/** What the agent was started with, read and not yet checked. `folder` is absolute; undefined when neither it nor a name was given. */
export interface CommandLine {
  readonly values: ReturnType<typeof parseArgs<{ options: typeof options }>>['values'];
  readonly positionals: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly folder: string | undefined;
}

/** The only place where the agent reads its environment. Throws an Error on an option that it does not know. */
export function readCommandLine(args: readonly string[] = process.argv.slice(2), environment: CommandLine['environment'] = process.env): CommandLine {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options });
  const name = values.name ?? environment[agentSettings.name.variable];
  const folder = values.folder ?? environment[agentSettings.folder.variable] ?? (name === undefined ? undefined : `.selvedge/agents/${name}`);
  return { values, positionals, environment, folder: folder === undefined ? undefined : resolve(folder) };
}

/**
 * Switches off what ONNX Runtime would tell its makers of models, machine and use: what runs on a node concerns nobody outside.
 * Native code reads it from the process's environment, which the main thread alone can change; before the first model.
 */
export function silenceModelRuntime(): void {
  process.env['ORT_DISABLE_TELEMETRY'] = '1';
}

/** Where compiled modules of a node's agent are kept. */
export function compileCacheIn(folder: string): string {
  return join(folder, 'compile-cache');
}
