import type { Process } from './parts.ts';
import { between, chance, type World } from './world.ts';

/** What is wrong with the way to one node, each as a share of transfers. */
export interface Toxins {
  /** How many times as long everything takes on the way. */
  latency: number;
  breaks: number;
  tampers: number;
  stalls: number;
  refuses: number;
}

/** Fetches artefacts as `fetch` would, over a way on which things happen. */
export function artefactRequest(world: World, process: Process, isOpen: () => boolean, toxinsNow: () => Toxins | undefined, contentOf: (digest: string) => Buffer | undefined): typeof fetch {
  return async (input, init) => {
    const toxins = toxinsNow();
    const happens = (share: number | undefined): boolean => chance(world, share ?? 0);
    const { signal } = init ?? {};
    const wait = async (ms: number): Promise<void> => {
      await process.clock.sleep(ms, signal ?? undefined);
      signal?.throwIfAborted();
      if (!isOpen()) throw new TypeError('fetch failed');
    };
    await wait(between(world, 1, 100) * (toxins?.latency ?? 1));
    if (happens(toxins?.refuses)) return new Response(null, { status: 503 });
    const content = contentOf(String(input).split('/').at(-1) ?? '');
    if (content === undefined) return new Response(null, { status: 404 });
    const range = /^bytes=(\d+)-$/.exec(new Headers(init?.headers).get('range') ?? '')?.[1];
    const start = Number(range ?? 0);
    const served = happens(toxins?.tampers) ? Buffer.concat([content.subarray(0, -1), Buffer.from('!')]) : content;
    const body = streamOf(served.subarray(start), wait, { breaksAt: happens(toxins?.breaks) ? world.random() : undefined, stalls: happens(toxins?.stalls), pieces: between(world, 1, 4) });
    return new Response(body, range === undefined ? { status: 200 } : { status: 206, headers: { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` } });
  };
}

function streamOf(bytes: Buffer, wait: (ms: number) => Promise<void>, { breaksAt, stalls, pieces }: { breaksAt: number | undefined; stalls: boolean; pieces: number }): ReadableStream<Uint8Array<ArrayBuffer>> {
  const size = Math.max(1, Math.ceil(bytes.length / pieces));
  const least = breaksAt === undefined ? bytes.length : Math.floor(bytes.length * breaksAt);
  let sent = 0;
  return new ReadableStream({
    async pull(controller) {
      await wait(stalls && sent > 0 ? 3_600_000 : 200);
      if (sent >= least && least < bytes.length) throw new TypeError('terminated');
      const piece = bytes.subarray(sent, Math.min(sent + size, least));
      sent += piece.length;
      if (piece.length > 0) controller.enqueue(new Uint8Array(piece));
      if (sent >= bytes.length) controller.close();
    },
  });
}
