import { CSPProvider } from '@base-ui/react/csp-provider';
import { GeistMono } from 'geist/font/mono';
import { GeistSans } from 'geist/font/sans';
import type { Metadata, Viewport } from 'next';
import { cookies, headers } from 'next/headers';
import { NuqsAdapter } from 'nuqs/adapters/next/app';
import type { ReactNode } from 'react';
import { DataProvider } from './_data/trpc.tsx';
import { parseTheme, themeCookie } from './_shell/theme-names.ts';
import { ServerClock } from './_ui/clock.tsx';
import { ToastProvider } from './_ui/toast.tsx';
import { TooltipProvider } from './_ui/tooltip.tsx';
import './globals.css';

export const metadata: Metadata = { title: { template: '%s · Selvedge', default: 'Selvedge' }, description: 'The open control plane for edge AI.' };
export const viewport: Viewport = { width: 'device-width', initialScale: 1, colorScheme: 'light dark' };

export default async function RootLayout({ children }: { children: ReactNode }) {
  const theme = parseTheme((await cookies()).get(themeCookie)?.value);
  const nonce = (await headers()).get('x-nonce') ?? undefined;
  return (
    <html lang="en" data-theme={theme} className={`${GeistSans.variable} ${GeistMono.variable}`}>
      <body>
        <CSPProvider {...(nonce ? { nonce } : {})}>
          <ServerClock at={Date.now()}>
            <DataProvider>
              <NuqsAdapter>
                <TooltipProvider>
                  <ToastProvider>{children}</ToastProvider>
                </TooltipProvider>
              </NuqsAdapter>
            </DataProvider>
          </ServerClock>
        </CSPProvider>
      </body>
    </html>
  );
}
