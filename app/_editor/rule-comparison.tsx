'use client';
import { MergeView } from '@codemirror/merge';
import { EditorState } from '@codemirror/state';
import { EditorView, lineNumbers } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { pageStyles } from './page-styles.ts';
import { siddhiql } from './siddhiql.ts';
import { editorTheme } from './theme.ts';

/** Two texts of a rule side by side, what differs marked, what is long the same folded away. */
export function RuleComparison({ before, after, beforeLabel, afterLabel }: { before: string; after: string; beforeLabel: string; afterLabel: string }) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (host.current === null) return undefined;
    const side = (doc: string, label: string) => ({
      doc,
      extensions: [
        lineNumbers(), siddhiql(), editorTheme, pageStyles(), EditorView.lineWrapping, EditorState.readOnly.of(true), EditorView.editable.of(false),
        EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
      ],
    });
    const view = new MergeView({ parent: host.current, a: side(before, beforeLabel), b: side(after, afterLabel), collapseUnchanged: { margin: 3, minSize: 6 }, gutter: true });
    return () => view.destroy();
  }, [before, after, beforeLabel, afterLabel]);
  return (
    <div>
      <div className="grid grid-cols-2 border-b border-line text-sm text-faint">
        <span className="px-3 py-1.5">{beforeLabel}</span>
        <span className="px-3 py-1.5">{afterLabel}</span>
      </div>
      <div ref={host} />
    </div>
  );
}
