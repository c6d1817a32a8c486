import type { Metadata } from 'next';
import Link from 'next/link';
import { paths } from './paths.ts';
import { Button } from './_ui/button.tsx';
import { EmptyState } from './_ui/empty-state.tsx';

export const metadata: Metadata = { title: 'Not found' };

/** For addresses that no page has. */
export default function NotFound() {
  return (
    <main className="grid min-h-dvh place-items-center">
      <EmptyState heading kind="no-match" title="There is no page at this address" action={<Button render={<Link href={paths.overview()} />}>Go to the overview</Button>}>
        What it was about may have been removed, or the address is mistyped.
      </EmptyState>
    </main>
  );
}
