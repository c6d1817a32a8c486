'use client';
import { Toast as Base } from '@base-ui/react/toast';
import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { Shape, type Tone } from './status.tsx';

export interface ToastMessage {
  tone: Tone;
  title: string;
  description?: ReactNode;
  /** One thing to do about it, such as undo. */
  action?: { label: string; onClick: () => void };
}

/** Says, in a corner, what came of something that was asked for. A refusal stays until it is closed. */
export function useToast(): (message: ToastMessage) => void {
  const manager = Base.useToastManager<{ tone: Tone }>();
  return (message) => {
    manager.add({
      title: message.title,
      description: message.description,
      data: { tone: message.tone },
      timeout: message.tone === 'critical' ? 0 : 6000,
      priority: message.tone === 'critical' ? 'high' : 'low',
      ...(message.action ? { actionProps: { children: message.action.label, onClick: message.action.onClick } } : {}),
    });
  };
}

export function ToastProvider({ children }: { children: ReactNode }) {
  return (
    <Base.Provider limit={4}>
      {children}
      <Base.Portal>
        <Base.Viewport className="fixed right-4 bottom-4 z-50 flex w-[min(380px,calc(100vw-32px))] flex-col gap-2 outline-none">
          <List />
        </Base.Viewport>
      </Base.Portal>
    </Base.Provider>
  );
}

function List() {
  const { toasts } = Base.useToastManager<{ tone: Tone }>();
  return toasts.map((toast) => (
    <Base.Root
      key={toast.id}
      toast={toast}
      className="rounded-lg border border-line-strong bg-overlay shadow-overlay transition duration-150 data-ending-style:opacity-0 data-limited:hidden data-starting-style:translate-y-2 data-starting-style:opacity-0"
    >
      <Base.Content className="grid grid-cols-[14px_1fr_auto] gap-x-2.5 px-3.5 py-3">
        <Shape tone={toast.data?.tone ?? 'neutral'} className="mt-[3px]" />
        <div className="min-w-0">
          <Base.Title className="font-medium" />
          <Base.Description className="mt-0.5 break-words text-dim" />
          <Base.Action className="mt-1.5 font-medium text-accent hover:underline" />
        </div>
        <Base.Close aria-label="Close" className="grid size-5 place-items-center rounded-sm text-faint hover:bg-raised hover:text-ink">
          <X size={13} />
        </Base.Close>
      </Base.Content>
    </Base.Root>
  ));
}
