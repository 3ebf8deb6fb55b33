/** Tells the database of a store from any other ("slce"). */
export const APPLICATION_ID = 0x736c6365;

/** Longer metadata, as JSON, are not written, and not read in a listing. */
export const MOST_METADATA_BYTES = 66_000_000;

/**
 * A small value has its bytes in `bytes`, any other in the chunks of its
 * `upload`, of which all but the last have the same size. Keys are UTF-8 in a
 * BLOB, because a TEXT would end at its first NUL when it is read.
 *
 * A row of `upload` says that its chunks are still being written; it is removed
 * when a value takes them.
 */
export const SCHEMA = `
  CREATE TABLE IF NOT EXISTS value (
    id INTEGER PRIMARY KEY,
    key BLOB NOT NULL UNIQUE,
    metadata TEXT NOT NULL,
    size INTEGER NOT NULL,
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    bytes BLOB,
    upload INTEGER
  ) STRICT;
  CREATE TABLE IF NOT EXISTS chunk (
    upload INTEGER NOT NULL,
    number INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    UNIQUE (upload, number)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS value_upload ON value (upload)
    WHERE upload IS NOT NULL;
  CREATE TABLE IF NOT EXISTS upload (
    id INTEGER PRIMARY KEY,
    touched INTEGER NOT NULL
  ) STRICT;
  PRAGMA application_id = ${APPLICATION_ID};
`;

/** Every statement of the store. Keys are bound as texts. */
export const STATEMENTS = {
  begin: "BEGIN IMMEDIATE",
  commit: "COMMIT",
  rollback: "ROLLBACK",
  find: `
    SELECT metadata, size, created, modified, bytes, upload FROM value
    WHERE key = CAST(? AS BLOB)`,
  keepReading: "SELECT 1 FROM sqlite_schema",
  old: "SELECT metadata, upload FROM value WHERE key = CAST(? AS BLOB)",
  set: `
    INSERT INTO value (key, metadata, size, created, modified, bytes, upload)
    VALUES (CAST(:key AS BLOB), :metadata, :size, :now, :now, :bytes, :upload)
    ON CONFLICT (key) DO UPDATE SET metadata = excluded.metadata,
      size = excluded.size, modified = excluded.modified,
      bytes = excluded.bytes, upload = excluded.upload`,
  setMetadata: `
    UPDATE value SET metadata = ?, modified = ? WHERE key = CAST(? AS BLOB)`,
  remove: "DELETE FROM value WHERE key = CAST(? AS BLOB)",
  count: "SELECT count(*) AS count FROM value",
  ids: "SELECT min(id) AS first, max(id) AS last FROM value",
  page: `
    SELECT id, key, iif(octet_length(metadata) > ${MOST_METADATA_BYTES}, NULL,
      metadata) AS metadata FROM value WHERE id >= ? AND id <= ?
    ORDER BY id LIMIT 256`,
  beginUpload: "INSERT INTO upload (id, touched) VALUES (?, ?)",
  touchUpload: "UPDATE upload SET touched = ? WHERE id = ?",
  endUpload: "DELETE FROM upload WHERE id = ?",
  addChunk: "INSERT INTO chunk (upload, number, bytes) VALUES (?, ?, ?)",
  chunk: "SELECT bytes FROM chunk WHERE upload = ? AND number = ?",
  removeChunks: `
    DELETE FROM chunk WHERE upload = :upload
      AND NOT EXISTS (SELECT 1 FROM value WHERE upload = :upload)`,
  forgetUploads: "DELETE FROM upload WHERE touched < ?",
  removeLastChunks: `
    DELETE FROM chunk WHERE upload = :upload AND number > (
      SELECT max(number) FROM chunk WHERE upload = :upload) - :count
      AND NOT EXISTS (SELECT 1 FROM value WHERE upload = :upload)`,
  oldUpload: "SELECT 1 FROM upload WHERE touched < ? LIMIT 1",
  orphan: `
    SELECT 1 FROM (
      SELECT upload FROM chunk
      EXCEPT SELECT upload FROM value
      EXCEPT SELECT id FROM upload
    ) LIMIT 1`,
  removeOrphans: `
    DELETE FROM chunk WHERE upload IN (
      SELECT upload FROM chunk
      EXCEPT SELECT upload FROM value
      EXCEPT SELECT id FROM upload
    )`,
} as const;

/** A row of the statement `find`: an array takes less time than an object. */
export type FoundRow = readonly [
  metadata: unknown,
  size: unknown,
  created: unknown,
  modified: unknown,
  bytes: unknown,
  upload: unknown,
];
