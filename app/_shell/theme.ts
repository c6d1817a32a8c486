'use client';
import { useSyncExternalStore } from 'react';
import { parseTheme, themeCookie, type Theme } from './theme-names.ts';

const changed = 'selvedge-theme-changed';

/** The theme and how to change it. It lives on <html> and in a cookie, so that the server paints it from the first byte. */
export function useTheme(): [Theme, (theme: Theme) => void] {
  const theme = useSyncExternalStore(
    (listener) => {
      window.addEventListener(changed, listener);
      return () => window.removeEventListener(changed, listener);
    },
    () => parseTheme(document.documentElement.dataset['theme']),
    () => 'system' as const,
  );
  return [theme, setTheme];
}

function setTheme(theme: Theme): void {
  document.documentElement.dataset['theme'] = theme;
  document.cookie = `${themeCookie}=${theme}; path=/; max-age=31536000; samesite=lax`;
  window.dispatchEvent(new Event(changed));
}
