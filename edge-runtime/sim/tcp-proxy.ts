import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/**
 * A TCP relay whose network can be cut: `drop` breaks connections, `stall` keeps them open and carries nothing, `dropAfter` lets some bytes
 * through first. What it carries arrives after `delayMs`, in its order.
 */
export class TcpProxy {
  readonly #server: Server;
  readonly #pairs = new Set<[Socket, Socket]>();
  #mode: 'open' | 'dropped' | 'stalled' = 'open';
  delayMs = 0;
  /** Of what goes to the far side. */
  #bytesLeft = Number.POSITIVE_INFINITY;

  constructor(targetPort: number) {
    this.#server = createServer((near) => {
      if (this.#mode === 'dropped') return void near.resetAndDestroy();
      const far = connect(targetPort, '127.0.0.1');
      const pair: [Socket, Socket] = [near, far];
      this.#pairs.add(pair);
      const end = (): void => {
        this.#pairs.delete(pair);
        near.destroy();
        far.destroy();
      };
      for (const socket of pair) socket.on('close', end).on('error', end);
      near.on('data', (data) => this.#later(() => this.#carry(data, far)));
      far.on('data', (data) => this.#later(() => near.destroyed || near.write(data)));
    });
  }

  #later(send: () => void): void {
    const go = (): void => {
      if (this.#mode === 'open') send();
    };
    if (this.delayMs === 0) go();
    else setTimeout(go, this.delayMs);
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  open(): void {
    this.#mode = 'open';
    this.#bytesLeft = Number.POSITIVE_INFINITY;
  }

  /** Carries so many more bytes to the far side, which gets all of them; then connections end. */
  dropAfter(bytes: number): void {
    this.#bytesLeft = bytes;
  }

  #carry(data: Buffer, far: Socket): void {
    if (far.destroyed) return;
    if (data.length <= this.#bytesLeft) {
      this.#bytesLeft -= data.length;
      far.write(data);
      return;
    }
    this.#mode = 'dropped';
    far.end(data.subarray(0, this.#bytesLeft));
  }

  drop(): void {
    this.#mode = 'dropped';
    for (const [near, far] of this.#pairs) {
      near.resetAndDestroy();
      far.resetAndDestroy();
    }
  }

  stall(): void {
    this.#mode = 'stalled';
  }

  async close(): Promise<void> {
    this.drop();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
