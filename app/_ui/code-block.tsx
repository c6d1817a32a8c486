'use client';
import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { classes } from './classes.ts';

/** A text to take elsewhere, with a button that copies it whole. */
export function CodeBlock({ code, label = 'Copy', wrap = true }: { code: string; label?: string; wrap?: boolean }) {
  return (
    <div className="group relative rounded-md border border-line bg-raised text-left">
      <pre tabIndex={0} className={classes('overflow-x-auto py-2 pr-10 pl-3 text-ink', wrap && 'break-all whitespace-pre-wrap')}>
        {code}
      </pre>
      <span className="absolute top-1 right-1">
        <CopyButton text={code} label={label} />
      </span>
    </div>
  );
}

/** Copies `text` and says so for two seconds. */
export function CopyButton({ text, label = 'Copy' }: { text: string; label?: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <button
      type="button"
      aria-label={copied ? 'Copied' : label}
      title={copied ? 'Copied' : label}
      onClick={() => {
        void copy(text).then(setCopied);
      }}
      className="grid size-[26px] place-items-center rounded-sm text-dim hover:bg-line hover:text-ink"
    >
      {copied ? <Check size={13} className="text-positive" /> : <Copy size={13} />}
    </button>
  );
}

/** The clipboard API exists only on secure origins; on plain HTTP a selected, invisible text does the same. */
async function copy(text: string): Promise<boolean> {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return true;
  }
  const area = document.createElement('textarea');
  area.value = text;
  area.setAttribute('readonly', '');
  area.style.position = 'fixed';
  area.style.opacity = '0';
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  return done;
}
