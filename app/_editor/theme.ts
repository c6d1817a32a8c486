import { EditorView } from '@codemirror/view';

/** The console's tokens, so that both themes follow without the editor knowing which is on. */
export const editorTheme = EditorView.theme({
  '&': { color: 'var(--color-ink)', backgroundColor: 'transparent', fontSize: '12.5px' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--font-mono)', lineHeight: '21px' },
  '.cm-content': { padding: '12px 0', caretColor: 'var(--color-accent)' },
  '.cm-line': { padding: '0 16px 0 8px' },
  '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--color-faint)', border: 'none' },
  '.cm-lineNumbers .cm-gutterElement': { minWidth: '40px', padding: '0 4px 0 8px' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'color-mix(in oklch, var(--color-raised) 55%, transparent)' },
  '.cm-cursor': { borderLeftColor: 'var(--color-accent)', borderLeftWidth: '2px' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': { backgroundColor: 'var(--color-accent-wash)' },
  '.cm-matchingBracket': { backgroundColor: 'var(--color-accent-wash)', outline: 'none' },
  '.cm-tooltip': { border: 'none', backgroundColor: 'transparent' },
  '.cm-tooltip.cm-tooltip-autocomplete, .cm-tooltip.cm-tooltip-lint, .cm-panels': {
    backgroundColor: 'var(--color-overlay)', color: 'var(--color-ink)', border: '1px solid var(--color-line-strong)', borderRadius: '8px', boxShadow: 'var(--shadow-overlay)',
  },
  '.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--font-mono)', maxHeight: '260px' },
  '.cm-tooltip-autocomplete > ul > li': { padding: '3px 10px !important' },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': { backgroundColor: 'var(--color-accent-wash)', color: 'var(--color-ink)' },
  '.cm-completionDetail': { color: 'var(--color-faint)', fontStyle: 'normal' },
  '.cm-completionMatchedText': { color: 'var(--color-accent)', textDecoration: 'none' },
  '.cm-diagnostic': { padding: '7px 12px', fontFamily: 'var(--font-sans)', fontSize: '13px' },
  '.cm-diagnostic-error': { borderLeft: '3px solid var(--color-critical)' },
  '.cm-diagnostic-warning': { borderLeft: '3px solid var(--color-notice)' },
  '.cm-diagnosticSource': { color: 'var(--color-faint)', fontFamily: 'var(--font-mono)' },
  '.cm-lintRange-error': { backgroundImage: 'none', textDecoration: 'underline wavy var(--color-critical) 1px', textUnderlineOffset: '4px' },
  '.cm-lintRange-warning': { backgroundImage: 'none', textDecoration: 'underline wavy var(--color-notice) 1px', textUnderlineOffset: '4px' },
  '.cm-placeholder': { color: 'var(--color-faint)' },
});
