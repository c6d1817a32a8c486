import { closeCodes } from '@selvedge/edge-runtime/protocol';
import type { FromAgent } from '@selvedge/edge-runtime/protocol';
import type { LinkSocket } from './socket.ts';

export type Hello = Extract<FromAgent, { type: 'hello' }>;

/** An agent that does not answer a ping for this long is no longer there. */
const cloneCheckMs = 2_000;

/** A node that was welcomed: one a connection, and one connection a node. */
export interface NodeSession {
  readonly nodeId: string;
  readonly organizationId: string;
  readonly name: string;
  readonly instance: string;
  readonly socket: LinkSocket;
  /** What it takes beyond what every agent does. */
  readonly understands: ReadonlySet<string>;
  /** The fleet that the node is in, as far as this process has heard. */
  fleetId: string | null;
  /** As the node's row has it; null until it was written. */
  connectedSince: number | null;
}

/** A node that proved its key and waits for a person. */
export interface Applicant {
  readonly requestId: string;
  readonly socket: LinkSocket;
  /** Goes on with the handshake, after the request was approved. */
  readonly admit: () => void;
}

/** A connection in any phase, for whoever looks for silent ones. */
export interface Standing {
  readonly heardAt: number;
  readonly socket: LinkSocket;
}

/** Who is connected to this process, found by what others know of them. */
export class Sessions {
  readonly #nodes = new Map<string, NodeSession>();
  readonly #applicants = new Map<string, Applicant>();

  get nodeCount(): number {
    return this.#nodes.size;
  }

  get applicantCount(): number {
    return this.#applicants.size;
  }

  node(nodeId: string): NodeSession | undefined {
    return this.#nodes.get(nodeId);
  }

  /** The nodes of an organization that are connected here. */
  ofOrganization(organizationId: string): string[] {
    return [...this.#nodes.values()].filter((session) => session.organizationId === organizationId).map((session) => session.nodeId);
  }

  /** Enters a node, in place of its earlier connection if there is one. */
  enter(session: NodeSession): void {
    this.#nodes.set(session.nodeId, session);
  }

  /**
   * Lets go of the node's connection to this process for another one, unless another agent than `instance` lives at its end. Null
   * when there is none.
   */
  async makeRoom(nodeId: string, instance: string): Promise<'lives' | 'gone' | null> {
    const standing = this.#nodes.get(nodeId);
    if (standing === undefined) return null;
    if (standing.instance !== instance && (await standing.socket.answersWithin(cloneCheckMs))) return 'lives';
    standing.socket.close(closeCodes.replaced, 'the node connected anew');
    return 'gone';
  }

  /** False when another connection of the node has taken its place already. */
  leave(session: NodeSession): boolean {
    if (this.#nodes.get(session.nodeId) !== session) return false;
    this.#nodes.delete(session.nodeId);
    return true;
  }

  applicant(requestId: string): Applicant | undefined {
    return this.#applicants.get(requestId);
  }

  /** Enters an applicant and returns the one whose place it takes. */
  wait(applicant: Applicant): Applicant | undefined {
    const earlier = this.#applicants.get(applicant.requestId);
    this.#applicants.set(applicant.requestId, applicant);
    return earlier;
  }

  stopWaiting(applicant: Applicant): void {
    if (this.#applicants.get(applicant.requestId) === applicant) this.#applicants.delete(applicant.requestId);
  }
}
