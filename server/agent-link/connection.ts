import { closeCodes, linkLimits, PROTOCOL_VERSION } from '@selvedge/edge-runtime/protocol';
import type { FromAgent, ToAgent } from '@selvedge/edge-runtime/protocol';
import type { WebSocket } from 'ws';
import type { Actor } from '../kernel/actor.ts';
import { answerFormerKey, takeNewKey } from '../node-keys/index.ts';
import type { FormerKeyRow } from '../node-keys/index.ts';
import { noteClone } from '../nodes/index.ts';
import type { NodeRow } from '../nodes/index.ts';
import { artefactTokenFor } from './artefact-token.ts';
import { artefactUrlFor } from './artefact-url.ts';
import type { LinkContext } from './context.ts';
import { keyRevokedMessage } from './news.ts';
import { provesPossession } from './proof.ts';
import { standingQuestion } from './questions.ts';
import { takeRecords } from './records.ts';
import type { Applicant, Hello, NodeSession, Standing } from './sessions.ts';
import { LinkSocket } from './socket.ts';

type Phase =
  | { name: 'hello' }
  | { name: 'proof'; hello: Hello; nonce: string }
  | { name: 'deciding'; hello: Hello }
  | { name: 'waiting'; hello: Hello; applicant: Applicant }
  | { name: 'welcome'; session: NodeSession; actor: Actor }
  | { name: 'over' };

type RefusalCode = Extract<ToAgent, { type: 'refused' }>['code'];

/**
 * One agent's connection from its first message to its last.
 *
 * 1. Nothing but the handshake is heard before the key is proved, and nothing but heartbeats before the node is welcome.
 * 2. A node has one connection. A second with the same key takes over if it is the same agent or the first no longer
 *    answers; if both live, the key was copied, and the second is refused and said so on the node's timeline.
 * 3. What is acknowledged is in the database.
 */
export class LinkConnection implements Standing {
  readonly #context: LinkContext;
  readonly #socket: LinkSocket;
  /** By which name the agent reached us. */
  readonly #host: string | undefined;
  readonly #handshakeTimer: NodeJS.Timeout;
  #phase: Phase = { name: 'hello' };
  #heardAt: number;
  /** Settles when what the node last reported is in the database, or its connection was closed because it cannot be. */
  #reported: Promise<void> = Promise.resolve();

  constructor(context: LinkContext, socket: WebSocket, host: string | undefined) {
    this.#context = context;
    this.#host = host;
    this.#heardAt = context.deps.clock.now();
    this.#socket = new LinkSocket(socket, context.deps.clock, {
      onMessage: (message) => this.#receive(message),
      onHeard: () => this.#heard(),
      onRefused: (reason) => this.#cutOff(reason),
      onFailure: (error) => context.deps.logger.error({ err: error, node: this.#nodeId() }, 'the agent link failed'),
      onEnd: () => this.#end(),
    });
    this.#handshakeTimer = setTimeout(() => this.#socket.close(closeCodes.protocol, `no handshake within ${linkLimits.handshakeMs / 1000} s`), linkLimits.handshakeMs);
  }

  get heardAt(): number {
    return this.#heardAt;
  }

  get socket(): LinkSocket {
    return this.#socket;
  }

