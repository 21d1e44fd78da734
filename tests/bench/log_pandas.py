"""pandas' side of the benches `log-reader` and `criteo-reader`: the same columns of the same file, to ids and numbers.

    python3 log_pandas.py FOLDER

FOLDER holds a log and, in workload.json, what `lib/cli/bench/log_reader.ts` reads of it: {"file", "delimiter", "columns" (null:
the file has a header line), "label", "positive", "categorical": [[column, rows], ...], "numeric": [[column, buckets or 0], ...]}.

Speaks one JSON object a line. First it says {"version"}, or {"unavailable": why}. Then it answers each line {"way"} with
{"seconds", "rows"} of one reading of the whole file:

- texts of categorical columns go to rows 1 .. rows - 1 of a table by pandas' own hash, a missing one to row 0. With way "category" the
  columns are read as `category`, so that every distinct text is hashed only once; this is the faster way where there are few. With way
  "text" they are read as texts, which `hash_array` itself makes distinct before it hashes them.
- numeric columns are standardized (no logarithms, which ours takes of most; a missing one becomes 0), with the statistics of the first
  tenth; those that have buckets are also cut at the quantiles of that tenth.
"""

import json
import os
import sys
import time

protocol = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)  # whatever a library prints goes to stderr


def say(**answer):
    protocol.write(json.dumps(answer) + "\n")


try:
    import pandas as pd
    import numpy as np
except ImportError as error:
    say(unavailable=str(error))
    sys.exit(0)

folder = sys.argv[1]
with open(os.path.join(folder, "workload.json")) as file:
    workload = json.load(file)
label, categorical, numeric = workload["label"], workload["categorical"], workload["numeric"]


def read(way):
    kind = "category" if way == "category" else object
    types = {column: kind for column, _ in categorical} | {column: np.float64 for column, *_ in numeric}
    frame = pd.read_csv(
        os.path.join(folder, workload["file"]),
        sep=workload["delimiter"],
        header=0 if workload["columns"] is None else None,
        names=workload["columns"],
        usecols=[label, *types],
        dtype=types | {label: "category"},
        engine="c",
    )
    buckets = [(column, count) for column, count in numeric if count]
    ids = np.empty((len(frame), len(categorical) + len(buckets)), np.int32)
    for k, (column, rows) in enumerate(categorical):
        if way == "category":
            values = frame[column].cat
            hashed = pd.util.hash_array(values.categories.to_numpy(dtype=object)) % (rows - 1) + 1
            ids[:, k] = np.append(hashed, 0)[values.codes.to_numpy()]  # code -1, a missing value, takes the last: row 0
        else:
            hashed = pd.util.hash_array(frame[column].to_numpy(dtype=object), categorize=True) % (rows - 1) + 1
            ids[:, k] = np.where(frame[column].isna(), 0, hashed)
    dense = np.empty((len(frame), len(numeric)), np.float32)
    for k, (column, _) in enumerate(numeric):
        values = frame[column].to_numpy()
        window = values[: len(values) // 10]
        dense[:, k] = np.nan_to_num((values - np.nanmean(window)) / (np.nanstd(window) or 1))
    for k, (column, count) in enumerate(buckets):
        values = frame[column].to_numpy()
        borders = np.quantile(values[: len(values) // 10], np.arange(1, count) / count)
        ids[:, len(categorical) + k] = np.searchsorted(borders, values, side="right") + 1
    labels = (frame[label] == workload["positive"]).to_numpy(np.float32)
    return ids, dense, labels


say(version=pd.__version__)
for line in sys.stdin:
    way = json.loads(line)["way"]
    started = time.perf_counter()
    ids, dense, labels = read(way)
    say(seconds=time.perf_counter() - started, rows=len(labels))
