import { pino } from 'pino';
import type { DestinationStream, Logger as PinoLogger } from 'pino';

export type Logger = PinoLogger;

/** Members that never reach a log line, at the top and one level down, whatever they hold. */
const secretMembers = ['password', 'token', 'secret', 'cookie', 'authorization', 'artefactToken', 'privateKey', 'signInLink'];

/** JSON lines on standard error: standard output is kept for the one line that says the process is ready. */
export function createLogger(level: string, destination: DestinationStream = pino.destination({ dest: 2, sync: false })): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: secretMembers.flatMap((name) => [name, `*.${name}`, `*.headers.${name}`]), censor: '[redacted]' },
    },
    destination,
  );
}
