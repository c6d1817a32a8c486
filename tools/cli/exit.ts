/** What a command ends with, for scripts: documented in docs/cli.md. */
export const exitCodes = { done: 0, differs: 1, usage: 2, noAccess: 3, notFound: 4, refused: 5, unreachable: 6 } as const;

/** A command that cannot go on; its message is all that is shown. */
export class CliError extends Error {
  readonly exitCode: number;

  constructor(exitCode: number, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}
