'use client';
import { Dialog as Base } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import { useRef, type ReactNode } from 'react';
import { classes } from './classes.ts';

const backdrop = 'fixed inset-0 z-40 bg-canvas/70 transition-opacity duration-150 data-ending-style:opacity-0 data-starting-style:opacity-0';

const firstField = 'input:not([type="hidden"], [type="file"], :disabled), textarea:not(:disabled)';

/**
 * Where the focus goes when a dialog opens: to its first field, else to its first control. `autoFocus` on a field would take the focus
 * before the dialog has seen where it was, and it could not be given back.
 */
function useInitialFocus() {
  const popup = useRef<HTMLDivElement>(null);
  return { ref: popup, initialFocus: () => popup.current?.querySelector<HTMLElement>(firstField) ?? true };
}

/** A modal dialog: focus goes in, Escape and the backdrop close it, focus comes back. `footer` holds the actions, the main one last. */
export function Dialog({ open, onOpenChange, title, description, children, footer, wide = false }: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  description?: ReactNode;
  children?: ReactNode;
  footer?: ReactNode;
  wide?: boolean;
}) {
  const focus = useInitialFocus();
  return (
    <Base.Root open={open} onOpenChange={onOpenChange}>
      <Base.Portal>
        <Base.Backdrop className={backdrop} />
        <Base.Popup
          {...focus}
          data-modal=""
          className={classes(
            'fixed top-[12vh] left-1/2 z-50 flex max-h-[80vh] w-[calc(100vw-24px)] -translate-x-1/2 flex-col rounded-lg border border-line-strong bg-overlay shadow-overlay transition duration-150 data-ending-style:translate-y-1 data-ending-style:opacity-0 data-starting-style:translate-y-1 data-starting-style:opacity-0',
            wide ? 'max-w-[760px]' : 'max-w-[480px]',
          )}
        >
          <header className="flex items-start gap-3 px-5 pt-4 pb-3">
            <div className="min-w-0">
              <Base.Title className="text-lg font-semibold">{title}</Base.Title>
              {description ? <Base.Description className="mt-0.5 text-dim">{description}</Base.Description> : null}
            </div>
            <Base.Close aria-label="Close" className="ml-auto grid size-6 shrink-0 place-items-center rounded-sm text-dim hover:bg-raised hover:text-ink">
              <X size={14} />
            </Base.Close>
          </header>
          {children ? <div className="min-h-0 overflow-y-auto px-5 pb-4">{children}</div> : null}
          {footer ? <footer className="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3">{footer}</footer> : null}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

/** The same, without head or foot and for content that fills it to the edge, such as a command list. `title` is read out only. */
export function BareDialog({ open, onOpenChange, title, children, place = 'top' }: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  children: ReactNode;
  place?: 'top' | 'left';
}) {
  const focus = useInitialFocus();
  return (
    <Base.Root open={open} onOpenChange={onOpenChange}>
      <Base.Portal>
        <Base.Backdrop className={backdrop} />
        <Base.Popup
          {...focus}
          data-modal=""
          className={classes(
            'fixed z-50 overflow-hidden border-line-strong bg-overlay shadow-overlay transition duration-150',
            place === 'top' &&
              'top-[12vh] left-1/2 w-[calc(100vw-24px)] max-w-[600px] -translate-x-1/2 rounded-lg border data-ending-style:opacity-0 data-starting-style:translate-y-1 data-starting-style:opacity-0',
            place === 'left' && 'inset-y-0 left-0 w-[248px] border-r bg-canvas data-ending-style:-translate-x-full data-starting-style:-translate-x-full',
          )}
        >
          <Base.Title className="sr-only">{title}</Base.Title>
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
