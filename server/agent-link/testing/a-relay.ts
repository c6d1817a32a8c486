import { createServer, request as httpRequest } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fromAgentSchema, toAgentSchema } from '@selvedge/edge-runtime/protocol';
import type { FromAgent, ToAgent } from '@selvedge/edge-runtime/protocol';
import { WebSocket, WebSocketServer } from 'ws';

/**
 * Stands between agents and the control plane and hears every word. A test rewrites what passes, speaks in the agent's
 * name, or breaks a transfer; what it leaves alone arrives as it was sent.
 */
export class Relay {
  readonly fromAgent: FromAgent[] = [];
  readonly toAgent: ToAgent[] = [];
  readonly artefactRanges: (string | undefined)[] = [];
  rewriteFromAgent: (message: FromAgent) => FromAgent = (message) => message;
  rewriteToAgent: (message: ToAgent) => ToAgent = (message) => message;
  /** Holds the next artefact's transfer after this many bytes, until it is broken off. */
  holdAfterBytes: number | undefined;
  breakOff: () => void = () => undefined;
  /** The codes with which the control plane closed connections. */
  readonly closes: number[] = [];
  readonly #target: URL;
  readonly #server = createServer((request, response) => this.#passOn(request, response));
  readonly #sockets = new WebSocketServer({ noServer: true });
  #upstream: WebSocket | undefined;

  constructor(target: string) {
    this.#target = new URL(target);
    this.#server.on('upgrade', (request, socket, head) => this.#sockets.handleUpgrade(request, socket, head, (near) => this.#join(near, request)));
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get url(): string {
    // An HTTP server that listens on TCP has an AddressInfo.
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Says something to the control plane in the name of the agent that connected last. */
  speak(text: string): void {
    this.#upstream?.send(text);
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(near: WebSocket, { headers }: IncomingMessage): void {
    const far = new WebSocket(`ws://${this.#target.host}/link`, { headers: { host: headers.host ?? '' } });
    this.#upstream = far;
    const waiting: string[] = [];
    near.on('message', (data) => {
      const message = this.rewriteFromAgent(fromAgentSchema.parse(JSON.parse(String(data))));
      this.fromAgent.push(message);
      if (far.readyState === WebSocket.OPEN) far.send(JSON.stringify(message));
      else waiting.push(JSON.stringify(message));
    });
    far.on('open', () => waiting.forEach((text) => far.send(text)));
    far.on('message', (data) => {
      const message = this.rewriteToAgent(toAgentSchema.parse(JSON.parse(String(data))));
      this.toAgent.push(message);
      near.send(JSON.stringify(message));
    });
    for (const [from, to] of [[near, far], [far, near]] as const) {
      from.on('error', () => to.terminate());
      from.on('close', (code, reason) => {
        if (from === far) this.closes.push(code);
        // 1005 and 1006 say that no code came; they cannot be sent.
        if (code === 1005 || code === 1006) to.terminate();
        else to.close(code, reason);
      });
    }
  }

  #passOn(request: IncomingMessage, response: ServerResponse): void {
    this.artefactRanges.push(request.headers.range);
    const onward = httpRequest({ host: this.#target.hostname, port: this.#target.port, path: request.url, method: request.method, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      let passed = 0;
      let isHeld = false;
      answer.on('data', (chunk: Buffer) => {
        const room = this.holdAfterBytes === undefined ? chunk.length : this.holdAfterBytes - passed;
        passed += chunk.length;
        if (room >= chunk.length) return void response.write(chunk);
        this.holdAfterBytes = undefined;
        response.write(chunk.subarray(0, room));
        isHeld = true;
        answer.destroy();
        this.breakOff = () => request.socket.destroy();
      });
      answer.on('end', () => !isHeld && response.end());
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  }
}
