import { Prec, StateEffect, StateField, type Extension } from '@codemirror/state';
import { keymap, showPanel, type Command, type EditorView, type Panel } from '@codemirror/view';
import { documentOf } from './document-field.ts';

interface Renaming {
  offset: number;
  name: string;
  places: number;
}

const renamingChanged = StateEffect.define<Renaming | null>();

const renamingField = StateField.define<Renaming | null>({
  create: () => null,
  update: (value, transaction) => transaction.effects.reduce<Renaming | null>((latest, effect) => (effect.is(renamingChanged) ? effect.value : latest), transaction.docChanged ? null : value),
  provide: (field) => showPanel.from(field, (value) => (value === null ? null : (view) => renamePanel(view, value))),
});

/** F2 asks, in a line below the text, for another name of what is under the cursor, and gives it everywhere. */
export function renaming(): Extension {
  return [renamingField, Prec.high(keymap.of([{ key: 'F2', run: beginRename }]))];
}

export const beginRename: Command = (view) => {
  if (view.state.readOnly) return false;
  const offset = view.state.selection.main.head;
  const document = documentOf(view.state);
  const places = document.references(offset);
  const at = places.find((one) => one.from <= offset && offset <= one.to);
  if (at === undefined) return false;
  view.dispatch({ effects: renamingChanged.of({ offset, name: document.text.slice(at.from, at.to).replaceAll('`', ''), places: places.length }) });
  return true;
};

function renamePanel(view: EditorView, { offset, name, places }: Renaming): Panel {
  const dom = document.createElement('form');
  dom.className = 'flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2 text-base';
  const label = dom.appendChild(document.createElement('label'));
  label.className = 'flex items-center gap-2 font-sans';
  label.append(`Rename ${places} ${places === 1 ? 'place' : 'places'} to`);
  const input = label.appendChild(document.createElement('input'));
  input.className = 'h-7 w-44 rounded-md border border-line-strong bg-panel px-2 font-mono text-sm text-ink';
  input.value = name;
  input.spellcheck = false;
  const answer = dom.appendChild(document.createElement('span'));
  answer.className = 'font-sans text-critical';
  answer.setAttribute('role', 'status');
  const close = (): void => {
    view.dispatch({ effects: renamingChanged.of(null) });
    view.focus();
  };
  dom.addEventListener('submit', (event) => {
    event.preventDefault();
    if (input.value === name) return close();
    const result = documentOf(view.state).rename(offset, input.value);
    if ('refused' in result) answer.textContent = result.refused;
    else {
      view.dispatch({ changes: result.edits, effects: renamingChanged.of(null), userEvent: 'input.rename' });
      view.focus();
    }
  });
  dom.addEventListener('keydown', (event) => {
    event.stopPropagation();
    if (event.key === 'Escape') close();
  });
  return { dom, mount: () => input.select() };
}
