/** Advance widths in em, by kind of character, of Open Sans, the widest of the theme's fonts but the last. */
const widths: readonly (readonly [RegExp, number])[] = [
  [/[ijl.,:;'|!I]/, 0.27],
  [/[frt()\[\]\- "/]/, 0.36],
  [/[mwMW@%]/, 0.92],
  [/[A-Z]/, 0.66],
];

/**
 * About how wide `text` is on one line, in px, at a font size of `size` px: good to some 10%, for laying out legends.
 * HTML tags such as `<sub>` do not count.
 */
export function textWidth(text: string, size: number): number {
  const em = [...text.replace(/<[^>]*>/g, "")].map((char) => widths.find(([kind]) => kind.test(char))?.[1] ?? 0.57);
  return size * em.reduce((sum, width) => sum + width, 0);
}

/** Width in px of the widest of `texts`; 0 without any. */
export function widestText(texts: readonly string[], size: number): number {
  return Math.max(0, ...texts.map((text) => textWidth(text, size)));
}
