import { z } from "zod";

const text = z.string({ error: "a text" }).min(1, { error: "a text that is not empty" });
const share = (wanted: string) => z.number({ error: wanted }).gt(0, { error: wanted });
const whole = (least: number) => {
  const error = `a whole number from ${least}`;
  return z.int({ error }).min(least, { error });
};
const list = <T extends z.ZodType>(item: T, wanted: string) => z.array(item, { error: wanted });
const labelValue = z.union([z.string(), z.number(), z.boolean()], { error: "a text, a number or true/false" });

const atLeast = z.strictObject({
  atLeast: z.number({ error: "a number" }),
}, { error: 'an object such as {"atLeast": 4}' });

const label = z.strictObject({
  column: text,
  positive: z.union([labelValue, atLeast], {
    error: 'a text, a number, true/false, or an object such as {"atLeast": 4}',
  }),
  negative: labelValue.optional(),
}, { error: 'an object such as {"column": "click", "positive": 1}' }).superRefine((value, context) => {
  if (isThreshold(value.positive)) {
    if (value.negative !== undefined) {
      context.addIssue({
        code: "custom",
        path: ["negative"],
        message: 'no such key beside "atLeast": every lower number',
      });
    }
  } else if (value.negative === undefined && counterpart(value.positive) === undefined) {
    context.addIssue({
      code: "custom",
      path: ["negative"],
      message: `the value that means "no click" ("*": every other one), since "positive" is not one of 1, true, yes`,
    });
  }
});

const categorical = z.strictObject({
  column: text,
  rows: whole(2).max(2 ** 31 - 1, { error: "a whole number below 2^31" }),
}, { error: 'an object such as {"column": "job", "rows": 1024}' });

const numeric = z.strictObject({
  column: text,
  transform: z.enum(["standardize", "log1p", "standardizeLog1p", "none"], {
    error: '"standardize", "log1p", "standardizeLog1p" or "none"',
  }).default("standardize"),
  buckets: whole(2).max(65_536, { error: "a whole number up to 65536" }).optional(),
}, { error: 'an object such as {"column": "price", "transform": "log1p"}' });

const time = z.union([
  z.literal("fileOrder"),
  z.strictObject({ column: text, format: text.default("iso") }),
], { error: '"fileOrder", or an object such as {"column": "hour", "format": "%y%m%d%H"}' });

const missing = z.strictObject({
  texts: list(text, "a list of texts").default([]),
  numeric: z.enum(["mean", "zero", "fail"], { error: '"mean", "zero" or "fail"' }).default("mean"),
}, { error: 'an object such as {"texts": ["NA"], "numeric": "mean"}' });

const oneCharacter = '"," or another single character';

/** The schema of {@link LogConfig}. Its messages say what is wanted. */
export const logConfigSchema = z.strictObject({
  kind: z.literal("log"),
  name: text,
  description: z.string({ error: "a text" }).optional(),
  files: list(text, "a list of file names").min(1, { error: "at least one file name" }),
  format: z.enum(["csv", "tsv", "parquet"], { error: '"csv", "tsv" or "parquet"' }),
  delimiter: z.string({ error: oneCharacter }).length(1, { error: oneCharacter }).optional(),
  quote: z.string({ error: "one character, or empty" }).max(1, { error: "one character, or empty" }).default('"'),
  header: z.boolean({ error: "true or false" }).default(true),
  columns: list(text, "a list of column names").optional(),
  label,
  time: time.default("fileOrder"),
  categorical: list(categorical, "a list of columns").default([]),
  numeric: list(numeric, "a list of columns").default([]),
  missing: missing.prefault({}),
  omitRows: list(whole(1), "a list of row numbers, the first row being 1").default([]),
  statisticsFraction: share("a number above 0, up to 1").max(1, { error: "a number above 0, up to 1" }).default(0.1),
  onBadRow: z.enum(["fail", "skip"], { error: '"fail" or "skip"' }).default("fail"),
  testFraction: share("a number between 0 and 1").lt(1, { error: "a number between 0 and 1" }).optional(),
}).superRefine((config, context) => {
  const issue = (path: PropertyKey[], message: string) => context.addIssue({ code: "custom", path, message });
  if (!config.header && config.format !== "parquet" && config.columns === undefined) {
    issue(["columns"], "the names of the columns, in order, since header is false");
  }
  if (config.columns !== undefined && (config.header || config.format === "parquet")) {
    issue(["columns"], "no such key: the files name their columns themselves (header: false says they do not)");
  }
  if (config.categorical.length + config.numeric.length === 0) {
    issue(["categorical"], 'at least one column in "categorical" or "numeric"');
  }
  for (const kind of ["categorical", "numeric"] as const) {
    const seen = new Set<string>();
    config[kind].forEach(({ column }, i) => {
      if (column === config.label.column) issue([kind, i, "column"], "a column other than the label's");
      if (seen.has(column)) issue([kind, i, "column"], "every column once in the list");
      seen.add(column);
    });
  }
  const fields = new Set(config.categorical.map(({ column }) => column));
  config.numeric.forEach(({ column, buckets }, i) => {
    if (buckets !== undefined && fields.has(bucketField(column))) {
      issue(["numeric", i, "buckets"], `none, since a categorical column is already called ${bucketField(column)}`);
    }
  });
  const { statisticsFraction, testFraction = 0 } = config;
  if (testFraction < 1 && statisticsFraction + testFraction > 1) {
    issue(
      ["testFraction"],
      `at most 1 - statisticsFraction (${statisticsFraction}), so that statistics see no test row`,
    );
  }
});

