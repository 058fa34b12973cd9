-- Since when the object says that its pod is Ready; null where it is not, and of objects from before this column. An Event of an end that is
-- older than an object which says so was outlived: shared/lifecycle/outlived.ts.
ALTER TABLE pods ADD COLUMN IF NOT EXISTS ready_at Nullable(DateTime64(9, 'UTC'));
