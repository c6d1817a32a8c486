'use client';
import { useRouter } from 'next/navigation';
import { useEffect, useEffectEvent } from 'react';
import { useToast } from '../_ui/toast.tsx';
import { useFreshness } from './live.tsx';

const answerWithinMs = 4000;

/**
 * Keeps the page while the control plane is away: a link followed then would put the browser's own error in its place, and with it
 * would go what is on the screen. A click first asks whether anybody answers.
 */
export function StayWhileAway() {
  const router = useRouter();
  const toast = useToast();
  const { state } = useFreshness();
  const away = state === 'reconnecting' || state === 'stale';
  const follow = useEffectEvent(async (href: string) => {
    const answers = await fetch('/healthz', { cache: 'no-store', signal: AbortSignal.timeout(answerWithinMs) }).then(
      (response) => response.ok,
      () => false,
    );
    if (answers) router.push(href);
    else toast({ tone: 'notice', title: 'The control plane does not answer', description: 'You stay where you are, so that what you see is not lost. It is tried again by itself.' });
  });
  useEffect(() => {
    if (!away) return undefined;
    const onClick = (event: MouseEvent) => {
      const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>('a[href]') : null;
      if (link === null || link.origin !== window.location.origin || link.target !== '' || link.hasAttribute('download') || event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
      event.preventDefault();
      event.stopPropagation();
      void follow(link.href.slice(link.origin.length));
    };
    document.addEventListener('click', onClick, { capture: true });
    return () => document.removeEventListener('click', onClick, { capture: true });
  }, [away]);
  return null;
}
