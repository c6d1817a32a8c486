import { PathError } from '../kernel/path-error.ts';
import { DownloadError } from './artefact-download.ts';
import { NoRoomError } from './room.ts';

/** `lasting`: doing the same again would fail the same way. */
export function classify(error: unknown): { reason: string; lasting: boolean } {
  if (error instanceof DownloadError) return { reason: error.reason, lasting: error.lasting };
  if (error instanceof NoRoomError) return { reason: error.reason, lasting: false };
  if (error instanceof PathError) return { reason: error.code, lasting: !error.retriable };
  // The disk is full, or went away: nothing is wrong with the bundle.
  if (error instanceof Error && 'syscall' in error) return { reason: 'DiskFailed', lasting: false };
  return { reason: 'StepFailed', lasting: true };
}
