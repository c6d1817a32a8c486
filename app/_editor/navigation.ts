import { isolateHistory } from '@codemirror/commands';
import { EditorSelection, Prec, type Extension } from '@codemirror/state';
import { EditorView, keymap, type Command } from '@codemirror/view';
import { documentOf } from './document-field.ts';

/** Shows a place and puts the cursor there. */
export function reveal(view: EditorView, from: number, to = from): void {
  const { length } = view.state.doc;
  const range = EditorSelection.range(Math.min(from, length), Math.min(to, length));
  view.dispatch({ selection: range, effects: EditorView.scrollIntoView(range, { y: 'center' }) });
  view.focus();
}

function goToDefinition(view: EditorView, offset: number): boolean {
  const place = documentOf(view.state).definition(offset);
  if (place === undefined) return false;
  reveal(view, place.from, place.to);
  return true;
}

/** From one use of a name to the next, round and round. */
const nextReference: Command = (view) => {
  const { head } = view.state.selection.main;
  const places = documentOf(view.state).references(head);
  const next = places.find((one) => one.from > head) ?? places[0];
  if (next === undefined) return false;
  reveal(view, next.from, next.to);
  return true;
};

/** The whole text in the one form, the cursor kept on its line. */
export const formatText: Command = (view) => {
  const { state } = view;
  if (state.readOnly) return false;
  const text = documentOf(state).format();
  if (text === state.doc.toString()) return true;
  const line = state.doc.lineAt(state.selection.main.head).number;
  view.dispatch({ changes: { from: 0, to: state.doc.length, insert: text }, annotations: isolateHistory.of('full') });
  view.dispatch({ selection: EditorSelection.cursor(view.state.doc.line(Math.min(line, view.state.doc.lines)).from), scrollIntoView: true });
  return true;
};

/** F12 or a click with Ctrl held goes to where a name is introduced, Shift-F12 to its next use, Shift-Alt-F formats. */
export function navigation(): Extension {
  return [
    Prec.high(keymap.of([
      { key: 'F12', run: (view) => goToDefinition(view, view.state.selection.main.head) },
      { key: 'Shift-F12', run: nextReference },
      { key: 'Shift-Alt-f', run: formatText },
    ])),
    EditorView.domEventHandlers({
      mousedown: (event, view) => {
        if (!event.ctrlKey && !event.metaKey) return false;
        const offset = view.posAtCoords({ x: event.clientX, y: event.clientY });
        if (offset === null || !goToDefinition(view, offset)) return false;
        event.preventDefault();
        return true;
      },
    }),
  ];
}
