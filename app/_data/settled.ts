import { useEffect, useState } from 'react';

const settleMs = 200;

/** A text once its typing has paused, so that not every letter is a question. */
export function useSettled(text: string): string {
  const [settled, settle] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => settle(text), text === '' ? 0 : settleMs);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
