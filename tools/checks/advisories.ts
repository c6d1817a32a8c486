import { execFile } from 'node:child_process';
import { z } from 'zod';
import { checkout } from '../environment.ts';

/** A slow or absent source of advisories holds nobody up for longer. */
const withinMs = 30_000;

/** `npm audit --json`, as npm writes it where a source of advisories answers; `via` names the package through which another is concerned. */
const advisorySchema = z.object({ source: z.union([z.number(), z.string()]), name: z.string(), title: z.string(), url: z.string().default(''), severity: z.string(), range: z.string().default('') });
const reportSchema = z.object({ auditReportVersion: z.number(), vulnerabilities: z.record(z.string(), z.object({ via: z.array(z.union([z.string(), advisorySchema])) })) });
/** And where none does. */
const refusalSchema = z.object({ statusCode: z.number().optional(), error: z.object({ code: z.string().nullish() }).optional() });

/** Advisories that we know and live with for a time: tools/checks/advisories.json. `until` is the last day. */
const exceptionsSchema = z.array(z.object({ advisory: z.string().min(1), reason: z.string().min(10), until: z.iso.date() }));

export interface Advisories {
  problems: string[];
  /** What to know though nothing was found; says plainly where nobody was there to ask. */
  note?: string;
}

/**
 * What is known against the packages of the lockfile, from `npm audit` and the exceptions as texts: each advisory of high or critical
 * severity that no exception covers on this day, and exceptions that nothing needs any more. Where no source of advisories
 * answers there is a note in place of problems: a registry without one must not stop a build.
 */
export function advisoryProblems(answer: string, exceptions: string, today: string): Advisories {
  const known = exceptionsSchema.parse(JSON.parse(exceptions));
  const report = reportSchema.safeParse(parsed(answer));
  if (!report.success) return { problems: [], note: `not available: ${whyNot(parsed(answer))}` };
  const all = Object.values(report.data.vulnerabilities).flatMap(({ via }) => via.filter((one) => typeof one !== 'string'));
  const grave = new Map(all.filter(({ severity }) => severity === 'high' || severity === 'critical').map((advisory) => [idOf(advisory), advisory]));
  const found = [...grave].flatMap(([id, { name, range, title, severity }]) => {
    const exception = known.find(({ advisory }) => advisory === id);
    const text = `${name}${range === '' ? '' : ` ${range}`} has an advisory of ${severity} severity: ${title} (${id}).`;
    if (exception === undefined) return [`${text} Take a version without it, or list it in tools/checks/advisories.json with a reason and a last day.`];
    return exception.until < today ? [`${text} Its exception ended on ${exception.until}: ${exception.reason}`] : [];
  });
  const unneeded = known.filter(({ advisory }) => !grave.has(advisory)).map(({ advisory }) => `tools/checks/advisories.json lists ${advisory}, which nothing has any more: remove it.`);
  return { problems: [...found, ...unneeded] };
}

/** Asks whatever registry npm is configured for; answers what npm printed, which is no report where there is no source, no network or no npm. */
export async function askForAdvisories(): Promise<string> {
  const args = ['audit', '--json', '--package-lock-only', '--fetch-retries=0', `--fetch-timeout=${withinMs / 2}`];
  return new Promise((resolve) => {
    // npm ends with an error where it finds something, and where it cannot ask: what it printed says which.
    execFile('npm', args, { cwd: checkout, timeout: withinMs, maxBuffer: 64 * 1024 ** 2, shell: process.platform === 'win32' }, (_, stdout) => resolve(stdout));
  });
}

/** The name under which advisories are known everywhere, where there is one. */
function idOf({ url, source }: z.infer<typeof advisorySchema>): string {
  return /GHSA(-[a-z0-9]{4}){3}/.exec(url)?.[0] ?? String(source);
}

/** Without the address that was asked: where packages come from is a matter of each machine. */
function whyNot(answer: unknown): string {
  const refusal = refusalSchema.safeParse(answer);
  if (refusal.success && refusal.data.statusCode !== undefined) return `the registry has no advisories (it answers ${refusal.data.statusCode})`;
  const code = refusal.success ? refusal.data.error?.code : undefined;
  return `the registry could not be asked for advisories${code === undefined || code === null ? '' : ` (${code})`}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
