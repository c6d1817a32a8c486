import type { Row } from '../../api.ts';

/** Reads one attribute of a row. */
export type AttributeReader = (row: Row) => unknown;
