import { RangeSet, StateEffect, StateField, type EditorState, type Extension } from '@codemirror/state';
import { EditorView, gutter, GutterMarker, keymap, type Command } from '@codemirror/view';

/** A query in the text, and whether a previewed run stops at it. */
export interface QueryPlace {
  query: string;
  from: number;
  to: number;
  stops: boolean;
}

/** Tells the editor where the queries are; it moves them along with what is typed until it is told again. */
export const queryPlaces = StateEffect.define<readonly QueryPlace[]>();

const places = StateField.define<readonly QueryPlace[]>({
  create: () => [],
  update: (before, transaction) => {
    for (const effect of transaction.effects) if (effect.is(queryPlaces)) return effect.value.filter((one) => one.to <= transaction.newDoc.length);
    if (!transaction.docChanged) return before;
    const { changes } = transaction;
    return before.map((one) => ({ ...one, from: changes.mapPos(one.from, 1), to: changes.mapPos(one.to, -1) })).filter((one) => one.from < one.to);
  },
});

class Mark extends GutterMarker {
  private readonly stops: boolean;
  private readonly query: string;

  constructor({ stops, query }: QueryPlace) {
    super();
    this.stops = stops;
    this.query = query;
  }

  override eq(other: Mark): boolean {
    return this.stops === other.stops && this.query === other.query;
  }

  override toDOM(): Node {
    const mark = document.createElement('span');
    mark.className = this.stops ? 'cm-breakpoint cm-breakpoint-set' : 'cm-breakpoint';
    mark.title = this.stops ? `The preview stops at ${this.query}; click to let it pass (F9)` : `Stop the preview at ${this.query} (F9)`;
    return mark;
  }
}

function placeAt(state: EditorState, from: number, to: number): QueryPlace | undefined {
  return state.field(places).find((one) => one.from <= to && from <= one.to);
}

/** Marks beside queries at which a previewed run is to stop: a click beside any line of a query sets or takes one away, F9 does at the cursor. */
export function breakpoints(onToggle: (query: string) => void): Extension {
  const toggle = (state: EditorState, from: number, to: number): boolean => {
    const place = placeAt(state, from, to);
    if (place !== undefined) onToggle(place.query);
    return place !== undefined;
  };
  const toggleHere: Command = ({ state }) => toggle(state, state.selection.main.head, state.selection.main.head);
  return [
    places,
    gutter({
      class: 'cm-breakpoints',
      markers: ({ state }) => RangeSet.of(state.field(places).map((one) => new Mark(one).range(state.doc.lineAt(one.from).from)), true),
      lineMarkerChange: (update) => update.startState.field(places) !== update.state.field(places),
      domEventHandlers: {
        mousedown: (view, line, event) => {
          if (!toggle(view.state, line.from, line.to)) return false;
          event.preventDefault();
          return true;
        },
      },
    }),
    keymap.of([{ key: 'F9', run: toggleHere }]),
    EditorView.theme({
      '.cm-breakpoints': { width: '18px', cursor: 'pointer' },
      '.cm-breakpoints .cm-gutterElement': { display: 'flex', justifyContent: 'flex-end', paddingTop: '6px' },
      '.cm-breakpoint': { width: '9px', height: '9px', borderRadius: '50%', border: '1.5px solid var(--color-line-strong)' },
      '.cm-gutterElement:hover > .cm-breakpoint': { borderColor: 'var(--color-accent)' },
      '.cm-breakpoint-set': { borderColor: 'var(--color-accent)', backgroundColor: 'var(--color-accent)' },
    }),
  ];
}
