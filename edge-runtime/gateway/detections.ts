import { z } from 'zod';
import type { AttributeValue } from '../protocol/index.ts';
import type { GatewayPath } from './backend.ts';
import { GatewayError } from './errors.ts';
import { failQuery } from './failures.ts';

export interface DetectionPage {
  readonly detections: { stream: string; rule: string; at: number; data: Record<string, AttributeValue> }[];
  readonly nextCursor: string | null;
}

const STREAMS_MAX = 32;
/** For each stream where its next page begins; `null` when it has ended, absent when it has not begun. */
const cursorSchema = z.record(z.string(), z.string().nullable());

/** The newest detections of all streams of that kind together. The cursor holds each stream's own. */
export async function readDetections(path: GatewayPath, range: { from: number; to: number; limit: number; cursor?: string | undefined }): Promise<DetectionPage> {
  const cursors = range.cursor === undefined ? {} : parseCursor(range.cursor);
  const streams = (await path.streams()).filter(({ kind, stored }) => kind === 'detection' && stored).slice(0, STREAMS_MAX);
  const read = async (stream: string, limit: number) => {
    const cursor = cursors[stream];
    const answer = await path.query({ stream, from: range.from, to: range.to, limit, order: 'newest', ...(typeof cursor === 'string' ? { cursor } : {}) });
    return answer.ok ? answer : failQuery(answer);
  };
  const pages = await Promise.all(streams.filter(({ name }) => cursors[name] !== null).map(async (stream) => ({ stream, page: await read(stream.name, range.limit) })));
  const candidates = pages.flatMap(({ stream, page }) => page.rows.map((row) => ({ stream, row, attributes: page.attributes })));
  candidates.sort((a, b) => b.row.at - a.row.at || (a.stream.name < b.stream.name ? -1 : 1));
  const taken = candidates.slice(0, range.limit);
  const next: Record<string, string | null> = { ...cursors };
  for (const { stream, page } of pages) {
    const used = taken.filter((candidate) => candidate.stream === stream).length;
    if (used === page.rows.length) next[stream.name] = page.nextCursor;
    // The cursor after a part of a page is that of a page which ends there.
    else if (used > 0) next[stream.name] = (await read(stream.name, used)).nextCursor;
  }
  const more = pages.some(({ stream, page }) => next[stream.name] !== null && page.rows.length > 0);
  return {
    detections: taken.map(({ stream, row, attributes }) => ({ stream: stream.name, rule: stream.rule, at: row.at, data: Object.fromEntries(attributes.map(({ name }, index) => [name, row.values[index] ?? null])) })),
    nextCursor: more ? Buffer.from(JSON.stringify(next)).toString('base64url') : null,
  };
}

function parseCursor(text: string): z.infer<typeof cursorSchema> {
  try {
    return cursorSchema.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
  } catch {
    throw new GatewayError('InvalidInput', 'The cursor is not one that this operation gave.');
  }
}
