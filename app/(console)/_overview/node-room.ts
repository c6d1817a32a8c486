/** So few nodes are listed with their names in place of cells. */
export const fewNodesMax = 6;

/** From so many on their cells take two thirds of the row, so that each of ten thousand has one. */
const wideFrom = 2_500;
export const wideHeight = 352;

export const areWide = (nodes: number): boolean => nodes >= wideFrom;
