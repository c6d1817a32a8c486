'use client';
import { useEffect, useRef, useState } from 'react';
import { uploadFile, type UploadProgress } from '../../_data/upload.ts';

export type UploadState =
  | { kind: 'idle' }
  | { kind: 'sending'; file: File; progress: UploadProgress }
  | { kind: 'sent'; file: File; id: string }
  | { kind: 'failed'; file: File; message: string };

/** One upload at a time: leaving the page, choosing another file or cancelling ends the one under way. */
export function useUpload() {
  const [state, setState] = useState<UploadState>({ kind: 'idle' });
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);

  const start = (file: File) => {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    const current = (next: UploadState) => {
      if (running.current === controller && !controller.signal.aborted) setState(next);
    };
    current({ kind: 'sending', file, progress: { sent: 0, total: file.size } });
    uploadFile(file, (progress) => current({ kind: 'sending', file, progress }), controller.signal).then(
      (id) => current({ kind: 'sent', file, id }),
      (error: unknown) => current({ kind: 'failed', file, message: error instanceof Error ? error.message : 'The upload failed.' }),
    );
  };
  const cancel = () => {
    running.current?.abort();
    setState({ kind: 'idle' });
  };
  return { state, start, cancel };
}
