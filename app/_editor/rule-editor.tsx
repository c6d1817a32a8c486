'use client';

import { closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, isolateHistory } from '@codemirror/commands';
import { bracketMatching, indentOnInput } from '@codemirror/language';
import { forceLinting, lintKeymap } from '@codemirror/lint';
import { searchKeymap } from '@codemirror/search';
import { Compartment, EditorState } from '@codemirror/state';
import { drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers, placeholder as placeholderText } from '@codemirror/view';
import type { AttributeType, Environment } from '@selvedge/edge-runtime/cep';
import type { RuleDocument } from '@selvedge/edge-runtime/cep/language-service';
import { useEffect, useEffectEvent, useImperativeHandle, useLayoutEffect, useRef, type Ref } from 'react';
import { breakpoints, queryPlaces, type QueryPlace } from './breakpoints.ts';
import { completion } from './completion.ts';
import { documents, environmentChanged } from './document-field.ts';
import { hovers } from './hover.ts';
import { meaning } from './meaning.ts';
import { formatText, navigation, reveal } from './navigation.ts';
import { pageStyles } from './page-styles.ts';
import { renaming } from './rename.ts';
import { signatures } from './signature.ts';
import { siddhiql } from './siddhiql.ts';
import { editorTheme } from './theme.ts';

/** A model that a rule may call, as `models.signatures` lists it. */
export interface RuleEditorModel {
  reference: string;
  inputs: readonly { name: string; type: AttributeType }[];
  outputs: readonly { name: string; type: AttributeType }[];
}

/** What can be done with an editor from outside. */
export interface RuleEditorHandle {
  /** Shows a place and puts the cursor there. */
  reveal(from: number, to?: number): void;
  format(): void;
}

export interface RuleEditorProps {
  /** What stands in it; a different text replaces the document, the same one leaves cursor and history alone. */
  text: string;
  onChange?: (text: string) => void;
  /** Hears what is known of each state of the text that was checked. */
  onDocument?: (document: RuleDocument) => void;
  handle?: Ref<RuleEditorHandle>;
  /** Where the text's queries are and which of them a preview stops at; without it there is no mark beside them. */
  queries?: readonly QueryPlace[];
  /** A click beside a query, or F9 in it. */
  onBreakpoint?: (query: string) => void;
  /** The models that rules may call; calls of others are errors. */
  models: readonly RuleEditorModel[];
  readOnly?: boolean;
  /** Names the editor for those who do not see it. */
  label: string;
  placeholder?: string;
}

/** SiddhiQL with completion, hovers, the form of the call that is being written, errors in place, go to definition (F12), renaming (F2) and formatting. Escape, then Tab, leaves it by keyboard. */
export function RuleEditor({ text, onChange, onDocument, handle, queries, onBreakpoint, models, readOnly = false, label, placeholder }: RuleEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const readOnlyPart = useRef(new Compartment());
  const modelsNow = useRef(models);
  const changed = useEffectEvent((next: string) => onChange?.(next));
  const checked = useEffectEvent((document: RuleDocument) => onDocument?.(document));
  const breakpoint = useEffectEvent((query: string) => onBreakpoint?.(query));
  const initialText = useEffectEvent(() => ({ text, label, placeholder, marks: queries !== undefined }));

  // Before the browser paints: an editor without its lines is lower than the text in whose place it comes.
  useLayoutEffect(() => {
    if (host.current === null) return undefined;
    const initial = initialText();
    const editor = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: initial.text,
        extensions: [
          ...(initial.marks ? [breakpoints((query) => breakpoint(query))] : []),
          lineNumbers(), highlightActiveLine(), highlightActiveLineGutter(), history(), drawSelection(), indentOnInput(), bracketMatching(), closeBrackets(),
          siddhiql(), editorTheme, EditorView.lineWrapping, EditorState.tabSize.of(2),
          documents(() => environmentOf(modelsNow.current), (document) => checked(document)),
          completion(() => modelsNow.current), hovers(), signatures(), meaning(), navigation(), renaming(),
          keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...completionKeymap, ...lintKeymap]),
          readOnlyPart.current.of([]),
          // A text that may only be read is reached by keyboard too, to scroll and search in.
          EditorView.contentAttributes.of({ 'aria-label': initial.label, 'aria-multiline': 'true', tabindex: '0' }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) changed(update.state.doc.toString());
          }),
          ...(initial.placeholder === undefined ? [] : [placeholderText(initial.placeholder)]),
          pageStyles(),
        ],
      }),
    });
    view.current = editor;
    forceLinting(editor);
    return () => {
      view.current = null;
      editor.destroy();
    };
  }, []);

  useImperativeHandle(handle, () => ({
    reveal: (from, to) => {
      if (view.current !== null) reveal(view.current, from, to);
    },
    format: () => {
      if (view.current !== null) formatText(view.current);
    },
  }), []);

  // A step of its own to undo, however soon it comes after something that was typed.
  useEffect(() => {
    const editor = view.current;
    if (editor !== null && editor.state.doc.toString() !== text) editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text }, annotations: isolateHistory.of('full') });
  }, [text]);

  useEffect(() => {
    if (queries !== undefined) view.current?.dispatch({ effects: queryPlaces.of(queries) });
  }, [queries]);

  useEffect(() => {
    modelsNow.current = models;
    view.current?.dispatch({ effects: environmentChanged.of(null) });
  }, [models]);

  useEffect(() => {
    view.current?.dispatch({ effects: readOnlyPart.current.reconfigure([EditorState.readOnly.of(readOnly), EditorView.editable.of(!readOnly)]) });
  }, [readOnly]);

  return <div ref={host} data-rule-editor className="min-h-60" />;
}

/** What the texts of these models may refer to. */
export function environmentOf(models: readonly RuleEditorModel[]): Environment {
  return {
    model(reference) {
      const known = models.find((model) => model.reference === reference);
      if (known !== undefined) return { inputs: known.inputs, outputs: known.outputs };
      const names = models.map((model) => `'${model.reference}'`).slice(0, 5).join(', ');
      return { missing: names === '' ? `There is no model '${reference}': none has been published yet.` : `There is no model '${reference}'. Published: ${names}.` };
    },
  };
}
