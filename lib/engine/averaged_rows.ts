/** Where the moving average of the small fields of a table lies: their rows, one field below the other. */
export interface AveragedRows {
  /** Rows of the whole table that are averaged, in order; row i of the average belongs to `rows[i]`. */
  readonly rows: Int32Array<ArrayBuffer>;
  /** By field: what to add to a row of the whole table for its row of the average; null where a field has none. */
  readonly shift: readonly (number | null)[];
}

/**
 * Picks the fields with at most `maxRows` rows: an average touches every row at every step, so that of a large table
 * would cost more than training it.
 *
 * @returns null when no field is picked
 *
 * Fields of 4, 100 and 3 rows with at most 10 averaged: rows 0 to 3 and 104 to 106, `shift` 0, null and -100.
 */
export function averagedRows(fieldRows: readonly number[], maxRows: number | undefined): AveragedRows | null {
  const rows: number[] = [];
  const shift: (number | null)[] = [];
  let offset = 0;
  for (const count of fieldRows) {
    const small = count <= (maxRows ?? 0);
    shift.push(small ? rows.length - offset : null);
    if (small) { for (let i = 0; i < count; i++) rows.push(offset + i); }
    offset += count;
  }
  return rows.length > 0 ? { rows: Int32Array.from(rows), shift } : null;
}
