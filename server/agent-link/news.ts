import { closeCodes } from '@selvedge/edge-runtime/protocol';
import { z } from 'zod';
import type { OutboxEvent } from '../kernel/live-bus.ts';
import type { LinkContext } from './context.ts';

const retryPayload = z.object({ generation: z.number().int() });
const deniedPayload = z.object({ reason: z.string().nullable() });
const presencePayload = z.object({ connectedSince: z.number().nullable() });
const movedPayload = z.object({ to: z.string().nullable() });

/** For whoever stands before the machine. */
export const keyRevokedMessage = 'The key of this node is not accepted any more. Delete identity.pem in the folder of the node, and start the agent with the token that was made for it.';

/** Passes on what was committed and concerns a node that is connected here. Everything else costs one look into a map. */
export class News {
  readonly #context: LinkContext;
  readonly #toTell = new Set<string>();
  #telling = false;

  constructor(context: LinkContext) {
    this.#context = context;
  }

  heard(event: OutboxEvent): void {
    const { subjectId, topic, kind } = event;
    if (topic === 'assignment') this.#assigned(subjectId);
    else if (topic === 'membership') this.#moved(event);
    else if (topic === 'node') this.#connectedElsewhere(event);
    else if (topic === 'deployment' && kind !== 'progress') void this.#context.ahead.rolloutMoved(subjectId);
    else if (topic !== 'link') return;
    else if (kind === 'revoked') this.#revoked(subjectId);
    else if (kind === 'keyRevoked') this.#keyRevoked(subjectId);
    else if (kind === 'rotateKey') this.#rotateKey(subjectId);
    else if (kind === 'retry') this.#retry(event);
    else if (kind === 'approved') this.#context.sessions.applicant(subjectId)?.admit();
    else if (kind === 'denied') this.#denied(event);
    else if (kind === 'keySet') for (const nodeId of this.#context.sessions.ofOrganization(event.organizationId)) this.#assigned(nodeId);
  }

  #assigned(nodeId: string): void {
    if (this.#context.sessions.node(nodeId) === undefined) return;
    this.#toTell.add(nodeId);
    if (!this.#telling) void this.#tellAll();
  }

  /** All that wait, together; who is assigned again meanwhile is told again. */
  async #tellAll(): Promise<void> {
    this.#telling = true;
    // One transaction is told as one event after another: the others of it come in this same turn.
    await Promise.resolve();
    while (this.#toTell.size > 0) {
      const nodeIds = [...this.#toTell];
      this.#toTell.clear();
      this.#context.reports.giveWay();
      await Promise.all(nodeIds.map((nodeId) => this.#tell(nodeId)));
    }
    this.#telling = false;
  }

  async #tell(nodeId: string): Promise<void> {
    const { sessions, lookups, deps } = this.#context;
    try {
      const desired = await lookups.desiredFor(nodeId);
      // Whoever connected meanwhile is told as well: the same assignment twice is one assignment.
      if (desired !== null) sessions.node(nodeId)?.socket.send({ type: 'desired', assignment: desired.assignment, bundle: desired.bundle, keySets: desired.keySets });
    } catch (error) {
      deps.logger.error({ err: error, node: nodeId }, 'a node could not be told what to run; it is asked to connect again');
      sessions.node(nodeId)?.socket.close(1013, 'try again later');
    }
  }

  #moved(event: OutboxEvent): void {
    const session = this.#context.sessions.node(event.subjectId);
    const payload = movedPayload.safeParse(event.payload);
    if (session !== undefined && payload.success) session.fleetId = payload.data.to;
  }

  /** The same agent came to another process, so the connection to this one is dead, whatever TCP says. */
  #connectedElsewhere(event: OutboxEvent): void {
    const session = event.kind === 'presence' ? this.#context.sessions.node(event.subjectId) : undefined;
    if (session === undefined || session.connectedSince === null) return;
    const payload = presencePayload.safeParse(event.payload);
    const since = payload.success ? payload.data.connectedSince : null;
    if (since !== null && since > session.connectedSince) session.socket.close(closeCodes.replaced, 'the node connected anew');
  }

  #revoked(nodeId: string): void {
    this.#context.refusals.inc({ reason: 'revoked' });
    this.#context.sessions.node(nodeId)?.socket.refuse({ type: 'refused', code: 'revoked', message: 'This node was revoked.' }, closeCodes.revoked);
  }

  #keyRevoked(nodeId: string): void {
    this.#context.refusals.inc({ reason: 'revoked' });
    this.#context.sessions.node(nodeId)?.socket.refuse({ type: 'refused', code: 'revoked', message: keyRevokedMessage }, closeCodes.revoked);
  }

  #rotateKey(nodeId: string): void {
    const session = this.#context.sessions.node(nodeId);
    if (session?.understands.has('rotateKey') === true) session.socket.send({ type: 'rotateKey' });
  }

  #retry(event: OutboxEvent): void {
    const payload = retryPayload.safeParse(event.payload);
    if (!payload.success) return;
    this.#context.sessions.node(event.subjectId)?.socket.send({ type: 'retry', generation: payload.data.generation });
    // It may have refused what it was told, by a clock that is right by now.
    this.#assigned(event.subjectId);
  }

  #denied(event: OutboxEvent): void {
    const applicant = this.#context.sessions.applicant(event.subjectId);
    if (applicant === undefined) return;
    const payload = deniedPayload.safeParse(event.payload);
    const reason = payload.success ? payload.data.reason : null;
    const message = reason === null ? 'An operator denied the request to join.' : `An operator denied the request to join: ${reason}`;
    applicant.socket.refuse({ type: 'refused', code: 'denied', message }, closeCodes.refused);
  }
}
