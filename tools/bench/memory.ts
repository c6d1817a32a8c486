import { readFileSync, readdirSync } from 'node:fs';

/** Memory of a node in bytes, each page that processes share counted in parts (PSS): the parts add up to what it really takes. */
export interface NodeMemory {
  agent: number;
  redis: number;
}

/** What an agent and the Redis that it started take at this moment, from Linux's own account. */
export function memoryOf(agentPid: number): NodeMemory {
  const children = childrenOf(agentPid);
  const redis = children.filter((pid) => readOrNothing(`/proc/${pid}/comm`).startsWith('redis'));
  const sum = (pids: readonly number[]) => pids.reduce((total, pid) => total + pssOf(pid), 0);
  return { agent: pssOf(agentPid) + sum(children.filter((pid) => !redis.includes(pid))), redis: sum(redis) };
}

/** The processes that a process started and that still run. */
export function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => parentOf(pid) === parent);
}

function parentOf(pid: number): number {
  return numberIn(`/proc/${pid}/status`, /^PPid:\s+(\d+)/m);
}

/** Bytes of one process. */
export function pssOf(pid: number): number {
  return numberIn(`/proc/${pid}/smaps_rollup`, /^Pss:\s+(\d+) kB/m) * 1024;
}

function numberIn(file: string, pattern: RegExp): number {
  return Number(pattern.exec(readOrNothing(file))?.[1] ?? 0);
}

/** A process may end while it is looked at. */
function readOrNothing(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
