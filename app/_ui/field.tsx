'use client';
import { Field as Base } from '@base-ui/react/field';
import type { ComponentPropsWithRef, ReactNode } from 'react';
import { classes } from './classes.ts';

const box =
  'w-full rounded-md border border-line-strong bg-panel px-2.5 text-ink outline-none hover:border-faint focus-visible:border-accent focus-visible:outline-2 focus-visible:outline-offset-0 focus-visible:outline-accent-wash aria-invalid:border-critical disabled:text-faint';

/** A labelled control with its explanation and its error, tied together for assistive technology. */
export function Field({ label, description, error, optional = false, children, name }: {
  label: ReactNode;
  description?: ReactNode;
  error?: string | undefined;
  optional?: boolean;
  children: ReactNode;
  name?: string;
}) {
  return (
    <Base.Root invalid={error !== undefined} className="flex flex-col gap-1.5" {...(name ? { name } : {})}>
      <Base.Label className="font-medium">
        {label}
        {optional ? <span className="ml-1.5 font-normal text-faint">optional</span> : null}
      </Base.Label>
      {children}
      {error === undefined && description ? <Base.Description className="text-sm text-dim">{description}</Base.Description> : null}
      {error !== undefined ? (
        <Base.Error match className="flex gap-1.5 text-sm text-critical">
          {error}
        </Base.Error>
      ) : null}
    </Base.Root>
  );
}

type InputProps = Omit<ComponentPropsWithRef<'input'>, 'className' | 'onChange'> & { mono?: boolean; onValue?: (value: string) => void; onChange?: ComponentPropsWithRef<'input'>['onChange'] };

/** One line of text. `onValue` gets the text; `onChange` and `ref` serve form libraries. */
export function Input({ mono = false, onValue, onChange, defaultValue, value, ...rest }: InputProps) {
  return (
    <Base.Control
      {...rest}
      {...(value !== undefined ? { value: String(value) } : {})}
      {...(defaultValue !== undefined ? { defaultValue: String(defaultValue) } : {})}
      onChange={(event) => {
        onChange?.(event);
        onValue?.(event.currentTarget.value);
      }}
      className={classes(box, 'h-[30px]', mono && 'font-mono text-[12px]')}
    />
  );
}

type TextareaProps = Omit<ComponentPropsWithRef<'textarea'>, 'className' | 'defaultValue' | 'value'> & { mono?: boolean; value?: string; defaultValue?: string; onValue?: (value: string) => void };

/** Several lines of text. */
export function Textarea({ mono = false, onValue, onChange, ref, ...rest }: TextareaProps) {
  return (
    <Base.Control
      render={
        <textarea
          {...rest}
          ref={ref}
          onChange={(event) => {
            onChange?.(event);
            onValue?.(event.currentTarget.value);
          }}
          className={classes(box, 'min-h-20 py-1.5', mono && 'font-mono text-[12px]')}
        />
      }
    />
  );
}
