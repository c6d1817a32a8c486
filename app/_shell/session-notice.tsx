'use client';
import Link from 'next/link';
import { paths } from '../paths.ts';
import { RelativeTime } from '../_ui/relative-time.tsx';
import { Shape } from '../_ui/status.tsx';
import { useMe } from './me.tsx';

/** What is out of the ordinary about the session: that it still has to show a second factor, or that it began by breaking the glass. */
export function SessionNotice() {
  const me = useMe();
  if (me === undefined || (!me.awaitsSecondFactor && me.breakGlassUntil === null)) return null;
  return (
    <p role="status" className="flex flex-wrap items-baseline gap-2 border-b border-line bg-raised px-4 py-2 sm:px-6">
      <Shape tone={me.breakGlassUntil === null ? 'notice' : 'critical'} />
      {me.breakGlassUntil === null ? (
        <>
          Your organization asks for a second factor, and this session has shown none.
          <Link href={paths.settings('account')} className="text-accent hover:underline">
            Add a passkey or an authenticator app
          </Link>
        </>
      ) : (
        <span>
          You are in by a break-glass code, which ends <RelativeTime at={me.breakGlassUntil} />. Each thing that you do says so.
        </span>
      )}
    </p>
  );
}
