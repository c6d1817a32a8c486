'use client';
import { Search, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';

const settleMs = 250;

/** The text by which a list is filtered. It reports when typing pauses; `/` puts the cursor here and Escape takes it away. */
export function FilterInput({ value, onChange, label, placeholder, hint, first = true }: {
  value: string;
  onChange: (value: string) => void;
  label: string;
  placeholder: string;
  hint?: string;
  /** A list's second filter has no key of its own. */
  first?: boolean;
}) {
  const [text, setText] = useState(value);
  const reported = useRef(value);
  // Back and links change the value from outside; typing does not bounce back from it.
  useEffect(() => {
    if (value !== reported.current) {
      reported.current = value;
      setText(value);
    }
  }, [value]);
  useEffect(() => {
    if (text === reported.current) return;
    const timer = setTimeout(() => {
      reported.current = text;
      onChange(text);
    }, settleMs);
    return () => clearTimeout(timer);
  }, [text, onChange]);
  return (
    <div className="relative w-full sm:w-72" title={hint}>
      <Search size={13} aria-hidden className="pointer-events-none absolute top-[9px] left-2.5 text-faint" />
      <input
        type="text"
        {...(first ? { 'data-filter-input': '' } : {})}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.blur();
        }}
        aria-label={label}
        placeholder={placeholder}
        spellCheck={false}
        autoComplete="off"
        className="h-[30px] w-full rounded-md border border-line-strong bg-panel pr-8 pl-8 outline-none hover:border-faint focus-visible:border-accent focus-visible:outline-2 focus-visible:outline-offset-0 focus-visible:outline-accent-wash"
      />
      {text ? (
        <button
          type="button"
          aria-label="Clear the filter"
          onClick={() => {
            setText('');
            reported.current = '';
            onChange('');
          }}
          className="absolute top-[3px] right-[3px] grid size-6 place-items-center rounded-sm text-faint hover:bg-raised hover:text-ink"
        >
          <X size={12} />
        </button>
      ) : first ? (
        <kbd aria-hidden className="absolute top-[6px] right-2 rounded-sm border border-line px-1 text-xs! text-faint max-sm:hidden">
          /
        </kbd>
      ) : null}
    </div>
  );
}
