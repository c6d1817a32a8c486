'use client';
import { Button as BaseButton } from '@base-ui/react/button';
import type { ReactElement, ReactNode } from 'react';
import { buttonClasses, type ButtonTone } from './button-classes.ts';
import { Tooltip } from './tooltip.tsx';

export { buttonClasses, type ButtonTone };

export interface ButtonProps {
  children: ReactNode;
  tone?: ButtonTone;
  size?: 'md' | 'sm' | 'icon';
  type?: 'button' | 'submit';
  onClick?: (() => void) | undefined;
  /** Why this cannot be done now. The button then stays reachable by keyboard, does nothing, and says this on hover and focus. */
  refused?: string | undefined;
  /** While the action runs: no second click, and a turning mark. */
  busy?: boolean;
  /** Needed when the content is an icon alone. */
  label?: string;
  form?: string;
  /** Another element in the button's place, such as a router's link. */
  render?: ReactElement;
}

export function Button({ children, tone = 'plain', size = 'md', type = 'button', onClick, refused, busy = false, label, form, render }: ButtonProps) {
  const disabled = refused !== undefined || busy;
  const button = (
    <BaseButton
      type={render ? undefined : type}
      nativeButton={render === undefined}
      {...(render && !disabled ? { render } : {})}
      {...(render && disabled ? { nativeButton: true } : {})}
      className={buttonClasses(tone, size)}
      disabled={disabled}
      focusableWhenDisabled
      onClick={onClick}
      aria-label={label}
      aria-busy={busy || undefined}
      form={form}
    >
      {busy ? <Turning /> : null}
      {children}
    </BaseButton>
  );
  return <Tooltip content={refused ?? (size === 'icon' ? label : undefined)}>{button}</Tooltip>;
}

function Turning() {
  return <span aria-hidden className="size-3 animate-turn rounded-full border-2 border-current border-r-transparent" />;
}