  #cutOff(reason: string): void {
    this.#context.refusals.inc({ reason: 'protocol' });
    this.#context.deps.logger.info({ reason, node: this.#nodeId() }, 'cut an agent off');
  }

  #nodeId(): string | undefined {
    return this.#phase.name === 'welcome' ? this.#phase.session.nodeId : undefined;
  }

  #heard(): void {
    this.#heardAt = this.#context.deps.clock.now();
    if (this.#phase.name === 'welcome') this.#context.heartbeats.heard(this.#phase.session.nodeId, this.#heardAt);
  }

  async #receive(message: FromAgent): Promise<void> {
    const phase = this.#phase;
    switch (phase.name) {
      case 'hello':
        if (message.type !== 'hello') return this.#socket.close(closeCodes.protocol, 'the first message is hello');
        return this.#challenge(message);
      case 'proof':
        if (message.type !== 'proof') return this.#socket.close(closeCodes.protocol, 'a challenge is answered with proof');
        return this.#checkProof(phase, message.signature);
      case 'waiting':
        if (message.type !== 'heartbeat') this.#socket.close(closeCodes.protocol, `no ${message.type} before the node is welcome`);
        return;
      case 'welcome':
        return this.#take(phase.session, phase.actor, message);
      case 'deciding':
      case 'over':
        return;
    }
  }

  #challenge(hello: Hello): void {
    if (hello.protocol !== PROTOCOL_VERSION) return this.#refuse('protocol', `This control plane speaks version ${PROTOCOL_VERSION} of the link, the agent ${hello.protocol}.`);
    const nonce = this.#context.deps.ids.secret();
    this.#phase = { name: 'proof', hello, nonce };
    this.#socket.send({ type: 'challenge', nonce, serverTime: this.#context.deps.clock.now() });
  }

  async #checkProof({ hello, nonce }: { hello: Hello; nonce: string }, signature: string): Promise<void> {
    const { publicKey, instance } = hello;
    // From here on it is we who take the time: after an outage all nodes come at once.
    clearTimeout(this.#handshakeTimer);
    this.#phase = { name: 'deciding', hello };
    await this.#context.entrance.pass(async () => {
      if (this.#isOver()) return;
      if (!provesPossession({ nonce, publicKey, instance, signature })) return this.#refuse('proof', 'The challenge was not signed with the key that hello named.');
      await this.#decide(hello);
    });
  }

  async #decide(hello: Hello): Promise<void> {
    const { lookups, admissions } = this.#context;
    const node = await lookups.nodeByKey(hello.publicKey);
    if (node !== null) return this.#welcomeNode(hello, node);
    const former = await lookups.formerKey(hello.publicKey);
    if (former !== null) return this.#turnAway(hello, former);
    const { publicKey, name, agentVersion, facts, labels, enrollmentToken } = hello;
    const admission = await admissions.apply({ publicKey, name, agentVersion, facts, labels, enrollmentToken, gateway: hello.gateway ?? null }, () => this.#isOver());
    switch (admission.outcome) {
      case 'refused':
        return this.#refuse(admission.code, admission.message);
      case 'admitted': {
        const admitted = await lookups.nodeByKey(publicKey);
        if (admitted !== null) await this.#welcomeNode(hello, admitted);
        return;
      }
      case 'pending':
        return this.#waitForDecision(hello, admission);
    }
  }

  /** A key that was replaced opens nothing; a node that may not have heard of it is told what took its place. */
  async #turnAway(hello: Hello, former: FormerKeyRow): Promise<void> {
    const taken = await answerFormerKey(this.#context.deps, former, hello.facts.hostname);
    if (taken !== null && hello.understands?.includes('rotateKey') === true) this.#socket.send(taken);
    this.#refuse('revoked', `This key was replaced by another at ${former.until.toISOString()}. If this machine is the node, have an operator let it enrol again.`, closeCodes.revoked);
  }

  async #waitForDecision(hello: Hello, pending: { requestId: string; fingerprint: string; message: string }): Promise<void> {
    const { sessions, lookups } = this.#context;
    const applicant: Applicant = { requestId: pending.requestId, socket: this.#socket, admit: () => void this.#admitted(hello) };
    this.#phase = { name: 'waiting', hello, applicant };
    sessions.wait(applicant)?.socket.close(closeCodes.replaced, 'the same node asked again');
    this.#socket.send({ type: 'pending', fingerprint: pending.fingerprint, message: pending.message });
    // The decision may have come between the asking and the waiting.
    if ((await lookups.nodeByKey(hello.publicKey)) !== null) await this.#admitted(hello);
  }

  async #admitted(hello: Hello): Promise<void> {
    if (this.#phase.name !== 'waiting') return;
    this.#context.sessions.stopWaiting(this.#phase.applicant);
    this.#phase = { name: 'deciding', hello };
    try {
      await this.#decide(hello);
    } catch (error) {
      this.#context.deps.logger.error({ err: error }, 'a node that was approved could not be welcomed');
      this.#socket.close(1013, 'try again later');
    }
  }

  async #welcomeNode(hello: Hello, node: NodeRow): Promise<void> {
    if (node.revokedAt !== null) return this.#refuse('revoked', 'This node was revoked. To have it back, give it a new key and enrol it anew.', closeCodes.revoked);
    if (node.keyRevokedAt !== null) return this.#refuse('revoked', keyRevokedMessage, closeCodes.revoked);
    if (!(await this.#takesOver(hello, node))) return;
    const { deps, sessions, arrivals, lookups } = this.#context;
    const { id: nodeId, organizationId, name, fleetId } = node;
    const actor: Actor = { kind: 'node', id: nodeId, name, organizationId, fleets: 'all', requestId: deps.ids.next() };
    const session: NodeSession = { nodeId, organizationId, name, instance: hello.instance, socket: this.#socket, understands: new Set(hello.understands), fleetId, connectedSince: null };
    // Entered before anything is read, so that whatever changes from here on reaches it.
    sessions.enter(session);
    this.#phase = { name: 'welcome', session, actor };
    const { agentVersion, facts, instance } = hello;
    const arrived = await arrivals.add(organizationId, { id: nodeId, agentVersion, facts, instance, gateway: hello.gateway ?? null });
    if (arrived === null) return this.#refuse('revoked', 'This node was revoked.', closeCodes.revoked);
    session.connectedSince = arrived.since;
    // It may have gone while that was written.
    if (this.#isOver()) return this.#depart(session);
    const { signingKeys, threshold, keySets } = await lookups.signersOf(organizationId);
    this.#socket.send({
      type: 'welcome',
      node: nodeId,
      organization: organizationId,
      artefactToken: artefactTokenFor(deps.vault, nodeId, arrived.since),
      artefactUrl: artefactUrlFor(deps.publicUrl, this.#host),
      signingKeys,
      ...(threshold > 1 && { threshold }),
      keySets,
      recordsThrough: Number(node.recordsThrough),
    });
    const desired = await lookups.desiredFor(nodeId);
    if (desired !== null) this.#socket.send({ type: 'desired', assignment: desired.assignment, bundle: desired.bundle, keySets: desired.keySets });
    if (arrived.rotateKey && session.understands.has('rotateKey')) this.#socket.send({ type: 'rotateKey' });
    this.#context.leases.nodeConnected(nodeId);
    this.#context.ahead.arrived(nodeId);
  }

  /** Makes room for this connection, or refuses it when the one that stands is another, living agent. */
  async #takesOver(hello: Hello, node: NodeRow): Promise<boolean> {
    const { sessions, deps } = this.#context;
    const here = await sessions.makeRoom(node.id, hello.instance);
    // Another replica is asked only where another agent's connection to it may stand; one of the same agent it lets go of by itself.
    const elsewhere = here === null && node.connectedSince !== null && node.instance !== hello.instance;
    const standing = elsewhere ? await deps.replicas.ask(standingQuestion, { node: node.id, instance: hello.instance }) : here;
    if (standing !== 'lives') return true;
    await noteClone(deps, node, hello.facts.hostname);
    this.#refuse('cloned', 'Another agent with this key is connected. If the machine was copied, delete the key of the copy and enrol it as a node of its own.');
    return false;
  }

  async #take(session: NodeSession, actor: Actor, message: FromAgent): Promise<void> {
    const { deps, reports, telemetry, queries, leases } = this.#context;
    switch (message.type) {
      case 'heartbeat':
        return;
      case 'report':
        // Not waited for: a report gives way to the next one, which would otherwise wait behind it.
        this.#reported = reports.add(session.organizationId, session.nodeId, message).catch((error: unknown) => this.#lost(error));
        return;
      case 'telemetry':
        return telemetry.ingest(session, message.telemetry);
      case 'records': {
        const { through, lost } = await takeRecords(deps, actor, session.nodeId, message.records);
        if (lost > 0) telemetry.recordsLost(session, lost);
        return this.#socket.send({ type: 'ack', through });
      }
      case 'newKey': {
        const taken = await takeNewKey(deps, actor, session.nodeId, message);
        if (typeof taken === 'string') return this.#socket.close(closeCodes.protocol, taken);
        return this.#socket.send(taken);
      }
      case 'tail':
        return leases.received(session.nodeId, message);
      case 'answer':
        return queries.answered(session.nodeId, message.id, { ok: message.ok, body: message.body });
      case 'hello':
      case 'proof':
        return this.#socket.close(closeCodes.protocol, `no ${message.type} after the handshake`);
    }
  }

  /** A report could not be written: the node comes again, and says it again. */
  #lost(error: unknown): void {
    this.#context.deps.logger.error({ err: error, node: this.#nodeId() }, 'what a node reported could not be written');
    this.#socket.close(1013, 'the control plane could not take this in; try again later');
  }

  #refuse(code: RefusalCode, message: string, closeCode: number = closeCodes.refused): void {
    this.#context.refusals.inc({ reason: code });
    this.#socket.refuse({ type: 'refused', code, message }, closeCode);
  }

  #end(): void {
    clearTimeout(this.#handshakeTimer);
    const phase = this.#phase;
    this.#phase = { name: 'over' };
    const { sessions, heartbeats, telemetry, queries } = this.#context;
    if (phase.name === 'waiting') sessions.stopWaiting(phase.applicant);
    const session = phase.name === 'welcome' && sessions.leave(phase.session) ? phase.session : null;
    void this.#reported.then(() => this.#gone(session));
    if (session === null) return;
    heartbeats.forget(session.nodeId);
    telemetry.forget(session);
    queries.nodeLeft(session.nodeId);
  }

  /** After the last that it said: it is written down that the node left. */
  #gone(session: NodeSession | null): void {
    if (session !== null) this.#depart(session);
    this.#context.connections.delete(this);
  }

  #isOver(): boolean {
    return this.#phase.name === 'over';
  }

  #depart({ organizationId, nodeId, connectedSince }: NodeSession): void {
    if (connectedSince !== null) this.#context.departures.add({ organizationId, id: nodeId, connectedSince, lastSeenAt: this.#heardAt });
  }
}
