'use client';
import { getWebInstrumentations, initializeFaro, type Faro } from '@grafana/faro-web-sdk';

let started: Faro | undefined;

/**
 * Reports errors and web vitals of the console to the control plane that serves it, and to nobody else. No text of the page, no
 * input and no console output is sent; addresses go without their query.
 */
export function startFaro(): void {
  if (started || typeof window === 'undefined') return;
  started = initializeFaro({
    url: '/api/faro',
    app: { name: 'selvedge-console' },
    instrumentations: getWebInstrumentations({ captureConsole: false, enablePerformanceInstrumentation: false }),
    beforeSend: (item) => {
      if (item.meta.page?.url) item.meta.page.url = item.meta.page.url.replace(/[?#].*$/, '');
      return item;
    },
    batching: { sendTimeout: 5000, itemLimit: 20 },
    isolate: true,
  });
}

/** Reports an error that the page survived. */
export function reportError(error: Error): void {
  started?.api.pushError(error);
}
