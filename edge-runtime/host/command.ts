import { resolve } from 'node:path';
import { z } from 'zod';
import { labelsSchema, nameSchema } from '../protocol/index.ts';
import type { CommandLine } from './config.ts';
import { agentSettings, describeSettings } from './settings.ts';

const configSchema = z.object({
  name: nameSchema,
  /** Without it the agent runs what its disk names and speaks to nobody. */
  link: z.url({ protocol: /^(https?|wss?)$/ }).optional(),
  linkFrom: z.union([z.ipv4(), z.ipv6()]).optional(),
  folder: z.string().min(1),
  enrollmentToken: z.string().min(1).max(128).optional(),
  labels: labelsSchema,
  gatewayHost: z.string().min(1),
  /** 0 takes any free port. */
  gatewayPort: z.coerce.number().int().min(0).max(65_535),
  /** Without it the agent runs a Redis of its own. */
  redisUrl: z.url({ protocol: /^rediss?$/ }).optional(),
  /** What file sources may read. */
  filesFolder: z.string().min(1),
  /** Heap of the event path's thread, in MiB; past it the thread is ended and started again from its checkpoint. */
  pathHeapMiB: z.coerce.number().int().min(64).max(65_536),
});
export type AgentConfig = z.infer<typeof configSchema>;

export const usage = `node edge-runtime/host/main.ts [run] --name NAME [options]     run the agent of a node
node edge-runtime/host/main.ts status --name NAME [--folder F] what a running agent says of itself
node edge-runtime/host/main.ts hold --name NAME --minutes N --reason TEXT   forbid changes for a while
node edge-runtime/host/main.ts release --name NAME             allow changes again
node edge-runtime/host/main.ts apply FILE --name NAME [--receipt FILE]   take on a bundle that was brought in a file, and write a receipt
node edge-runtime/host/main.ts receipt FILE --name NAME        write what the node runs, signed, to be brought to its control plane

${describeSettings()}`;

export type Command =
  | { readonly command: 'run'; readonly config: AgentConfig }
  | { readonly command: 'status' | 'release'; readonly folder: string }
  | { readonly command: 'apply'; readonly folder: string; readonly file: string; readonly receipt: string | undefined }
  | { readonly command: 'receipt'; readonly folder: string; readonly file: string }
  | { readonly command: 'hold'; readonly folder: string; readonly minutes: number; readonly reason: string }
  | { readonly command: 'help' };

/** What the command line and the environment ask for; the command line wins. Throws an Error that says what is wrong. */
export function parseCommand({ values, positionals, environment, folder }: CommandLine): Command {
  const command = positionals[0] ?? 'run';
  if (values.help === true) return { command: 'help' };
  if (command === 'run') return { command, config: parseConfig(values, environment, folder) };
  if (folder === undefined) throw new Error('name the node with --name, or its folder with --folder');
  if (command === 'status' || command === 'release') return { command, folder };
  const file = positionals[1];
  if ((command === 'apply' || command === 'receipt') && file === undefined) throw new Error(`name the file: ${command} FILE`);
  if (command === 'apply' && file !== undefined) return { command, folder, file, receipt: values.receipt };
  if (command === 'receipt' && file !== undefined) return { command, folder, file };
  if (command === 'hold') return { command, folder, ...checked(holdSchema, { minutes: values.minutes ?? 60, reason: values.reason }) };
  throw new Error(`there is no command ${command}; --help lists them`);
}

const holdSchema = z.object({ minutes: z.coerce.number().min(1).max(43_200), reason: z.string().min(1).max(512) });

function parseConfig(values: CommandLine['values'], environment: CommandLine['environment'], folder: string | undefined): AgentConfig {
  const set = (name: keyof typeof agentSettings): string | undefined => environment[agentSettings[name].variable];
  return checked(configSchema, {
    name: values.name ?? set('name'),
    link: values.link ?? set('link'),
    linkFrom: values['link-from'] ?? set('linkFrom'),
    folder,
    enrollmentToken: values.token ?? set('token'),
    labels: Object.fromEntries((values.label ?? set('label')?.split(',') ?? []).map(parseLabel)),
    gatewayHost: values['gateway-host'] ?? set('gatewayHost') ?? agentSettings.gatewayHost.standard,
    gatewayPort: values['gateway-port'] ?? set('gatewayPort') ?? agentSettings.gatewayPort.standard,
    redisUrl: set('redisUrl'),
    filesFolder: resolve(values.files ?? set('files') ?? `${folder}/files`),
    pathHeapMiB: set('pathHeapMiB') ?? agentSettings.pathHeapMiB.standard,
  });
}

function checked<Value>(schema: z.ZodType<Value>, input: unknown): Value {
  const parsed = schema.safeParse(input);
  if (!parsed.success) throw new Error(parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
  return parsed.data;
}

function parseLabel(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new Error(`a label is KEY=VALUE, not ${text}`);
  return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}
