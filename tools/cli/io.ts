import type { GivenProfile } from './profile.ts';

/** What a run of the program touches outside of itself. */
export interface Io {
  out(text: string): void;
  error(text: string): void;
  standardInput(): Promise<string>;
  /** Asks whoever sits at the terminal for what is not shown; not there where nobody does. */
  ask?(question: string): Promise<string>;
  /** Of a key that somebody holds, from the environment. */
  passphrase?: string;
  now(): number;
  /** Where `login` keeps the profile. */
  profileFile: string;
  /** From the environment; stands before the kept profile. */
  given: GivenProfile;
  version: string;
}
