import type { ReactNode } from 'react';
import { Mark } from '../_shell/rail.tsx';

/** The way in: one narrow column, nothing else to look at. */
export default function AuthLayout({ children }: { children: ReactNode }) {
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-[400px] flex-col justify-center px-4 py-12">
      <div className="mb-5 flex items-center gap-2.5 px-1 text-lg font-semibold">
        <Mark />
        Selvedge
      </div>
      <div className="rounded-lg border border-line bg-panel px-6 py-6">{children}</div>
      <p className="mt-4 px-1 text-sm text-faint">The open control plane for edge AI.</p>
    </main>
  );
}
