/** Columns whose own part is smaller than this share of them are taken to follow from the others. */
const DEPENDENT_BELOW = 1e-10;

/** What a least-squares fit says. */
export interface Fit {
  /** The standard error of the regression. */
  error: number;
  /** One for the constant, then one for each independent variable. */
  betas: readonly number[];
  /** The standard error of each. */
  spreads: readonly number[];
  /** Rows less coefficients. */
  freedom: number;
}

/**
 * Rows of (1, x1 … xn, y), turned into the triangle that their QR decomposition leaves: it says all that least squares
 * need to know of them, and another row is turned in by a rotation for each column (Golub and Van Loan, "Matrix
 * Computations", 6.5). No squares are summed up, so nothing cancels where y hardly differs from what is fitted.
 */
export class Triangle {
  readonly width: number;
  /** Row by row; what is left of the diagonal stays 0. */
  readonly cells: Float64Array;
  rows = 0;
  private readonly turned: Float64Array;

  constructor(width: number, cells = new Float64Array(width * width), rows = 0) {
    this.width = width;
    this.cells = cells;
    this.rows = rows;
    this.turned = new Float64Array(width);
  }

  /** Takes in the row that begins at a place in a list. */
  add(values: ArrayLike<number>, at = 0): void {
    this.rotate(values, at);
    this.rows++;
  }

  /** Takes in what another triangle of so many rows says, whose cells begin at a place in a list. */
  addAll(cells: ArrayLike<number>, at: number, rows: number): void {
    const { width } = this;
    for (let index = 0; index < width; index++) this.rotate(cells, at + index * width);
    this.rows += rows;
  }

  copy(): Triangle {
    return new Triangle(this.width, this.cells.slice(), this.rows);
  }

  private rotate(values: ArrayLike<number>, from: number): void {
    const { width, cells, turned: row } = this;
    for (let index = 0; index < width; index++) row[index] = values[from + index] ?? 0;
    for (let column = 0; column < width; column++) {
      const below = row[column] ?? 0;
      if (below === 0) continue;
      const at = column * width;
      const above = cells[at + column] ?? 0;
      const length = Math.sqrt(above * above + below * below);
      const [cosine, sine] = [above / length, below / length];
      for (let index = column; index < width; index++) {
        const [upper, lower] = [cells[at + index] ?? 0, row[index] ?? 0];
        cells[at + index] = cosine * upper + sine * lower;
        row[index] = cosine * lower - sine * upper;
      }
    }
  }

  /**
   * The coefficients, for variables that were all taken less `origin` (the independent ones, then the dependent one).
   * Undefined where there are too few rows for a standard error, or where a variable follows from the others.
   */
  fit(origin: readonly number[]): Fit | undefined {
    const { width, cells, rows } = this;
    const count = width - 1;
    const freedom = rows - count;
    if (freedom <= 0 || this.dependent()) return undefined;
    const cell = (row: number, column: number): number => cells[row * width + column] ?? 0;
    const error = Math.abs(cell(count, count)) / Math.sqrt(freedom);
    // Rows of the inverse of the triangle: the spread of a coefficient is the length of its row, times the error.
    const inverse = Array.from({ length: count }, () => new Float64Array(count));
    for (let column = 0; column < count; column++) {
      for (let row = column; row >= 0; row--) {
        let sum = row === column ? 1 : 0;
        for (let between = row + 1; between <= column; between++) sum -= cell(row, between) * (inverse[between]?.[column] ?? 0);
        const target = inverse[row];
        if (target !== undefined) target[column] = sum / cell(row, row);
      }
    }
    // With the variables as they are, the constant is at 0 of each rather than at the origin.
    const shift = inverse[0];
    if (shift !== undefined) for (let index = 1; index < count; index++) inverse[index]?.forEach((value, column) => (shift[column] = (shift[column] ?? 0) - value * (origin[index - 1] ?? 0)));
    const betas = inverse.map((values) => values.reduce((sum, value, column) => sum + value * cell(column, count), 0));
    betas[0] = (betas[0] ?? 0) + (origin[count - 1] ?? 0);
    return { error, betas, spreads: inverse.map((values) => error * Math.sqrt(values.reduce((sum, value) => sum + value * value, 0))), freedom };
  }

  private dependent(): boolean {
    const { width, cells } = this;
    for (let column = 0; column < width - 1; column++) {
      let whole = 0;
      for (let row = 0; row <= column; row++) {
        const cell = cells[row * width + column] ?? 0;
        whole += cell * cell;
      }
      if (Math.abs(cells[column * width + column] ?? 0) <= DEPENDENT_BELOW * Math.sqrt(whole)) return true;
    }
    return false;
  }
}
