import type { LogFields, Logger } from '../kernel/logger.ts';

/** Writes one JSON object a line: to stderr, since stdout belongs to what a program may read. */
export function jsonLogger(write: (line: string) => void, now: () => number, component: string): Logger {
  const log = (level: string) => (message: string, fields?: LogFields): void => write(`${JSON.stringify({ ...fields, time: new Date(now()).toISOString(), level, component, message })}\n`);
  return { info: log('info'), warn: log('warn'), error: log('error') };
}
