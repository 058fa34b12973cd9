-- How many lines a life has, without reading them: a sketch of the distinct lines of each life, which a line that is sent again does not
-- change. The view fills it with the other columns of a life; life_lines of lines from before have an empty sketch and are filled once,
-- from the lines that are stored. What it costs and how far off it is: docs/decisions/0015-line-estimates.md.
ALTER TABLE life_lines ADD COLUMN IF NOT EXISTS sketch AggregateFunction(uniqCombined64(12), UInt64);

DROP VIEW IF EXISTS life_lines_of_logs;
CREATE MATERIALIZED VIEW IF NOT EXISTS life_lines_of_logs TO life_lines AS
SELECT tenant, cluster, namespace, pod, pod_uid, container, restart, container_id,
       max(node) AS node, min(ts) AS first_line, max(ts) AS last_line, max(partial) AS fragments,
       uniqCombined64State(12)(cityHash64(ts, identity)) AS sketch
FROM logs
WHERE pod != ''
GROUP BY tenant, cluster, namespace, pod, pod_uid, container, restart, container_id;

-- Filled beside the table and attached to it: views over life_lines see no news in lines that were there before.
CREATE TABLE IF NOT EXISTS life_sketches_before
(
    tenant       LowCardinality(String),
    cluster      LowCardinality(String),
    namespace    LowCardinality(String),
    pod          String,
    pod_uid      String,
    container    LowCardinality(String),
    restart      Int32,
    container_id String,
    node         SimpleAggregateFunction(max, String),
    first_line   SimpleAggregateFunction(min, DateTime64(9, 'UTC')),
    last_line    SimpleAggregateFunction(max, DateTime64(9, 'UTC')),
    fragments    SimpleAggregateFunction(max, UInt8),
    sketch       AggregateFunction(uniqCombined64(12), UInt64)
)
ENGINE = AggregatingMergeTree
ORDER BY (tenant, pod_uid, namespace, pod, cluster, container, restart, container_id);

INSERT INTO life_sketches_before (tenant, cluster, namespace, pod, pod_uid, container, restart, container_id, node, first_line, last_line, fragments, sketch)
SELECT * FROM (
    SELECT tenant, cluster, namespace, pod, pod_uid, container, restart, container_id,
           max(node) AS node, min(ts) AS first_line, max(ts) AS last_line, max(partial) AS fragments,
           uniqCombined64State(12)(cityHash64(ts, identity)) AS sketch
    FROM logs
    WHERE pod != ''
    GROUP BY tenant, cluster, namespace, pod, pod_uid, container, restart, container_id
    SETTINGS max_bytes_before_external_group_by = 268435456, max_threads = 1);

ALTER TABLE life_lines ATTACH PARTITION tuple() FROM life_sketches_before;
DROP TABLE IF EXISTS life_sketches_before;

-- Days that were dropped before everything that outlives their lines was stored: numbers of lines of lives of these days are not exact.
CREATE TABLE IF NOT EXISTS inexact_days
(
    day        Date,
    class      LowCardinality(String),
    dropped_at DateTime64(3, 'UTC'),
    reason     String
)
ENGINE = ReplacingMergeTree(dropped_at)
ORDER BY (day, class)
TTL day + INTERVAL 10 YEAR;

-- Dropping a day needs a little room itself: lines are refused before they take the last of it.
ALTER TABLE logs MODIFY SETTING min_free_disk_bytes_to_perform_insert = 16777216;
