-- Rows of fragments that are parts of a joined line (decision 0017). Readers leave out the rows of `logs` whose (ts, identity)
-- stands here. A row is named here by `logs.absorbed`, when it is stored once more beside the line that has its text:
-- 1: the joined line also has its bytes; 2: its bytes lie elsewhere in the files, so the row itself says which they are.
-- The table is partitioned as `logs` is, so that its rows go with those that they name.
CREATE TABLE IF NOT EXISTS absorbed_lines
(
    tenant   LowCardinality(String),
    ts       DateTime64(9, 'UTC') CODEC(Delta(8), ZSTD(1)),
    identity UInt64 CODEC(NONE),
    class    LowCardinality(String),
    covers   UInt8                                 -- 1 where `logs.absorbed` is 2
)
ENGINE = ReplacingMergeTree
PARTITION BY (toYYYYMMDD(ts), class)
ORDER BY (tenant, ts, identity, covers)
SETTINGS index_granularity = 1024;

ALTER TABLE logs ADD COLUMN IF NOT EXISTS absorbed UInt8 DEFAULT 0;

CREATE MATERIALIZED VIEW IF NOT EXISTS absorbed_lines_of_logs TO absorbed_lines AS
SELECT tenant, ts, identity, class, absorbed = 2 AS covers
FROM logs
WHERE absorbed > 0;

-- A fragment is no line yet: estimates count a line when its end has come.
ALTER TABLE lines_of_lives_of_logs MODIFY QUERY
SELECT tenant, cluster, namespace, pod, pod_uid, container, restart, container_id,
       max(node) AS node, min(ts) AS first_line, max(ts) AS last_line, max(partial) AS fragments,
       uniqCombined64StateIf(12)(cityHash64(ts, identity), partial = 0 AND absorbed = 0) AS sketch,
       groupUniqArrayIf(toString(file), offset = 0 AND file != '') AS heads
FROM logs
WHERE pod != ''
GROUP BY tenant, cluster, namespace, pod, pod_uid, container, restart, container_id;
