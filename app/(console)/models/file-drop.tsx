'use client';
import { useState, type ReactNode } from 'react';

/** An area that takes one dropped file and says so while one is held over it. */
export function FileDrop({ onFile, refused, children }: { onFile: (file: File) => void; refused?: string | undefined; children: ReactNode }) {
  const [over, setOver] = useState(false);
  return (
    <div
      className="relative"
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes('Files')) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = refused === undefined ? 'copy' : 'none';
        setOver(true);
      }}
      onDragLeave={(event) => {
        if (!(event.relatedTarget instanceof Node) || !event.currentTarget.contains(event.relatedTarget)) setOver(false);
      }}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        const file = event.dataTransfer.files[0];
        if (file && refused === undefined) onFile(file);
      }}
    >
      {children}
      {over ? (
        <div className="pointer-events-none absolute inset-0 grid place-items-center rounded-lg border-2 border-dashed border-accent bg-canvas/85 font-medium">{refused ?? 'Drop the ONNX file to publish it'}</div>
      ) : null}
    </div>
  );
}
