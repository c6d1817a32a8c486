'use client';
import { useEffect, useState } from 'react';

const lingerMs = 10_000;

/**
 * Whether somebody can see this tab, with a little patience. A browser gives one site six connections over HTTP/1.1, shared by
 * all of its tabs; a tab that nobody looks at must not keep its streams open and starve the one that is looked at.
 */
export function useVisible(): boolean {
  const [visible, setVisible] = useState(true);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const onChange = () => {
      clearTimeout(timer);
      if (document.visibilityState === 'visible') setVisible(true);
      else timer = setTimeout(() => setVisible(false), lingerMs);
    };
    onChange();
    document.addEventListener('visibilitychange', onChange);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onChange);
    };
  }, []);
  return visible;
}
