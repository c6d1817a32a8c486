import { kinds } from '../cli/kinds.ts';
import { exceptions, pagesAlone } from './cli-reach-exceptions.ts';

/** A route of the public API by method and path, as `GET /nodes/{id}`. */
export interface Address {
  method: string;
  path: string;
}

interface Call extends Address {
  file: string;
}

const literal = String.raw`(?:'([^'\n]*)'|\x60([^\x60\n]*)\x60)`;
const sends = new RegExp(String.raw`\.send\('(\w+)',\s*${literal}`, 'g');
const reads = new RegExp(String.raw`\.(?:get|list|download)\(\s*${literal}`, 'g');
const bytes = new RegExp(String.raw`\.sendBytes\(\s*${literal}`, 'g');

/**
 * Whoever works by command line is to reach all that the public API offers: each of its routes is called by the program, or stands in
 * `cli-reach-exceptions.ts` with the reason. Calls have to spell their address out, so that this can be seen by reading.
 */
export function reachProblems(files: ReadonlyMap<string, string>, routes: readonly Address[], excused: Readonly<Record<string, string>> = exceptions): string[] {
  const calls = [...kinds.flatMap(({ path }) => [{ file: 'tools/cli/kinds.ts', method: 'GET', path }, { file: 'tools/cli/kinds.ts', method: 'GET', path: `${path}/{}` }]), ...[...files].flatMap(([file, text]) => callsIn(file, text))];
  const reached = new Set(calls.map(keyOf));
  const known = new Set(routes.map(keyOf));
  return [
    ...routes.filter((route) => !reached.has(keyOf(route)) && excused[wordsOf(route)] === undefined).map((route) => `no command reaches ${wordsOf(route)}: add one, or say in tools/checks/cli-reach-exceptions.ts why there is none.`),
    ...calls.filter((call) => !known.has(keyOf(call)) && !call.path.startsWith('{}')).map((call) => `${call.file} calls ${call.method} ${call.path}, which is no route of the public API, or does not spell it out.`),
    ...Object.keys(excused).flatMap((words) => {
      const route = routes.find((one) => wordsOf(one) === words);
      if (route === undefined) return [`tools/checks/cli-reach-exceptions.ts excuses ${words}, which is no route.`];
      return reached.has(keyOf(route)) ? [`tools/checks/cli-reach-exceptions.ts excuses ${words}, which a command reaches.`] : [];
    }),
  ];
}

/** Whatever a page does a program can do: each procedure is a route of the public API, or stands in the list with the reason. */
export function procedureProblems(procedures: readonly { name: string; rest?: unknown }[], excused: Readonly<Record<string, string>> = pagesAlone): string[] {
  return [
    ...procedures.filter(({ name, rest }) => rest === undefined && excused[name] === undefined).map(({ name }) => `${name} is no route of the public API: give it \`meta.rest\`, or say in tools/checks/cli-reach-exceptions.ts why pages alone do this.`),
    ...Object.keys(excused).filter((name) => procedures.find((one) => one.name === name)?.rest !== undefined || !procedures.some((one) => one.name === name)).map((name) => `tools/checks/cli-reach-exceptions.ts excuses ${name}, which is a route or no procedure.`),
  ];
}

function callsIn(file: string, text: string): Call[] {
  const found = (pattern: RegExp, methodOf: (match: RegExpMatchArray) => string, at: number): Call[] =>
    [...text.matchAll(pattern)].map((match) => ({ file, method: methodOf(match), path: pathOf(match[at] ?? match[at + 1] ?? '') })).filter(({ path }) => path.startsWith('/') || path.startsWith('{}'));
  return [...found(sends, (match) => match[1] ?? '', 2), ...found(reads, () => 'GET', 1), ...found(bytes, () => 'PATCH', 1)];
}

/** A path as it is written, with `{}` for what is filled in, and without what is asked in it. */
function pathOf(written: string): string {
  return written.replaceAll(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, '{}').replace(/\?.*$/, '');
}

function keyOf({ method, path }: Address): string {
  return `${method} ${path.replaceAll(/\{[^}]*\}/g, '{}')}`;
}

function wordsOf({ method, path }: Address): string {
  return `${method} ${path}`;
}
