import type { ReadStream } from 'node:tty';

const endOfText = '\u0003';
const endOfTransmission = '\u0004';
const erase = new Set(['\u007f', '\b']);

/** Asks at a terminal for what nobody is to see: nothing of it is shown. Ctrl-C ends the program as it does elsewhere. */
export function askHidden(terminal: ReadStream, question: string, say: (text: string) => void): Promise<string> {
  say(question);
  terminal.setRawMode(true);
  terminal.setEncoding('utf8');
  return new Promise((resolve) => {
    let answer: string[] = [];
    const end = (): void => {
      terminal.off('data', hear);
      terminal.setRawMode(false);
      terminal.pause();
      say('\n');
    };
    const hear = (text: string): void => {
      for (const character of text) {
        if (character === endOfText) {
          end();
          process.kill(process.pid, 'SIGINT');
          return;
        }
        if (character === '\r' || character === '\n' || character === endOfTransmission) {
          end();
          return resolve(answer.join(''));
        }
        if (erase.has(character)) answer = answer.slice(0, -1);
        else answer.push(character);
      }
    };
    terminal.on('data', hear);
    terminal.resume();
  });
}
