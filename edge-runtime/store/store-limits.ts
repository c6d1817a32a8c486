/** The share of the store each stream may fill before its oldest rows go: all, while the others need less. */
export interface Retention {
  seconds: number;
  bytesMax: number;
}

/** Rows written in one stretch of time, dropped together. */
export interface Segment {
  /** Redis id of the first entry after it. */
  end: string;
  /** When its last rows were written, by the clock. */
  until: number;
  bytes: number;
}

export interface StreamSegments {
  stream: string;
  segments: Segment[];
}

/** Up to which entry each stream is to be cut, exclusive. */
export interface Trim {
  stream: string;
  before: string;
}

/**
 * What must go, by age first and then by size: while all streams together are over the limit, the largest loses its
 * oldest segment. So a flood of raw rows pushes out raw rows and not last week's detections. Changes `streams`.
 */
export function trimmed(streams: readonly StreamSegments[], retention: Retention, now: number): Trim[] {
  const cut = new Map<string, string>();
  const drop = (stream: StreamSegments): void => {
    const segment = stream.segments.shift();
    if (segment !== undefined) cut.set(stream.stream, segment.end);
  };
  const oldest = now - retention.seconds * 1000;
  for (const stream of streams) while ((stream.segments[0]?.until ?? now) < oldest) drop(stream);
  const sizes = new Map(streams.map((stream) => [stream, bytesOf(stream)]));
  let total = [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
  while (total > retention.bytesMax) {
    const [largest] = [...sizes].reduce((most, entry) => (entry[1] > most[1] ? entry : most), [undefined, 0] as [StreamSegments | undefined, number]);
    const bytes = largest?.segments[0]?.bytes;
    if (largest === undefined || bytes === undefined) break;
    drop(largest);
    sizes.set(largest, (sizes.get(largest) ?? 0) - bytes);
    total -= bytes;
  }
  return [...cut].map(([stream, before]) => ({ stream, before }));
}

export function bytesOf(stream: StreamSegments): number {
  return stream.segments.reduce((sum, segment) => sum + segment.bytes, 0);
}
