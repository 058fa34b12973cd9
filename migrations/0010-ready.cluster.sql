-- The cluster form of 0010-ready.sql, which says what each table and column is for.
-- `t_local` holds the rows of one shard; `t` is read and written.

ALTER TABLE pods_local ON CLUSTER {cluster} ADD COLUMN IF NOT EXISTS ready_at Nullable(DateTime64(9, 'UTC'));

ALTER TABLE pods ON CLUSTER {cluster} ADD COLUMN IF NOT EXISTS ready_at Nullable(DateTime64(9, 'UTC'));
