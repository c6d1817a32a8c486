import type { InfiniteData } from '@tanstack/react-query';

/** One page of any list of the control plane. */
export interface Page<Item> {
  items: readonly Item[];
  nextCursor: string | null;
  total: number;
}

/** The pages read so far as one list. */
export function rowsOf<Item>(data: InfiniteData<Page<Item>, unknown>): { rows: Item[]; total: number } {
  return { rows: data.pages.flatMap((page) => page.items), total: data.pages.at(-1)?.total ?? 0 };
}

/** Where the next page of any list begins, for infinite queries; undefined at the end. */
export const nextCursorOf = (page: { nextCursor: string | null }): string | undefined => page.nextCursor ?? undefined;
