-- When each of the deaths of a pod was first stored: the revision (epoch µs) of the record that had it first, one for
-- each element of `deaths`, in their order. GET /v1/deaths/tail follows these. Deaths of before have none, and are not
-- new.
ALTER TABLE obituaries_local ON CLUSTER {cluster} ADD COLUMN IF NOT EXISTS deaths_noted Array(UInt64) CODEC(ZSTD(1));

ALTER TABLE obituaries ON CLUSTER {cluster} ADD COLUMN IF NOT EXISTS deaths_noted Array(UInt64);
