/** One setting of the agent: how the environment and the command line call it, and what it is without either. */
export interface AgentSetting {
  readonly variable: string;
  /** With its dashes and what follows it; none where the environment alone sets it. */
  readonly flag?: string;
  /** As text; none where there is no default. */
  readonly standard?: string;
  readonly about: string;
}

/** Every setting of the agent; the command line wins over the environment. The usage and `docs/settings.md` are written from it. */
export const agentSettings = {
  name: { variable: 'SELVEDGE_NAME', flag: '--name NAME', about: 'the node’s name; needed' },
  link: { variable: 'SELVEDGE_LINK', flag: '--link URL', about: 'the control plane, for example http://127.0.0.1:3000; without it the agent runs what its disk names' },
  linkFrom: { variable: 'SELVEDGE_LINK_FROM', flag: '--link-from IP', about: 'the address of this machine that the link leaves from, where it has several networks; the system chooses without it' },
  folder: { variable: 'SELVEDGE_FOLDER', flag: '--folder FOLDER', standard: '.selvedge/agents/NAME', about: 'where the node keeps its key, bundles and store' },
  token: { variable: 'SELVEDGE_ENROLLMENT_TOKEN', flag: '--token TOKEN', about: 'enrolment token; without it a person approves the node' },
  label: { variable: 'SELVEDGE_LABELS', flag: '--label KEY=VALUE', about: 'a label of the node; the flag may be repeated, the variable separates by commas' },
  gatewayHost: { variable: 'SELVEDGE_GATEWAY_HOST', flag: '--gateway-host HOST', standard: '127.0.0.1', about: 'where the gateway listens' },
  gatewayPort: { variable: 'SELVEDGE_GATEWAY_PORT', flag: '--gateway-port PORT', standard: '0', about: '0 takes any free port' },
  files: { variable: 'SELVEDGE_FILES', flag: '--files FOLDER', standard: 'FOLDER/files', about: 'what file sources may read' },
  redisUrl: { variable: 'REDIS_URL', about: 'a Redis to use in place of one of the agent’s own' },
  pathHeapMiB: { variable: 'SELVEDGE_PATH_HEAP_MIB', standard: '512', about: 'heap of the event path’s thread in MiB; past it the thread starts again from its checkpoint' },
} as const satisfies Record<string, AgentSetting>;

/** The settings as `--help` prints them. */
export function describeSettings(): string {
  return Object.values<AgentSetting>(agentSettings)
    .map(({ variable, flag = '', standard, about }) => `  ${flag.padEnd(20)}  ${about} (${variable}${standard === undefined ? '' : `; ${standard}`})`)
    .join('\n');
}
