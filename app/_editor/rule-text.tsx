/** More than a screen shows before the editor is there. */
const linesMax = 300;

/** A rule's text where the editor will be, in the editor's measures, so that nothing moves when it comes: what a page shows first. */
export function RuleText({ text, label }: { text: string; label: string }) {
  return (
    <div role="group" aria-label={label} tabIndex={0} className="min-h-60 py-3 font-mono text-[12.5px] leading-[21px]">
      {text.split('\n', linesMax).map((line, index) => (
        <div key={index} className="flex">
          {/* The marks of breakpoints stand before the numbers, those of problems after them. */}
          <span aria-hidden className="mr-[17px] ml-[18px] w-10 shrink-0 pr-1 pl-2 text-right text-faint select-none">
            {index + 1}
          </span>
          <span className="min-w-0 flex-1 pr-4 pl-2 break-words whitespace-break-spaces">{line === '' ? '\u200b' : line}</span>
        </div>
      ))}
    </div>
  );
}
