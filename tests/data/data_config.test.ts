import assert from "node:assert/strict";
import { type DataConfigInput, parseDataConfig } from "../../lib/data/data_config.ts";
import { nearestName } from "../../lib/data/nearest_name.ts";

const LOG: DataConfigInput = {
  kind: "log",
  name: "clicks",
  files: ["clicks.csv"],
  format: "csv",
  label: { column: "click", positive: 1 },
  categorical: [{ column: "job", rows: 16 }],
};

/** What is said about `LOG` with some keys changed. */
function complaint(changes: Record<string, unknown>): string {
  try {
    parseDataConfig({ ...LOG, ...changes }, "my.json");
  } catch (error) {
    return (error as Error).message.replace("Cannot use my.json: ", "");
  }
  return "none";
}

Deno.test("parseDataConfig fills in the defaults", () => {
  assert.deepEqual(parseDataConfig({ ...LOG, numeric: [{ column: "age" }] }), {
    ...LOG,
    quote: '"',
    header: true,
    time: "fileOrder",
    numeric: [{ column: "age", transform: "standardize" }],
    missing: { texts: [], numeric: "mean" },
    omitRows: [],
    statisticsFraction: 0.1,
    onBadRow: "fail",
  });
});

Deno.test("each error names the key, what is wanted and what came", () => {
  const cases: [Record<string, unknown>, string][] = [
    [{ kind: "logs" }, 'key "kind": wanted "log" or "synthetic", got "logs".'],
    [{ format: "xlsx" }, 'key "format": wanted "csv", "tsv" or "parquet", got "xlsx".'],
    [{ files: [] }, 'key "files": wanted at least one file name, got [].'],
    [{ files: "clicks.csv" }, 'key "files": wanted a list of file names, got "clicks.csv".'],
    [{ lable: 1 }, 'key "lable" is not known (did you mean "label"?).'],
    [
      { categorical: [{ column: "job", row: 4 }] },
      'key "categorical[0].rows": wanted a whole number from 2, got nothing; ' +
      'key "categorical[0].row" is not known (did you mean "rows"?).',
    ],
    [
      { label: { column: "y", positive: "subscribed" } },
      'key "label.negative": wanted the value that means "no click" ("*": every other one), ' +
      'since "positive" is not one of 1, true, yes, got nothing.',
    ],
    [
      { categorical: [{ column: "click", rows: 4 }] },
      'key "categorical[0].column": wanted a column other than the label\'s, got "click".',
    ],
    [
      { categorical: [{ column: "a", rows: 4 }, { column: "a", rows: 4 }] },
      'key "categorical[1].column": wanted every column once in the list, got "a".',
    ],
    [
      { header: false },
      'key "columns": wanted the names of the columns, in order, since header is false, got nothing.',
    ],
    [
      { statisticsFraction: 0.6, testFraction: 0.5 },
      'key "testFraction": wanted at most 1 - statisticsFraction (0.6), so that statistics see no test row, got 0.5.',
    ],
    [{ testFraction: 1 }, 'key "testFraction": wanted a number between 0 and 1, got 1.'],
    [{ omitRows: [0] }, 'key "omitRows[0]": wanted a whole number from 1, got 0.'],
    [
      { time: "date" },
      'key "time": wanted "fileOrder", or an object such as {"column": "hour", "format": "%y%m%d%H"}, got "date".',
    ],
    [
      { categorical: [{ column: "age_bucket", rows: 4 }], numeric: [{ column: "age", buckets: 4 }] },
      'key "numeric[0].buckets": wanted none, since a categorical column is already called age_bucket, got 4.',
    ],
  ];
  for (const [changes, message] of cases) assert.equal(complaint(changes), message);
});

Deno.test("something that is no configuration at all is said to be none", () => {
  assert.throws(() => parseDataConfig(17), {
    name: "TypeError",
    message: 'Cannot use the data set\'s configuration: wanted an object with the key "kind", got 17.',
  });
});

Deno.test("nearestName finds a misspelt name and leaves a strange one alone", () => {
  const columns = ["age", "job", "balance", "user_id"];
  assert.equal(nearestName("balanc", columns), "balance");
  assert.equal(nearestName("Balance", columns), "balance");
  assert.equal(nearestName("userid", columns), "user_id");
  assert.equal(nearestName("temperature", columns), undefined);
});
