/**
 * Refuses values that are more or fewer than a shape says.
 *
 * @param where what they are meant for, for the message: "variable w"
 * @throws {Error} naming `where`, both counts and the shape.
 */
export function checkCount(where: string, shape: readonly number[], values: ArrayLike<number>): void {
  const wanted = shape.reduce((a, b) => a * b, 1);
  if (values.length !== wanted) {
    throw new Error(`Cannot put ${values.length} values into ${where} of shape [${shape}]: wanted ${wanted}.`);
  }
}
