import { type DuckDBConnection, type DuckDBDataChunk, DuckDBInstance } from "@duckdb/node-api";

let instance: Promise<DuckDBInstance> | undefined;

/**
 * A connection to this process's in-memory DuckDB. Close it with `closeSync()`.
 *
 * Two scanning threads, not one for each core: batches are assembled by one thread of JavaScript, which two scanners
 * already keep busy. Rows keep the order of the file. Times without a zone are UTC. No extension is ever downloaded.
 */
export async function connectDuckDb(): Promise<DuckDBConnection> {
  instance ??= DuckDBInstance.create(":memory:", {
    threads: "2",
    preserve_insertion_order: "true",
    autoinstall_known_extensions: "false",
  });
  const connection = await (await instance).connect();
  await connection.run("SET TimeZone = 'UTC'");
  return connection;
}

/** The rows of a small result, as objects of column name to value. */
export async function queryRows(connection: DuckDBConnection, sql: string): Promise<Record<string, unknown>[]> {
  return (await connection.runAndReadAll(sql)).getRowObjectsJS() as Record<string, unknown>[];
}

/**
 * The result of a query chunk by chunk (2,048 rows each), in bounded memory: while one chunk is being used, DuckDB
 * prepares the next. The reader may stop at any chunk; the query then ends.
 */
export async function* queryChunks(sql: string): AsyncGenerator<DuckDBDataChunk> {
  const connection = await connectDuckDb();
  let next: Promise<DuckDBDataChunk | null> | undefined;
  try {
    const result = await connection.stream(sql);
    next = result.fetchChunk();
    while (true) {
      const chunk = await next;
      next = undefined;
      if (chunk === null || chunk.rowCount === 0) return;
      next = result.fetchChunk();
      // A failure of the chunk ahead is reported when it is awaited; until then it must not count as unhandled.
      next.catch(() => {});
      yield chunk;
    }
  } finally {
    connection.interrupt();
    await next?.catch(() => {});
    connection.closeSync();
  }
}

/** A text as an SQL literal. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name as an SQL identifier. */
export function sqlName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
