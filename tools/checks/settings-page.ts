import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { type AgentSetting, agentSettings } from '../../edge-runtime/host/settings.ts';
import { settingsSchema } from '../../edge-runtime/protocol/index.ts';
import { environmentSchema } from '../../server/kernel/env.ts';
import { checkout } from '../environment.ts';

const introduction = `# Settings

Written by \`node tools/checks/settings-page.ts\` from the schemas that read them, and a check compares the two. A variable that
is set to nothing counts as not set. What is wrong with a value is said at the start, all of it at once, and nothing starts.
`;

/** docs/settings.md as the schemas have it. */
export function renderSettingsPage(): string {
  return [
    introduction,
    '## Control plane\n\nVariables of the environment of `node server/main.ts`.\n',
    table(['variable', 'default', 'what it is'], controlPlaneRows()),
    '\n## Agent\n\nVariables of the environment of `node edge-runtime/host/main.ts`, or its options, which win.\n',
    table(['variable', 'option', 'default', 'what it is'], agentRows()),
    '\n## What belongs to a place\n\nSettings of a fleet, under **Fleets**, Settings, or `PATCH /api/v1/fleets/{id}`; they are part of the next bundle.\n',
    table(['setting', 'default', 'from', 'to'], placeRows(z.toJSONSchema(settingsSchema, { io: 'input', unrepresentable: 'any' }))),
    `
Connectors are options by type, as \`{"kafka": {"brokers": "10.0.3.4:9092"}}\`; what a rule says in its annotation wins. A value
may name a secret, as \`\${secret:NAME}\`: it is read on the node, from \`secrets/NAME\` in the node's folder, and never leaves it.
\`\${label:NAME}\` stands for a label of the node, in a fleet's settings and in the options of a rule's sources and sinks: one bundle then
serves every site. A plan says which nodes lack one; when a label changes, the node is told anew, under its next generation.

## \`npm start\`

Takes \`PORT\`, \`DATABASE_URL\` and \`REDIS_URL\` as above, and \`KAFKA_BROKERS\` (\`host:port,host:port\`) for a Kafka to use in place of
one of its own. What it fetches once for all checkouts of a user is in \`$XDG_CACHE_HOME/selvedge\`, by default \`~/.cache/selvedge\`.
`,
  ].join('\n');
}

/** The variables that the control plane knows. */
export const controlPlaneVariables: readonly string[] = Object.keys(environmentSchema.shape);

/** The variables that the agent knows. */
export const agentVariables: readonly string[] = Object.values<AgentSetting>(agentSettings).map(({ variable }) => variable);

function controlPlaneRows(): string[][] {
  const { properties = {}, required = [] } = z.toJSONSchema(environmentSchema, { io: 'input', unrepresentable: 'any' });
  return Object.entries(properties).map(([name, schema]) => {
    const { default: standard, description = '' } = typeof schema === 'object' ? schema : {};
    return [`\`${name}\``, required.includes(name) ? 'needed' : inCode(standard), description];
  });
}

function agentRows(): string[][] {
  return Object.values<AgentSetting>(agentSettings).map(({ variable, flag, standard, about }) => [`\`${variable}\``, inCode(flag), inCode(standard), about]);
}

function placeRows(schema: z.core.JSONSchema.BaseSchema, prefix = ''): string[][] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, member]) => {
    if (typeof member !== 'object') return [];
    if (member.properties !== undefined) return placeRows(member, `${prefix}${name}.`);
    return [[`\`${prefix}${name}\``, inCode(member.default), inCode(member.minimum), inCode(member.maximum)]];
  });
}

function inCode(value: unknown): string {
  if (value === undefined || value === '') return '';
  return `\`${typeof value === 'object' ? JSON.stringify(value) : String(value)}\``;
}

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n');
}

if (import.meta.main) await writeFile(path.join(checkout, 'docs/settings.md'), renderSettingsPage());