/**
 * A click log in files: which column is what. Paths are relative to the configuration's own file. Defaults:
 *
 * | key | default | meaning |
 * |---|---|---|
 * | `files` | | names or globs (`logs/*.csv.gz`), read in this order, each glob in order of name |
 * | `delimiter`, `quote` | `,` (tab for tsv), `"` | `quote: ""`: quotes are ordinary characters |
 * | `header`, `columns` | true | without a header line, `columns` names the columns |
 * | `label.positive` | | the value that means "click", or `{"atLeast": 4}`: numbers from 4 on |
 * | `label.negative` | 0, false, no | `"*"`: every value but the positive one. A number is compared as a number |
 * | `time` | `"fileOrder"` | or a column: `format` is `"iso"` (the default), `"seconds"`, `"milliseconds"`, or a strptime pattern; UTC unless it names a zone; must not go backwards |
 * | `categorical[].rows` | | rows of the embedding table; texts are hashed to rows 1 .. rows-1, a missing value has row 0 |
 * | `numeric[].transform` | `"standardize"` | `"log1p"`: sign(x) ln(1+\|x\|), `"standardizeLog1p"`: both, `"none"` |
 * | `numeric[].buckets` | none | also a field `<column>_bucket` of quantile buckets (rows 1 .. buckets; missing is row 0) |
 * | `missing.texts` | `[]` | texts that mean "missing", beside the empty one |
 * | `missing.numeric` | `"mean"` | what stands for a missing number; `"fail"` makes its row a bad row |
 * | `omitRows` | `[]` | rows known to be wrong, counted from 1 over all files without header lines |
 * | `statisticsFraction` | 0.1 | means, deviations and bucket boundaries come from this first part only (and from at most 200,000 rows) |
 * | `onBadRow` | `"fail"` | `"skip"` leaves bad rows out and counts them |
 * | `testFraction` | none | the last part in time becomes the test stream |
 */
export type LogConfig = z.output<typeof logConfigSchema>;

/** One numeric column of a {@link LogConfig}. */
export type NumericColumn = LogConfig["numeric"][number];

/** The field that a bucketised numeric column adds. */
export function bucketField(column: string): string {
  return `${column}_bucket`;
}

/** Whether a label is positive from a number on. */
export function isThreshold(positive: LogConfig["label"]["positive"]): positive is { atLeast: number } {
  return typeof positive === "object";
}

/** The label value that means "no click"; `"*"` is any other than the positive one. There is none for a threshold. */
export function negativeValue(label: LogConfig["label"]): string | number | boolean {
  const negative = label.negative ?? (isThreshold(label.positive) ? undefined : counterpart(label.positive));
  if (negative === undefined) {
    throw new Error(`Cannot tell which label stands against ${JSON.stringify(label.positive)}.`);
  }
  return negative;
}

function counterpart(positive: string | number | boolean): string | number | boolean | undefined {
  if (typeof positive === "boolean") return !positive;
  if (typeof positive === "number") return positive === 1 ? 0 : undefined;
  const pairs: Record<string, string> = {
    "1": "0",
    true: "false",
    True: "False",
    TRUE: "FALSE",
    yes: "no",
    Yes: "No",
    YES: "NO",
  };
  return Object.hasOwn(pairs, positive) ? pairs[positive] : undefined;
}
