/**
 * `@tensorflow/tfjs-node-gpu` calls `util.isNullOrUndefined` and `util.isArray`, which Node removed in version 23.
 * They must be there before its first kernel runs.
 */
import { createRequire } from "node:module";

const util = createRequire(import.meta.url)("node:util");
util.isNullOrUndefined ??= (value: unknown): boolean => value === null || value === undefined;
util.isArray ??= Array.isArray;
