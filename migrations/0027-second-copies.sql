-- What cannot be worked out again stands twice (decision 0018).

-- The rows of `absorbed_lines` once more, each table's lost parts being restored from the other one.
CREATE TABLE IF NOT EXISTS absorbed_lines_copy
(
    tenant   LowCardinality(String),
    ts       DateTime64(9, 'UTC') CODEC(Delta(8), ZSTD(1)),
    identity UInt64 CODEC(NONE),
    class    LowCardinality(String),
    covers   UInt8
)
ENGINE = ReplacingMergeTree
PARTITION BY (toYYYYMMDD(ts), class)
ORDER BY (tenant, ts, identity, covers)
SETTINGS index_granularity = 1024;

CREATE MATERIALIZED VIEW IF NOT EXISTS absorbed_lines_copy_of_absorbed_lines TO absorbed_lines_copy AS
SELECT tenant, ts, identity, class, covers
FROM absorbed_lines;

INSERT INTO absorbed_lines_copy (tenant, ts, identity, class, covers)
SELECT tenant, ts, identity, class, covers
FROM absorbed_lines
SETTINGS max_partitions_per_insert_block = 0;

-- Every store has a mark of its rules from now on, 0 where none was ever put: where it is missing, it was lost.
INSERT INTO retention_marks (mark, version, ms)
SELECT 'rules', 0, toInt64(toUnixTimestamp64Milli(max(in_force)))
FROM retention_rules;
