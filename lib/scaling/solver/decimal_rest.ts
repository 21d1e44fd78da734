const view = new DataView(new ArrayBuffer(8));

/**
 * What a decimal number lost when it was stored: the decimal that prints as the value, less the value, exact but for the last rounding.
 * 0.1 is stored as 0.1000000000000000055, so its rest is -5.5e-18.
 *
 * @returns 0 for values of more than 15 digits, which nobody typed, and for whole numbers
 */
export function decimalRest(value: number): number {
  if (!Number.isFinite(value) || Number.isInteger(value)) return 0;
  const [mantissa, exponent] = Math.abs(value).toExponential().split("e");
  const digits = mantissa.replace(".", "");
  if (digits.length > 15) return 0;
  const tens = digits.length - 1 - Number(exponent); // value = digits / 10^tens
  view.setFloat64(0, Math.abs(value));
  const bits = view.getBigUint64(0);
  const power = Number(bits >> 52n);
  if (tens < 0 || power === 0) return 0; // beyond 1e15 and below 1e-307
  const whole = (bits & 0xfffffffffffffn) | 0x10000000000000n; // value = whole / 2^twos
  const twos = 1075 - power;
  if (twos < 0) return 0;
  const difference = (BigInt(digits) << BigInt(twos)) - whole * 10n ** BigInt(tens);
  return Math.sign(value) * Number(difference) / Number(10n ** BigInt(tens)) / 2 ** twos;
}
