/** A server that we started, from the caller's side. */
export interface Service {
  /** Where clients connect. */
  readonly url: string;
  /** Id of the server's process: the leader of a process group of its own. */
  readonly pid: number;
  /** Resolves, never rejects, when the process is gone, with how it ended. */
  readonly exited: Promise<string>;
  /** Ends it in order and waits until it is gone. Safe to call twice. */
  stop(): Promise<void>;
  /** Ends it as a power cut would, and waits until it is gone. */
  kill9(): Promise<void>;
}

export interface ServiceOptions {
  /** The service's own folder: data, log and the record of its process. Survives a restart. */
  folder: string;
  /** Port on 127.0.0.1; without it any free one. */
  port?: number;
}

/** Something outside this repository keeps a service from starting. The message is one sentence that names the remedy. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
}
