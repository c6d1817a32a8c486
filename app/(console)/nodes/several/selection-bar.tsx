'use client';
import { useState } from 'react';
import type { NodeItem } from '../../../../server/nodes/schema.ts';
import { useCommands } from '../../../_shell/commands.tsx';
import { useRefusal } from '../../../_shell/me.tsx';
import { Button } from '../../../_ui/button.tsx';
import { selectionBound } from '../../../_ui/selection.ts';
import { type Act, SeveralDialog } from './several-dialog.tsx';

/** Stands at the lower edge while nodes are selected: how many, and what can be done with them together. */
export function SelectionBar({ nodes, clear }: { nodes: readonly NodeItem[]; clear: () => void }) {
  // What it was opened for stays while it closes.
  const [asked, setAsked] = useState<{ act: Act; nodes: readonly NodeItem[] }>({ act: 'labels', nodes });
  const [isOpen, setIsOpen] = useState(false);
  const refused = useRefusal('nodes:write', 'Operators');
  const nothing = nodes.length === 0 ? 'Select nodes first, with x.' : undefined;
  const open = (act: Act) => {
    setAsked({ act, nodes });
    setIsOpen(true);
  };
  useCommands([
    { label: 'Set labels of the selected nodes', shortcut: 'l', run: () => open('labels'), refused: refused ?? nothing },
    { label: 'Retry the selected nodes', shortcut: 'r', run: () => open('retry'), refused: refused ?? nothing },
  ]);
  return (
    <>
      {nodes.length === 0 ? null : (
        <section aria-label="Selected nodes" className="sticky bottom-3 z-10 mx-auto mt-3 flex w-fit max-w-full flex-wrap items-center gap-2 rounded-lg border border-line-strong bg-overlay px-3 py-2 shadow-overlay">
          <span role="status" className="mr-2 tabular-nums">
            {nodes.length} selected{nodes.length >= selectionBound ? ', as many as can be' : ''}
          </span>
          <Button size="sm" onClick={() => open('labels')} refused={refused}>
            Labels…
          </Button>
          <Button size="sm" onClick={() => open('retry')} refused={refused}>
            Retry
          </Button>
          <Button size="sm" tone="quiet" onClick={clear}>
            Clear selection
          </Button>
        </section>
      )}
      <SeveralDialog open={isOpen} {...asked} close={() => setIsOpen(false)} />
    </>
  );
}
