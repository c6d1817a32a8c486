import { agentVariables, controlPlaneVariables } from './settings-page.ts';
import type { TrackedFile } from './tracked-files.ts';

/** The files of deploy/ that set variables for one of our programs, and what that program knows. */
const programs = [
  { name: 'the control plane', known: controlPlaneVariables, environmentFile: 'deploy/systemd/control-plane.env', dockerfile: 'deploy/containers/control-plane.Dockerfile', service: 'control-plane' },
  { name: 'the agent', known: agentVariables, environmentFile: 'deploy/systemd/agent.env', dockerfile: 'deploy/containers/agent.Dockerfile', service: 'agent' },
];
const composeFile = 'deploy/containers/compose.yaml';
/** What Node itself and the C library under it read in a container of ours. */
const ofNode = ['NODE_ENV', 'NODE_OPTIONS', 'NODE_COMPILE_CACHE', 'MALLOC_ARENA_MAX'];

/**
 * Variables that deploy/ sets and no program reads, and settings that an operator would look for in vain: each environment file
 * names every setting of its program, if only behind a #.
 */
export function deploymentProblems(files: readonly TrackedFile[]): string[] {
  const textOf = (file: string) => files.find(({ path }) => path === file)?.text;
  return programs.flatMap(({ name, known, environmentFile, dockerfile, service }) => {
    const listed = namesIn(textOf(environmentFile), /^#?([A-Z][A-Z0-9_]*)=/gm);
    const unknownIn = (file: string, names: readonly string[]) => names.filter((variable) => !known.includes(variable) && !ofNode.includes(variable)).map((variable) => `${file}: sets ${variable}, which ${name} does not read.`);
    return [
      ...[environmentFile, dockerfile, composeFile].filter((file) => textOf(file) === undefined).map((file) => `${file}: is missing.`),
      ...unknownIn(environmentFile, listed),
      ...unknownIn(dockerfile, namesIn(textOf(dockerfile), /(?<=^ENV .*?)\b([A-Z][A-Z0-9_]*)=/gm)),
      ...unknownIn(composeFile, namesIn(serviceIn(textOf(composeFile), service), /^ {6}([A-Z][A-Z0-9_]*):/gm)),
      ...known.filter((variable) => !listed.includes(variable)).map((variable) => `${environmentFile}: does not name ${variable}, which ${name} reads.`),
    ];
  });
}

function namesIn(text: string | undefined, pattern: RegExp): string[] {
  return [...(text ?? '').matchAll(pattern)].flatMap(([, name]) => name ?? []);
}

/** The lines of one service, by the indentation that the file keeps to. */
function serviceIn(compose: string | undefined, service: string): string {
  return new RegExp(`^ {2}${service}:\\n((?: {4}.*\\n|\\n)*)`, 'm').exec(compose ?? '')?.[1] ?? '';
}
