/** TensorFlow's `TF_DataType` for the types that tfjs has, and the typed arrays that hold them. */
export const DType = {
  float32: 1,
  int32: 3,
  uint8: 4,
  string: 7,
  complex64: 8,
  int64: 9,
  bool: 10,
  resource: 20,
} as const;

/** TensorFlow's number for a type. */
export type DTypeNumber = typeof DType[keyof typeof DType];

const WIDTH: Partial<Record<number, number>> = {
  [DType.float32]: 4,
  [DType.int32]: 4,
  [DType.uint8]: 1,
  [DType.complex64]: 8,
  [DType.int64]: 8,
  [DType.bool]: 1,
};

const NAME = new Map<number, string>(Object.entries(DType).map(([name, number]) => [number, name]));

/** The name of a type, for messages. */
export function dtypeName(dtype: number): string {
  return NAME.get(dtype) ?? `type ${dtype}`;
}

/**
 * Bytes of one element.
 *
 * @throws {Error} for types without a fixed width (string, resource) and types that tfjs does not have.
 */
export function dtypeWidth(dtype: number): number {
  const width = WIDTH[dtype];
  if (width === undefined) {
    throw new Error(
      `Cannot hold a tensor of ${dtypeName(dtype)} in memory: wanted float32, int32, bool, uint8, int64 or complex64.`,
    );
  }
  return width;
}

/** The typed array that tfjs expects for values of a type. */
export function typedArray(dtype: number, bytes: ArrayBuffer): Float32Array | Int32Array | Uint8Array | BigInt64Array {
  switch (dtype) {
    case DType.float32:
    case DType.complex64:
      return new Float32Array(bytes);
    case DType.int32:
      return new Int32Array(bytes);
    case DType.int64:
      return new BigInt64Array(bytes);
    default:
      return new Uint8Array(bytes);
  }
}
