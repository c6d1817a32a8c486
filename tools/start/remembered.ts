import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { stateFolder } from '../environment.ts';
import { endLeftover, startTime } from '../services/owned-process.ts';
import { freePort, isPortFree, requirePort } from '../services/port.ts';
import { ServiceError } from '../services/service.ts';

/** Ports by the name of what listens on them. */
type Ports = Record<string, number>;

const portsFile = path.join(stateFolder, 'ports.json');
/** The node that `npm start` brings up. */
export const exampleNode = 'pump-house';

const runningFile = path.join(stateFolder, 'running.json');

/**
 * The port of a service that people or settings know by its address: what the person asked for, or what it had at the last
 * start, or else the first free one from the preferred one on. Fails with the remedy when one of the first two is taken.
 */
export async function settledPort(name: string, preferred: number, asked: string | undefined, remedy: string): Promise<number> {
  const settled = asked === undefined ? remembered()[name] : Number(asked);
  return remember(name, settled === undefined ? await firstFree(preferred) : await requirePort(settled, name, remedy));
}

/** The port of a service whose address nobody keeps: the one of the last start when it is free, else another. */
export async function usualPort(name: string, preferred: number): Promise<number> {
  const last = remembered()[name];
  return remember(name, last !== undefined && (await isPortFree(last)) ? last : await firstFree(preferred));
}

function remembered(): Ports {
  return readJson<Ports>(portsFile) ?? {};
}

function remember(name: string, port: number): number {
  writeJson(portsFile, { ...remembered(), [name]: port });
  return port;
}

async function firstFree(preferred: number): Promise<number> {
  const taken = Object.values(remembered());
  for (let port = preferred; port < preferred + 50; port += 1) if (!taken.includes(port) && (await isPortFree(port))) return port;
  return freePort();
}

interface Running {
  pid: number;
  startedAt: string | undefined;
}

/** The folders of what a session may have left running when it was killed, the ones that use others first. */
const serviceFolders = ['devices', `agents/${exampleNode}`, 'control-plane', 'kafka', 'postgres'];

/**
 * Takes this checkout's state for this process: a second start beside a running one would fight it for the same files, and
 * what a killed one left running is ended. Who has it is known by process and start time, so nothing needs to be given back.
 */
export async function takeState(): Promise<void> {
  mkdirSync(stateFolder, { recursive: true });
  const other = readJson<Running>(runningFile);
  if (other !== undefined && other.pid !== process.pid && other.startedAt !== undefined && startTime(other.pid) === other.startedAt) {
    throw new ServiceError(`Selvedge already runs from this checkout as process ${other.pid}: use that one, or end it with Ctrl-C where it was started.`);
  }
  writeJson(runningFile, { pid: process.pid, startedAt: startTime(process.pid) } satisfies Running);
  for (const folder of serviceFolders) await endLeftover(path.join(stateFolder, folder));
}

export function readJson<T>(file: string): T | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

export function writeJson(file: string, value: unknown): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}
